"""Header shapes as numpy columns: each shape is read once, then held against all line starts at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.parsing.headers import LONGEST, Header, read_header
from wa_forensics.parsing.plain import HEAD
from wa_forensics.parsing.templates import Template, byte_shape, hour_table, numbers_of
from wa_forensics.parsing.words import count_digits, digit_places, words_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 15
_PIECE = 1 << 20
# A file with more shapes than this is no export of one phone; the rest is read line by line.
MOST_TEMPLATES = 192
# Of a file with still more shapes, as only hostile ones have, the later ones are text.
MOST_SHAPES = 4_096
# From so many templates on it pays to look first where the digits of each line stand.
FEW_TEMPLATES = 4
# Line, template, the numbers of the date, seconds of the day.
_TYPES = (np.int64, np.int16, np.int16, np.int16, np.int16, np.int32)
_HIGH_BITS = np.uint64(0x8080808080808080)


@dataclass(kw_only=True, eq=False)
class Matches:
    """The header-shaped lines of a buffer, ascending: line index, template and numbers as written.

    ``beyond`` are lines of a shape that came after ``MOST_SHAPES`` others.
    """

    templates: list[Template]
    line: NDArray[np.int64]
    template: NDArray[np.int16]
    a: NDArray[np.int16]
    b: NDArray[np.int16]
    c: NDArray[np.int16]
    seconds: NDArray[np.int32]
    beyond: tuple[int, ...] = ()

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many lines each template has."""
        if len(self.templates) == 1:
            return np.array([len(self.line)], dtype=np.int64)
        return count_codes(self.template, len(self.templates))

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
            beyond=self.beyond,
        )


def count_codes(codes: NDArray[Any], most: int) -> NDArray[np.int64]:
    """How often each code from 0 to ``most - 1`` occurs; negative codes are passed over."""
    counts = np.zeros(most + 1, dtype=np.int64)
    for begin in range(0, len(codes), BLOCK):
        # Block by block the copy as wide numbers, which numpy counts, stays in the cache.
        part = codes[begin : begin + BLOCK].astype(np.int64)
        part[part < 0] = most
        counts += np.bincount(part, minlength=most + 1)
    return counts[:most]


