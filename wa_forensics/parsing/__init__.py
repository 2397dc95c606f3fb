"""Bytes to ``Chat``: header shapes, date order, senders, kinds and events."""

from __future__ import annotations

from pathlib import Path

from wa_forensics.chat import Chat
from wa_forensics.errors import ParseError
from wa_forensics.evidence import RawText, read_texts
from wa_forensics.parsing.blocks import read_blocks
from wa_forensics.parsing.build import parse_buffer

__all__ = ["parse_text", "read_blocks", "read_export"]


def read_export(path: str | Path, *, date_order: str = "auto", member: str | None = None) -> Chat:
    """Parse one export, a ``.txt`` or the ``.zip`` that WhatsApp makes.

    ``date_order`` is ``auto``, ``DMY``, ``MDY`` or ``YMD``; ``auto@2014`` adds the year that an old Android
    form does not name, ``auto@24h`` says that the clock has 24 hours. Raises ParseError if the text is no export,
    AmbiguousDateOrder if several date orders fit it, AmbiguousClock if its hours may be those of a 12-hour clock
    (nothing is guessed), EvidenceError if the file cannot be read.
    """
    for raw in read_texts(Path(path), member):
        return parse_text(raw, date_order=date_order)
    raise ParseError(str(path), "there is no chat text inside", "Give an export that WhatsApp wrote.")


def parse_text(raw: RawText, *, date_order: str = "auto", allow_undecided: bool = False) -> Chat:
    """Parse one text; ``allow_undecided`` goes on with a named reading instead of AmbiguousDateOrder."""
    return parse_buffer(raw, None, date_order, allow_undecided)
