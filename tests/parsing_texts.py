"""Raw texts for the parser's tests: bytes without a file."""

from __future__ import annotations

import hashlib

from wa_forensics.chat import Chat
from wa_forensics.evidence import RawText
from wa_forensics.model import Source, ZipFacts
from wa_forensics.parsing import parse_text


def raw_text(
    text: str | bytes, *, path: str = "chat.txt", member: str | None = None, zip_facts: ZipFacts | None = None
) -> RawText:
    """A text as evidence gives it."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    digest = hashlib.sha256(data).hexdigest()
    source = Source(
        name=path if member is None else f"{path}!{member}",
        path=path,
        member=member,
        sha256=digest,
        size=len(data),
        text_sha256=digest,
        text_size=len(data),
        encoding="utf-8",
        zip=zip_facts,
    )
    return RawText(source=source, buffer=data)


def parsed(
    text: str | bytes, *, date_order: str = "auto", allow_undecided: bool = False, path: str = "chat.txt"
) -> Chat:
    """The chat of a text."""
    return parse_text(raw_text(text, path=path), date_order=date_order, allow_undecided=allow_undecided)


def table(chat: Chat) -> list[tuple[str, str | None, str]]:
    """Time, sender and text of every message."""
    return [(chat.time(i), chat.sender(i), chat.text(i)) for i in range(len(chat))]
