"""Header shapes as numpy columns: each shape is read once, then held against all line starts at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.locales.app_words import Spans
from wa_forensics.parsing.headers import LONGEST, Header, read_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 15
_PIECE = 1 << 20
# Up to this many shapes are compared directly; above, the positions of their digits are compared first.
_FEW = 4
# A file with more shapes than this is no export of one phone; the rest is read line by line.
MOST_TEMPLATES = 192
ROLES = ("a", "b", "c", "hour", "minute", "second")


@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """One header shape down to the byte: literal bytes, digit positions with their zero, and the reading."""

    header: Header
    literals: tuple[tuple[int, int], ...]
    digits: tuple[tuple[int, int], ...]
    hours: NDArray[np.int32]

    @cached_property
    def digit_bits(self) -> np.uint32:
        """Which of the first 32 bytes are ASCII digits."""
        return np.uint32(sum(1 << position for position, zero in self.digits if position < 32 and zero == 48))

    @cached_property
    def width_bits(self) -> np.uint32:
        """Which of the first 32 bytes belong to the header."""
        return np.uint32((1 << min(self.header.width, 32)) - 1)


@dataclass(kw_only=True, eq=False)
class Matches:
    """The header-shaped lines of a buffer, ascending: line index, template and numbers as written."""

    templates: list[Template]
    line: NDArray[np.int64]
    template: NDArray[np.int16]
    a: NDArray[np.int16]
    b: NDArray[np.int16]
    c: NDArray[np.int16]
    seconds: NDArray[np.int32]

    def width(self) -> NDArray[np.int64]:
        """Length of each header in bytes."""
        widths = np.array([t.header.width for t in self.templates] or [0], dtype=np.int64)
        return widths[self.template]

    def only(self, keep: NDArray[Any]) -> Matches:
        """The chosen matches (mask or positions)."""
        return Matches(
            templates=self.templates,
            line=self.line[keep],
            template=self.template[keep],
            a=self.a[keep],
            b=self.b[keep],
            c=self.c[keep],
            seconds=self.seconds[keep],
        )


def line_starts(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Offsets of the first byte of every physical line (a final newline opens no further line)."""
    size = len(data)
    if not size:
        return np.empty(0, dtype=np.int64)
    pieces = []
    for begin in range(0, size, _PIECE):
        pieces.append(np.flatnonzero(data[begin : begin + _PIECE] == 10).astype(np.int32))
    starts = np.zeros(sum(map(len, pieces)) + 1, dtype=np.int64)
    filled = 1
    for number, piece in enumerate(pieces):
        starts[filled : filled + len(piece)] = piece
        starts[filled : filled + len(piece)] += number * _PIECE + 1
        filled += len(piece)
    return starts[:-1] if starts[-1] == size else starts


def find_headers(buffer: bytes, starts: NDArray[np.int64]) -> Matches:
    """Every line whose beginning reads as a header."""
    finder = _Finder(buffer, starts)
    begin = 0
    size = 512
    while begin < len(starts):
        finder.read_block(begin, min(begin + size, len(starts)))
        begin += size
        size = min(size * 8, BLOCK)
    return finder.matches()


