"""The report of a case: one self-contained HTML page that a victim understands and an expert can check."""

from __future__ import annotations

from wa_forensics.report.index import render_index
from wa_forensics.report.redact import REDACTIONS, redacted
from wa_forensics.report.render import AUDIENCES, render_case
from wa_forensics.report.words import LANGUAGES

__all__ = ["AUDIENCES", "LANGUAGES", "REDACTIONS", "redacted", "render_case", "render_index"]
