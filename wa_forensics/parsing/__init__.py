"""Bytes to ``Chat``: header shapes, date order, senders, kinds and events."""

from __future__ import annotations

from pathlib import Path

from wa_forensics.chat import Chat
from wa_forensics.errors import ParseError
from wa_forensics.evidence import RawText, read_texts
from wa_forensics.parsing.reference import parse_by_line

__all__ = ["parse_text", "read_export"]


def read_export(path: str | Path, *, date_order: str = "auto", member: str | None = None) -> Chat:
    """Parse one export. Raises ParseError if it is none, AmbiguousDateOrder if its date order is undecided."""
    for raw in read_texts(Path(path), member):
        return parse_text(raw, date_order=date_order)
    raise ParseError(str(path), "no chat text inside")


def parse_text(raw: RawText, *, date_order: str = "auto", allow_undecided: bool = False) -> Chat:
    """Parse one text; ``allow_undecided`` goes on with a named reading instead of AmbiguousDateOrder."""
    return parse_by_line(raw, date_order)
