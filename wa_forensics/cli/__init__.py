"""The command line: the only place that prints, asks or exits. Commands load when they are called."""

from __future__ import annotations

from wa_forensics.cli.program import main

__all__ = ["main"]