def first_places(codes: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Where each code from 0 to ``most - 1`` occurs first, the number of codes if it never does.

    Negative codes are passed over.
    """
    # One place more, on which -1 falls.
    first = np.full(most + 1, len(codes), dtype=np.int64)
    blocks = range(0, len(codes), BLOCK)
    # Most codes come early: then the other blocks need not be looked at.
    for begin in (*blocks[:1], *reversed(blocks)):
        part = codes[begin : begin + BLOCK]
        # Of several values for one place numpy keeps the last.
        first[part[::-1]] = np.arange(begin + len(part) - 1, begin - 1, -1)
        if begin == 0 and int(first[:most].max(initial=0)) < len(codes):
            break
    return first[:most]


def line_starts(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Offsets of the first byte of every physical line (a final newline opens no further line)."""
    size = len(data)
    if not size:
        return np.empty(0, dtype=np.int64)
    flags = np.zeros(min(-(-size // 8) * 8, _PIECE), dtype=bool)
    pieces = [_line_feeds(data[begin : begin + _PIECE], flags) for begin in range(0, size, _PIECE)]
    starts = np.zeros(sum(map(len, pieces)) + 1, dtype=np.int64)
    filled = 1
    for number, piece in enumerate(pieces):
        starts[filled : filled + len(piece)] = piece
        starts[filled : filled + len(piece)] += number * _PIECE + 1
        filled += len(piece)
    return starts[:-1] if starts[-1] == size else starts


def _line_feeds(data: NDArray[np.uint8], flags: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Offsets of the line feeds: eight bytes are passed over at once where there is none.

    ``flags`` is room for one flag a byte, the same for every piece, so that it stays in the cache.
    """
    np.equal(data, 10, out=flags[: len(data)])
    flags[len(data) :] = False
    words = flags[: -(-len(data) // 8) * 8].view("<u8")
    at = np.flatnonzero(words != 0)
    left = words[at]
    at *= 8
    found = []
    while len(at):
        # The lowest set byte, 1 << 8k, moves the byte of this number that holds k to the top.
        lowest = left & (~left + np.uint64(1))
        place = (lowest * np.uint64(0x0001020304050607)) >> np.uint64(56)
        found.append((at + place.view(np.int64)).astype(np.int32))
        left ^= lowest
        more = np.flatnonzero(left)
        at, left = at[more], left[more]
    return np.sort(np.concatenate(found)) if len(found) > 1 else found[0] if found else np.empty(0, dtype=np.int32)


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
        self.beyond: list[int] = []
        self.window = 8
        # No line has two headers; memory that is never written costs nothing.
        self.columns: tuple[NDArray[Any], ...] = tuple(np.empty(len(starts), dtype=kind) for kind in _TYPES)
        self.count = 0

    def read_block(self, first: int, last: int) -> None:
        """Match the lines ``first`` to ``last`` (exclusive)."""
        words = self._words(np.arange(first, last), self.window)
        left = np.ones(last - first, dtype=bool)
        every = np.arange(last - first)
        block: list[tuple[NDArray[Any], ...]] = []
        if len(self.fast) <= FEW_TEMPLATES:
            for code in self.fast:
                self._match([code], words, left, every, first, block)
        else:
            self._match_by_places(words, left, first, block)
        self._read_slowly(np.flatnonzero(left), first, block)
        if block:
            joined = block[0] if len(block) == 1 else tuple(map(np.concatenate, zip(*block, strict=True)))
            lines = joined[0]
            if (lines[1:] < lines[:-1]).any():
                # Each template's lines ascend, those of several lie one after another.
                order = np.argsort(lines, kind="stable")
                joined = tuple(part[order] for part in joined)
            end = self.count + len(joined[0])
            for column, part in zip(self.columns, joined, strict=True):
                column[self.count : end] = part
            self.count = end

    def _match(
        self,
        codes: list[int],
        words: list[NDArray[np.uint64]],
        left: NDArray[np.bool_],
        lines: NDArray[np.int64],
        first: int,
        block: list[tuple[NDArray[Any], ...]],
    ) -> None:
        """Hold templates of one layout against the lines ``first + lines``; those that fit are no longer ``left``."""
        found = []
        for code in codes:
            rows = self._fitting(code, words, left, lines, first)
            if len(rows):
                left[rows] = False
                found.append((code, rows))
        if found:
            block.append(self._found(found, words, lines, first))

    def _match_by_places(
        self,
        words: list[NDArray[np.uint64]],
        left: NDArray[np.bool_],
        first: int,
        block: list[tuple[NDArray[Any], ...]],
    ) -> None:
        """Hold each of many templates only against lines whose first digits stand where its own do."""
        places = digit_places(words)
        alike: dict[tuple[int, Any], list[int]] = {}
        for code in self.fast:
            template = self.templates[code]
            alike.setdefault((template.places, template.layout), []).append(code)
        for (place, _), codes in alike.items():
            lines = np.flatnonzero(places == place if place >= 0 else left)
            if len(lines):
                of_lines = left[lines]
                self._match(codes, [word[lines] for word in words], of_lines, lines, first, block)
                left[lines] = of_lines

    def matches(self) -> Matches:
        """All matches, ascending by line."""
        line, template, a, b, c, seconds = (column[: self.count] for column in self.columns)
        return Matches(
            templates=self.templates,
            line=line,
            template=template,
            a=a,
            b=b,
            c=c,
            seconds=seconds,
            beyond=tuple(sorted(self.beyond)),
        )

    def _words(self, lines: NDArray[np.int64], width: int) -> list[NDArray[np.uint64]]:
        return words_at(self.data, self.starts[lines], None, -(-width // 8))

    def _stops(self, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the next line begins, or the text ends."""
        inside = lines + 1 < len(self.starts)
        return np.where(inside, self.starts[np.where(inside, lines + 1, 0)], len(self.data))

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
        stop = self._stops(lines)
        stop = stop - (self.data[stop - 1] == 10)
        stop = stop - ((stop > body) & (self.data[stop - 1] == 13))
        ending: NDArray[np.int64] = rows[stop == body]
        return ending

    def _found(
        self, found: list[tuple[int, NDArray[np.int64]]], words: list[NDArray[np.uint64]], rest: Any, first: int
    ) -> tuple[NDArray[Any], ...]:
        """The columns of what fits: ``found`` are templates of one layout, each with its rows of ``words``."""
        counts = [len(rows) for _, rows in found]
        rows = found[0][1] if len(found) == 1 else np.concatenate([rows for _, rows in found])
        chosen = words if len(rows) == len(rest) and len(found) == 1 else [word[rows] for word in words]
        codes = np.repeat(np.array([code for code, _ in found], dtype=np.int16), counts)
        templates = [self.templates[code] for code, _ in found]
        return (rest[rows] + first, codes, *numbers_of(templates, counts, chosen))

    def _likely(self, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Lines with three digits among their first characters, which are as many bytes in Latin text only."""
        starts = self.starts[lines]
        length = self._stops(lines) - starts
        words = words_at(self.data, starts, length, HEAD // 8 + 1)
        likely = count_digits(words) >= 3
        wide = np.zeros(len(lines), dtype=np.uint64)
        for word in words:
            wide |= word
        rows = np.flatnonzero(~likely & (wide & _HIGH_BITS).astype(bool))
        if len(rows):
            words = words_at(self.data, starts[rows], length[rows], 4 * HEAD // 8)
            likely[rows] = (count_digits(words) >= 3) | has_other_digits(np.stack(words, axis=1).view(np.uint8))
        return likely

    def _read_slowly(self, rest: NDArray[np.int64], first: int, block: list[tuple[NDArray[Any], ...]]) -> None:
        """Read the lines that no template fits and that have digits near their start; learn their shapes."""
        if not len(rest):
            return
        rest = rest[self._likely(rest + first)]
        left = np.ones(len(rest), dtype=bool)
        words: list[NDArray[np.uint64]] = []
        single: list[tuple[int, ...]] = []
        for place, row in enumerate(rest.tolist()):
            if not left[place]:
                continue
            start = int(self.starts[first + row])
            line = self.buffer[start : start + 8 * LONGEST]
            header = read_header(line)
            if header is None:
                continue
            code, is_new = self._learn(line[: header.width], header)
            if code < 0:
                self.beyond.append(first + row)
                continue
            left[place] = False
            single.append((first + row, code, *self.templates[code].read(line)))
            if not is_new:
                # Seen before: it pays to look for it in the rest of the block.
                if header.width > 8 * len(words):
                    words = self._words(rest + first, header.width)
                self._match([code], words, left, rest, first, block)
        if single:
            columns = zip(*single, strict=True)
            block.append(tuple(np.array(column, dtype=kind) for column, kind in zip(columns, _TYPES, strict=True)))

    def _learn(self, line: bytes, header: Header) -> tuple[int, bool]:
        """The code of the header's template (-1 for one too many), and whether it is new; the next makes it fast."""
        shape, literals, digits = byte_shape(line, header)
        code = self.known.get(shape)
        if code is None:
            if len(self.templates) >= MOST_SHAPES:
                return -1, True
            code = self.known[shape] = len(self.templates)
            self.templates.append(
                Template(header=header, literals=literals, digits=digits, hours=hour_table(header.spans))
            )
            return code, True
        if code not in self.fast and len(self.fast) < MOST_TEMPLATES:
            self.fast.append(code)
            self.window = max(self.window, header.width)
        return code, False


def has_other_digits(heads: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Rows of bytes some of which may be a digit of another script."""
    found = np.zeros(len(heads), dtype=bool)
    flat = heads.reshape(-1)
    # Of what has two bytes and more only these leads begin digits; those between are punctuation and Chinese.
    leads = np.flatnonzero((flat >= 0xD9) & ((flat - np.uint8(0xE2)) > 7))
    leads = leads[leads % heads.shape[1] < heads.shape[1] - 2]
    lead, second, third = flat[leads], flat[leads + 1], flat[leads + 2]
    other = ((lead == 0xD9) & (second - np.uint8(0xA0) < 10)) | ((lead == 0xDB) & (second - np.uint8(0xB0) < 10))
    other |= (lead == 0xDF) | (lead == 0xE1) | (lead == 0xEA) | (lead == 0xEF)
    # Most Indic digits are the second half of an odd block; Thai, Lao and Tibetan have their own places.
    other |= (lead == 0xE0) & (((second & 1 == 1) & (third - np.uint8(0xA6) < 10)) | (third - np.uint8(0x90) < 26))
    # Four-byte digits are neither emoji nor pictographs (F0 9F), but for the segmented digits (F0 9F AF).
    other |= (lead == 0xF0) & ((second != 0x9F) | (third == 0xAF))
    found[leads[other] // heads.shape[1]] = True
    return found
