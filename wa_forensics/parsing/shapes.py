"""Header shapes as numpy columns: each shape is read once, then held against all line starts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.parsing.headers import HEAD, LONGEST, Header, read_header
from wa_forensics.parsing.templates import Template, byte_shape, hour_table
from wa_forensics.parsing.words import words_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 15
_PIECE = 1 << 20
# A file with more shapes than this is no export of one phone; the rest is read line by line.
MOST_TEMPLATES = 192


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
        # No line has two headers; memory that is never written costs nothing.
        types = (np.int64, np.int16, np.int16, np.int16, np.int16, np.int32)
        self.columns: tuple[NDArray[Any], ...] = tuple(np.empty(len(starts), dtype=kind) for kind in types)
        self.count = 0

    def read_block(self, first: int, last: int) -> None:
        """Match the lines ``first`` to ``last`` (exclusive)."""
        words = self._words(np.arange(first, last))
        left = np.ones(last - first, dtype=bool)
        every = np.arange(last - first)
        block: list[tuple[NDArray[Any], ...]] = []
        for code in self.fast:
            rows = self._fitting(code, words, left, every, first)
            if len(rows):
                left[rows] = False
                block.append(self._found(code, words, rows, every, first))
        self._read_slowly(np.flatnonzero(left), first, block)
        if block:
            joined = block[0]
            if len(block) > 1:
                joined = tuple(np.concatenate(parts) for parts in zip(*block, strict=True))
                order = np.argsort(joined[0], kind="stable")
                joined = tuple(part[order] for part in joined)
            end = self.count + len(joined[0])
            for column, part in zip(self.columns, joined, strict=True):
                column[self.count : end] = part
            self.count = end

    def matches(self) -> Matches:
        """All matches, ascending by line."""
        line, template, a, b, c, seconds = (column[: self.count] for column in self.columns)
        return Matches(templates=self.templates, line=line, template=template, a=a, b=b, c=c, seconds=seconds)

    def _words(self, lines: NDArray[np.int64]) -> list[NDArray[np.uint64]]:
        return words_at(self.data, self.starts[lines], None, -(-self.window // 8))

    def _fitting(
        self, code: int, words: list[NDArray[np.uint64]], left: NDArray[np.bool_], rest: NDArray[np.int64], first: int
    ) -> NDArray[np.int64]:
        rows = self.templates[code].fits(words, left)
        header = self.templates[code].header
        if not header.ends_line or not len(rows):
            return rows
        # What is left is a line end: LF, CR LF, or a CR where the text ends.
        lines = rest[rows] + first
        body = self.starts[lines] + header.width
        stop = np.append(self.starts, len(self.data))[lines + 1]
        stop = stop - (self.data[stop - 1] == 10)
        stop = stop - ((stop > body) & (self.data[stop - 1] == 13))
        ending: NDArray[np.int64] = rows[stop == body]
        return ending

    def _found(
        self, code: int, words: list[NDArray[np.uint64]], rows: NDArray[np.int64], rest: NDArray[np.int64], first: int
    ) -> tuple[NDArray[Any], ...]:
        chosen = words if len(rows) == len(rest) else [word[rows] for word in words]
        lines = rest[rows] + first
        return (lines, np.full(len(rows), code, dtype=np.int16), *self.templates[code].numbers(chosen))

    def _heads(self, lines: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
        """The first bytes of lines as columns, 10 behind the end of the buffer."""
        starts = self.starts[lines]
        begin = int(starts[0])
        piece = self.data[begin : int(starts[-1]) + size]
        lacking = int(starts[-1]) + size - begin - len(piece)
        if lacking:
            piece = np.concatenate([piece, np.full(lacking, 10, dtype=np.uint8)])
        windows = np.lib.stride_tricks.sliding_window_view(piece, size)
        return np.ascontiguousarray(windows[starts - begin].T)

    def _likely(self, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Lines with three digits among their first characters, which are as many bytes in Latin text only."""
        heads = self._heads(lines, HEAD)
        likely = _may_be_headers(heads)
        wide = np.flatnonzero(~likely & (heads >= 0x80).any(axis=0))
        if len(wide):
            likely[wide] = _may_be_headers(self._heads(lines[wide], 4 * HEAD))
        return likely

    def _read_slowly(self, rest: NDArray[np.int64], first: int, block: list[tuple[NDArray[Any], ...]]) -> None:
        """Read the lines that no template fits and that have digits near their start; learn their shapes."""
        if not len(rest):
            return
        rest = rest[self._likely(rest + first)]
        left = np.ones(len(rest), dtype=bool)
        words: list[NDArray[np.uint64]] = []
        for place, row in enumerate(rest.tolist()):
            if not left[place]:
                continue
            start = int(self.starts[first + row])
            line = self.buffer[start : start + 8 * LONGEST]
            header = read_header(line)
            if header is None:
                continue
            code, is_new = self._learn(line[: header.width], header)
            left[place] = False
            single = words_at(self.data, np.array([start]), None, -(-header.width // 8))
            block.append(self._found(code, single, np.zeros(1, dtype=np.int64), rest[place : place + 1], first))
            if not is_new:
                # Seen before: it pays to look for it in the rest of the block.
                if header.width > 8 * len(words):
                    words = self._words(rest + first)
                same = self._fitting(code, words, left, rest, first)
                if len(same):
                    left[same] = False
                    block.append(self._found(code, words, same, rest, first))

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
