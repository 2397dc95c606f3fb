"""One chat of one export, for the commands that take a single file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wa_forensics.cli.dates import parser_order
from wa_forensics.errors import ParseError

if TYPE_CHECKING:
    from wa_forensics.chat import Chat


def read_chat(path: Path, date_order: str, member: str | None = None) -> Chat:
    """The first chat text of a file."""
    from wa_forensics.evidence import read_texts
    from wa_forensics.parsing import parse_text

    order, undecided = parser_order(date_order)
    for raw in read_texts(path, member):
        return parse_text(raw, date_order=order, allow_undecided=undecided)
    raise ParseError(str(path), "there is no chat text inside", "Give an export that WhatsApp wrote.")
