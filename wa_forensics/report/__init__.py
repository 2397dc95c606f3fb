"""The report of a case: one self-contained HTML page that a victim understands and an expert can check."""

from __future__ import annotations

from wa_forensics.report.render import AUDIENCES, render_case

__all__ = ["AUDIENCES", "render_case"]