class _Finder:
    """Learns templates while it goes: a line that none fits is read slowly, once."""

    def __init__(self, buffer: bytes, starts: NDArray[np.int64]) -> None:
        self.buffer = buffer
        self.data = np.frombuffer(buffer, dtype=np.uint8)
        self.starts = starts
        self.templates: list[Template] = []
        self.known: dict[bytes, int] = {}
        self.fast: list[int] = []
        self.window = 32
        self.found: list[tuple[NDArray[Any], ...]] = []

    def read_block(self, first: int, last: int) -> None:
        """Match the lines ``first`` to ``last`` (exclusive)."""
        columns = self._columns(first, last)
        left = np.ones(last - first, dtype=bool)
        block: list[tuple[NDArray[Any], ...]] = []
        digits_at = _digits_at(columns) if len(self.fast) > _FEW else None
        for code in self.fast:
            rows = self._fits(self.templates[code], columns, left, digits_at)
            if len(rows):
                left[rows] = False
                block.append(self._numbers(code, columns, rows, first))
        self._read_slowly(columns, left, first, block)
        if block:
            joined = [np.concatenate(parts) for parts in zip(*block, strict=True)]
            order = np.argsort(joined[0], kind="stable")
            self.found.append(tuple(part[order] for part in joined))

    def matches(self) -> Matches:
        """All matches, ascending by line."""
        types = (np.int64, np.int16, np.int16, np.int16, np.int16, np.int32)
        columns = [list(pieces) for pieces in zip(*self.found, strict=True)] or [[] for _ in types]
        self.found = []
        parts = []
        for kind, pieces in zip(types, columns, strict=True):
            parts.append(np.concatenate(pieces) if pieces else np.empty(0, dtype=kind))
            # The pieces go before the next column is joined: fresh memory is what costs most.
            pieces.clear()
        return Matches(
            templates=self.templates,
            line=parts[0],
            template=parts[1],
            a=parts[2],
            b=parts[3],
            c=parts[4],
            seconds=parts[5],
        )

    def _columns(self, first: int, last: int) -> NDArray[np.uint8]:
        """The first bytes of each line as columns: ``columns[k]`` is byte ``k`` of every line."""
        starts = self.starts[first:last]
        end = int(starts[-1]) + self.window
        begin = int(starts[0])
        piece = self.data[begin:end]
        if len(piece) < end - begin:
            piece = np.concatenate([piece, np.full(end - begin - len(piece), 10, dtype=np.uint8)])
        windows = np.lib.stride_tricks.sliding_window_view(piece, self.window)
        return np.ascontiguousarray(windows[starts - begin].T)

    def _fits(
        self,
        template: Template,
        columns: NDArray[np.uint8],
        left: NDArray[np.bool_],
        digits_at: NDArray[np.uint32] | None,
    ) -> NDArray[np.int64]:
        if digits_at is not None and template.digit_bits:
            # Where the digits stand tells most shapes apart; the rest is looked at on few rows.
            rows = np.flatnonzero(((digits_at & template.width_bits) == template.digit_bits) & left)
            for position, byte in template.literals:
                if not len(rows):
                    break
                rows = rows[columns[position][rows] == byte]
            for position, zero in template.digits:
                if position >= 32 or zero != 48:
                    rows = rows[(columns[position][rows] - np.uint8(zero)) < 10]
            return rows
        fits = left.copy()
        for position, byte in template.literals:
            fits &= columns[position] == byte
        if not fits.any():
            return np.empty(0, dtype=np.int64)
        for position, zero in template.digits:
            fits &= (columns[position] - np.uint8(zero)) < 10
        return np.flatnonzero(fits)

    def _numbers(
        self, code: int, columns: NDArray[np.uint8], rows: NDArray[np.int64], first: int
    ) -> tuple[NDArray[Any], ...]:
        template = self.templates[code]
        zeros = dict(template.digits)
        values: dict[str, NDArray[np.int16]] = {}
        for role in ROLES:
            value = np.zeros(len(rows), dtype=np.int16)
            for position in template.header.runs[role]:
                value *= 10
                value += columns[position][rows] - np.uint8(zeros[position])
            values[role] = value
        hours = template.hours[values["hour"]]
        seconds = hours * 3600 + values["minute"].astype(np.int32) * 60 + values["second"]
        seconds[(hours < 0) | (values["minute"] > 59) | (values["second"] > 60)] = -1
        return (
            rows + first,
            np.full(len(rows), code, dtype=np.int16),
            values["a"],
            values["b"],
            values["c"],
            seconds,
        )

    def _read_slowly(
        self,
        columns: NDArray[np.uint8],
        left: NDArray[np.bool_],
        first: int,
        block: list[tuple[NDArray[Any], ...]],
    ) -> None:
        """Read the lines that no template fits and that have digits near their start; learn their shapes."""
        rows = np.flatnonzero(left)
        if not len(rows):
            return
        for row in rows[_may_be_headers(columns[:30, rows])].tolist():
            if not left[row]:
                continue
            start = int(self.starts[first + row])
            line = self.buffer[start : start + 4 * LONGEST]
            header = read_header(line)
            if header is None:
                continue
            code, is_new = self._learn(line[: header.width], header)
            left[row] = False
            single = np.frombuffer(line[: header.width], dtype=np.uint8)[:, np.newaxis]
            block.append(self._numbers(code, single, np.zeros(1, dtype=np.int64), first + row))
            if not is_new:
                # Seen before: it pays to look for it in the rest of the block.
                if header.width > len(columns):
                    columns = self._columns(first, first + len(left))
                same = self._fits(self.templates[code], columns, left, None)
                if len(same):
                    left[same] = False
                    block.append(self._numbers(code, columns, same, first))

    def _learn(self, line: bytes, header: Header) -> tuple[int, bool]:
        """The code of the header's template, and whether it is new; a second sight makes it a fast one."""
        shape, literals, digits = byte_shape(line, header)
        code = self.known.get(shape)
        if code is None:
            code = self.known[shape] = len(self.templates)
            self.templates.append(
                Template(header=header, literals=literals, digits=digits, hours=hour_table(header.spans))
            )
            return code, True
        if code not in self.fast and len(self.fast) < MOST_TEMPLATES:
            self.fast.append(code)
            self.window = max(self.window, header.width)
        return code, False


