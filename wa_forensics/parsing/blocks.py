"""A text larger than memory: read block by block, its date order decided once for all blocks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.errors import AmbiguousDateOrder, EvidenceError, ParseError
from wa_forensics.evidence import RawText
from wa_forensics.evidence.text import decode
from wa_forensics.frame import Columns
from wa_forensics.model import Source
from wa_forensics.parsing.build import parse_buffer

# What a block needs is four to eight times its bytes.
BLOCK = 16 << 20
# A message that is longer than this is not looked at further.
LARGEST = 256 << 20
_LOOK = "Look at that place: it may hold something that is no chat. Export the chat again."


def read_blocks(
    path: str | Path, *, date_order: str = "auto", allow_undecided: bool = False, size: int = BLOCK
) -> Iterator[Chat]:
    """The messages of one ``.txt`` in UTF-8 as chats of about ``size`` bytes each, in a bounded memory.

    Lines and byte offsets are those of the file; a block ends where a message ends. Unless ``date_order`` says all
    (``DMY@24h``), the file is read twice: the first time for the date order, which must be the same in every block
    that decides it, and for an hour that shows a clock of 24. Names, header forms and languages are settled in each
    block. Raises what ``read_export`` raises; ParseError also where blocks decide for different date orders or a
    message is longer than ``LARGEST`` bytes.
    """
    path = Path(path)
    source = _source(path)
    if date_order.startswith("auto") or "@24h" not in date_order:
        date_order = _order_of(path, source, date_order, allow_undecided, size)
    yield from _blocks(path, source, date_order, allow_undecided, size)


def _source(path: Path) -> Source:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        head = handle.read(4)
        handle.seek(0)
        while piece := handle.read(1 << 20):
            digest.update(piece)
        size = handle.tell()
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise EvidenceError(str(path), "a text of this size is only read in UTF-8", "Convert a copy of it to UTF-8.")
    encoding = "utf-8-sig" if head[:3] == b"\xef\xbb\xbf" else "utf-8"
    sha256 = digest.hexdigest()
    return Source(
        name=str(path),
        path=str(path),
        member=None,
        sha256=sha256,
        size=size,
        text_sha256=sha256,
        text_size=size,
        encoding=encoding,
    )


def _order_of(path: Path, source: Source, date_order: str, allow_undecided: bool, size: int) -> str:
    """``date_order`` with what all blocks together say of order and clock."""
    decided: Counter[str] = Counter()
    readings: tuple[str, ...] = ()
    full_clock = False
    for chat in _blocks(path, source, date_order, True, size):
        if chat.date_order.decided_by == "undecided":
            readings = readings or chat.date_order.readings
        else:
            decided[chat.date_order.order] += len(chat)
        hours = chat.columns.timestamp.astype("datetime64[h]").astype(np.int64) % 24
        full_clock = full_clock or bool(((hours == 0) | (hours > 12)).any())
    # The order of a date whose year stands first is not chosen by the caller.
    decided.pop("YDM", None)
    if len(decided) > 1:
        raise ParseError(
            source.name,
            f"its parts have different date orders ({', '.join(sorted(decided))}), as joined exports have",
            "Cut a copy of the file where the exports were joined.",
        )
    if not decided and readings and not allow_undecided:
        raise AmbiguousDateOrder(source.name, readings)
    order = date_order.replace("auto", next(iter(decided), "auto"), 1)
    return order + "@24h" if full_clock and "@24h" not in order else order


def _blocks(path: Path, source: Source, date_order: str, allow_undecided: bool, size: int) -> Iterator[Chat]:
    offset = line = 0
    rest = b""
    with path.open("rb") as handle:
        while offset + len(rest) < source.size or rest:
            data = rest + handle.read(size)
            at_end = offset + len(data) >= source.size
            # Half a line is no line.
            whole = len(data) if at_end else data.rfind(b"\n") + 1
            try:
                chat = _parsed(source, data[:whole], date_order, allow_undecided) if whole else None
            except ParseError as error:
                if at_end or isinstance(error, AmbiguousDateOrder):
                    raise
                chat = None
            # The last message may go on in the next block.
            count = 0 if chat is None else len(chat) if at_end else len(chat) - 1
            if chat is None or not count:
                if at_end:
                    raise ParseError(source.name, f"no message from byte {offset} on", _LOOK)
                if len(data) > LARGEST:
                    problem = f"more than {LARGEST >> 20} MiB without a header from byte {offset} on"
                    raise ParseError(source.name, problem, _LOOK)
                rest = data
                continue
            cut = len(data) if at_end else int(chat.columns.byte_offset[count])
            yield _part(chat, source, count, offset, line)
            offset, line, rest = offset + cut, line + data.count(b"\n", 0, cut), data[cut:]


def _parsed(source: Source, data: bytes, date_order: str, allow_undecided: bool) -> Chat:
    decoded = decode(data, source.name)
    part = replace(source, text_size=len(data), size=len(data))
    raw = RawText(source=part, buffer=decoded.buffer, repairs=decoded.repairs)
    return parse_buffer(raw, None, date_order, allow_undecided)


def _part(chat: Chat, source: Source, count: int, offset: int, line: int) -> Chat:
    """The first messages of a block, with the lines and byte offsets of the file."""
    columns = {field.name: getattr(chat.columns, field.name)[:count] for field in fields(Columns)}
    columns["byte_offset"] = columns["byte_offset"] + offset
    columns["line"], columns["line_end"] = columns["line"] + line, columns["line_end"] + line
    end = int(columns["line_end"][-1])
    spans = [
        replace(s, line=s.line + line, line_end=s.line_end + line, byte_offset=s.byte_offset + offset)
        for s in chat.unparsed
    ]
    return Chat(
        source=source,
        buffer=chat.buffer,
        columns=Columns(**columns),
        senders=chat.senders,
        sender_phones=chat.sender_phones,
        attachments={message: name for message, name in chat.attachments.items() if message < count},
        name=chat.name,
        platform=chat.platform,
        languages=chat.languages,
        date_order=chat.date_order,
        shapes=chat.shapes,
        unparsed=tuple(span for span in spans if span.line <= end),
        notes=chat.notes,
        possible_forgeries=tuple((at + line, why) for at, why in chat.possible_forgeries if at + line <= end),
    )
