"""A plain parser, line by line and without columns: what the fast path is held against in the tests.

It shares with the fast path how one header is read (``read_header``), the choice of header forms and the date
order, and nothing of the search for headers, the numbers, the split of senders or the offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wa_forensics.parsing.headers import Header, read_header
from wa_forensics.parsing.shapes import Matches
from wa_forensics.parsing.templates import Template, byte_shape, hour_of_day, hour_table


@dataclass(frozen=True, kw_only=True)
class PlainMessage:
    """One header line and the lines up to the next, as bytes; ``line`` counts from 1."""

    line: int
    offset: int
    header: bytes
    block: bytes


def read_plainly(buffer: bytes) -> tuple[PlainMessage, ...]:
    """Every header-shaped line with what follows it."""
    found: list[tuple[int, int, int]] = []
    offset = 0
    for number, line in enumerate(buffer.split(b"\n"), 1):
        header = read_header(line)
        if header is not None:
            found.append((number, offset, header.width))
        offset += len(line) + 1
    ends = [begin for _, begin, _ in found[1:]] + [len(buffer)]
    return tuple(
        PlainMessage(line=number, offset=begin, header=buffer[begin : begin + width], block=buffer[begin:end])
        for (number, begin, width), end in zip(found, ends, strict=False)
    )


def match_plainly(buffer: bytes) -> Matches:
    """The same as ``find_headers``, one line at a time."""
    templates: list[Template] = []
    known: dict[bytes, int] = {}
    rows: list[tuple[int, int, int, int, int, int]] = []
    for message in read_plainly(buffer):
        header = read_header(message.block)
        if header is None:
            continue
        shape, literals, digits = byte_shape(message.header, header)
        if shape not in known:
            known[shape] = len(templates)
            templates.append(Template(header=header, literals=literals, digits=digits, hours=hour_table(header.spans)))
        a, b, c = (_number(message.header, header, role) for role in ("a", "b", "c"))
        rows.append((message.line - 1, known[shape], a, b, c, _seconds(message.header, header)))
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return Matches(
        templates=templates,
        line=np.array(columns[0], dtype=np.int64),
        template=np.array(columns[1], dtype=np.int16),
        a=np.array(columns[2], dtype=np.int16),
        b=np.array(columns[3], dtype=np.int16),
        c=np.array(columns[4], dtype=np.int16),
        seconds=np.array(columns[5], dtype=np.int32),
    )


def _number(line: bytes, header: Header, role: str) -> int:
    """The number of one role, read as text."""
    run = header.runs[role]
    if not run:
        return 0
    begin = run[0]
    while begin and line[begin] & 0xC0 == 0x80:
        begin -= 1
    text = line[begin : run[-1] + 1].decode("utf-8", "ignore")
    return int("".join(c for c in text if c.isdecimal()))


def _seconds(line: bytes, header: Header) -> int:
    hour = hour_of_day(_number(line, header, "hour"), header.spans)
    minute, second = _number(line, header, "minute"), _number(line, header, "second")
    if hour < 0 or minute > 59 or second > 60:
        return -1
    return hour * 3600 + minute * 60 + second