def _may_be_headers(heads: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Lines with three ASCII digits near their start, or with bytes that digits of other scripts have."""
    digits = ((heads - np.uint8(48)) < 10).sum(axis=0, dtype=np.uint8)
    likely: NDArray[np.bool_] = digits >= 3
    rows = np.flatnonzero(~likely & (heads >= 0xD9).any(axis=0))
    lead, second, third = heads[:-2, rows], heads[1:-1, rows], heads[2:, rows]
    other = ((lead == 0xD9) & (second - np.uint8(0xA0) < 10)) | ((lead == 0xDB) & (second - np.uint8(0xB0) < 10))
    other |= (lead == 0xDF) | (lead == 0xE1) | (lead == 0xEA) | (lead == 0xEF)
    # Most Indic digits are the second half of an odd block; Thai, Lao and Tibetan have their own places.
    other |= (lead == 0xE0) & (((second & 1 == 1) & (third - np.uint8(0xA6) < 10)) | (third - np.uint8(0x90) < 26))
    # Four-byte digits are neither emoji nor pictographs (F0 9F), but for the segmented digits (F0 9F AF).
    other |= (lead == 0xF0) & ((second != 0x9F) | (third == 0xAF))
    likely[rows[other.any(axis=0)]] = True
    return likely


def _digits_at(columns: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """For each line the positions of ASCII digits among its first 32 bytes, as bits."""
    bits = np.zeros(columns.shape[1], dtype=np.uint32)
    for first in range(0, 32, 8):
        # Eight columns at a time as bytes: wider numbers would leave the cache.
        eight = np.zeros(columns.shape[1], dtype=np.uint8)
        for k in range(8):
            eight |= ((columns[first + k] - np.uint8(48)) < 10).view(np.uint8) << np.uint8(k)
        bits |= eight.astype(np.uint32) << np.uint32(first)
    return bits


def byte_shape(line: bytes, header: Header) -> tuple[bytes, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The header with every digit as zero (its key), its literal bytes, and its digits with their zero."""
    positions = {position for run in header.runs.values() for position in run}
    digits = []
    shape = bytearray(line)
    for position in sorted(positions):
        zero = _zero_of(line, position)
        digits.append((position, zero))
        shape[position] = zero
    literals = [(i, byte) for i, byte in enumerate(line) if i not in positions]
    # The separators tell shapes apart soonest: test from the end of the date backwards.
    literals.sort(key=lambda item: (item[1] in b" ", item[0] == 0, item[0]))
    return bytes(shape), tuple(literals), tuple(digits)


def _zero_of(line: bytes, position: int) -> int:
    """The last byte of digit zero in the script of the digit whose last byte stands at ``position``."""
    begin = position
    while begin > 0 and line[begin] & 0xC0 == 0x80:
        begin -= 1
    return line[position] - unicodedata.decimal(line[begin : position + 1].decode("utf-8"))


@cache
def hour_table(spans: Spans) -> NDArray[np.int32]:
    """Hour of the day for each hour as written (0 to 99), -1 where there is none."""
    table = np.full(100, -1, dtype=np.int32)
    for written in range(24):
        table[written] = hour_of_day(written, spans)
    return table


def hour_of_day(written: int, spans: Spans) -> int:
    """The hour 0 to 23 of a written hour and half of the day; -1 if there is none."""
    if written > 23:
        return -1
    if not spans or written > 12:
        return written
    early = written % 12
    return min((early, early + 12), key=lambda hour: (_distance(hour * 60 + 30, spans), hour))


def _distance(minute: int, spans: Spans) -> int:
    """Minutes to the nearest of the spans, on the clock's circle."""
    best = 1440
    for begin, end in spans:
        length = (end - begin) % 1440 or 1440
        inside = (minute - begin) % 1440
        best = min(best, 0 if inside < length else min(inside - length + 1, 1440 - inside))
    return best
