"""Header shapes as numpy columns: each shape is read once, then held against all line starts at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.parsing.codes import BLOCK, count_codes
from wa_forensics.parsing.headers import LONGEST, Header, read_header
from wa_forensics.parsing.plain import HEAD
from wa_forensics.parsing.templates import Alike, Template, byte_shape, hour_table
from wa_forensics.parsing.words import count_digits, has_other_digits, head_keys, words_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE = 1 << 20
# So many lines that no template fits are read before the others are looked at again.
_SOME = 64
# A file with more shapes than this is no export of one phone; the rest is read line by line.
MOST_TEMPLATES = 192
# Of a file with still more shapes, as only hostile ones have, the later ones are text.
MOST_SHAPES = 4_096
# From so many templates on it pays to look first at the first bytes of each line.
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
        size = min(size * 8, 2 * BLOCK)
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
        self.grouped: list[tuple[int, Alike]] | None = None
        # Lines are grouped by so many of their first bytes.
        self.head = 16
        self.window = 8
        # No line has two headers; memory that is never written costs nothing.
        self.columns: tuple[NDArray[Any], ...] = tuple(np.empty(len(starts), dtype=kind) for kind in _TYPES)
        self.count = 0

    def read_block(self, first: int, last: int) -> None:
        """Match the lines ``first`` to ``last`` (exclusive)."""
        words = self._words(np.arange(first, last), self.window)
        left = np.ones(last - first, dtype=bool)
        block: list[tuple[NDArray[Any], ...]] = []
        if len(self.fast) <= FEW_TEMPLATES:
            every = np.arange(last - first)
            for _, alike in self._groups():
                self._match(alike, words, left, every, first, block)
        else:
            self._match_by_heads(words, left, first, block)
        self._read_slowly(np.flatnonzero(left), first, block)
        self._keep(block, first, last - first)

    def _keep(self, block: list[tuple[NDArray[Any], ...]], first: int, size: int) -> None:
        """Put what was found among the ``size`` lines from ``first`` on into the columns, ascending by line."""
        if len(block) == 1:
            at: Any = slice(self.count, self.count + len(block[0][0]))
            for column, part in zip(self.columns, block[0], strict=True):
                column[at] = part
            self.count = at.stop
        elif block:
            # Each piece's lines ascend, those of several lie among one another.
            joined = list(map(np.concatenate, zip(*block, strict=True)))
            at = joined[0] + (self.count - first)
            if len(at) < size:
                found = np.zeros(size, dtype=bool)
                found[joined[0] - first] = True
                at = (np.cumsum(found) + (self.count - 1))[joined[0] - first]
            for column, part in zip(self.columns, joined, strict=True):
                column[at] = part
            self.count += len(at)

    def _groups(self) -> list[tuple[int, Alike]]:
        """The fast templates by the key of their first bytes, and by layout in the order in which they were learned."""
        if self.grouped is None:
            self.head = min([16, *(self.templates[code].header.width for code in self.fast)])
            groups: dict[tuple[int, Any], list[int]] = {}
            for code in self.fast:
                template = self.templates[code]
                sample = np.frombuffer(template.sample[:16].ljust(16, b"\0"), dtype="<u8")
                (key,) = head_keys(list(sample[:, None]), self.head) if len(self.fast) > FEW_TEMPLATES else (0,)
                groups.setdefault((int(key), template.layout), []).append(code)
            found = [(key, self._alike(codes)) for (key, _), codes in groups.items()]
            self.grouped = sorted(found, key=lambda group: group[0])
        return self.grouped

    def _alike(self, codes: list[int]) -> Alike:
        return Alike(
            templates=tuple(self.templates[code] for code in codes),
            codes=np.array(codes, dtype=np.int16),
        )

    def _match_by_heads(
        self,
        words: list[NDArray[np.uint64]],
        left: NDArray[np.bool_],
        first: int,
        block: list[tuple[NDArray[Any], ...]],
    ) -> None:
        """Hold each of many templates only against lines whose first bytes may be its own."""
        groups = self._groups()
        keys = head_keys(words, self.head)
        for key, of_key in groupby(groups, lambda group: group[0]):
            lines = np.flatnonzero(keys == key)
            if len(lines):
                of_lines, alikes = left[lines], [alike for _, alike in of_key]
                here = [word[lines] for word in words[: max(alike.words for alike in alikes)]]
                for alike in alikes:
                    self._match(alike, here, of_lines, lines, first, block)
                left[lines] = of_lines

    def _match(
        self,
        alike: Alike,
        words: list[NDArray[np.uint64]],
        left: NDArray[np.bool_],
        lines: NDArray[np.int64],
        first: int,
        block: list[tuple[NDArray[Any], ...]],
    ) -> int:
        """Hold templates of one layout against the lines ``first + lines``; those that fit are no longer ``left``.

        Returns how many they are.
        """
        rows = alike.begin(words, left)
        if rows is not None and not len(rows):
            return 0
        if rows is not None:
            words, lines = [word[rows] for word in words], lines[rows]
        lines = lines + first
        which = None
        if len(alike.templates) > 1 or alike.templates[0].header.ends_line:
            which, fits = self._which(alike, words, lines)
            some = np.flatnonzero(fits)
            if not len(some):
                return 0
            if len(some) < len(fits):
                rows = some if rows is None else rows[some]
                words, lines, which = [word[some] for word in words], lines[some], which[some]
        left[slice(None) if rows is None else rows] = False
        codes = np.full(len(lines), alike.codes[0]) if which is None else alike.codes[which]
        block.append((lines, codes, *alike.numbers(words, which)))
        return len(lines)

    def _which(
        self, alike: Alike, words: list[NDArray[np.uint64]], lines: NDArray[np.int64]
    ) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        """Which of the templates each row fits that has what they share, and whether it fits any."""
        which = np.zeros(len(lines), dtype=np.int16)
        none = np.ones(len(lines), dtype=bool)
        for number, (template, checks) in enumerate(zip(alike.templates, alike.own_checks, strict=True)):
            fits = none.copy()
            for k, mask, value in checks:
                fits &= (words[k] & mask) == value
            if template.header.ends_line:
                fits[fits] = self._end_there(lines[fits], template.header.width)
            none ^= fits
            which += fits * np.int16(number)
        return which, ~none

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

    def _end_there(self, lines: NDArray[np.int64], width: int) -> NDArray[np.bool_]:
        """Which lines end behind a header of this width: what follows is LF, CR LF, or a CR where the text ends."""
        body = self.starts[lines] + width
        stop = self._stops(lines)
        stop = stop - (self.data[stop - 1] == 10)
        stop = stop - ((stop > body) & (self.data[stop - 1] == 13))
        ending: NDArray[np.bool_] = stop == body
        return ending

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
        left = np.ones(len(rest), dtype=bool)
        words: list[NDArray[np.uint64]] = []
        single: list[tuple[int, ...]] = []
        begin, end = 0, _SOME
        while begin < len(rest):
            places = begin + np.flatnonzero(left[begin:end])
            known = len(self.templates)
            for place in places[self._likely(rest[places] + first)].tolist():
                if not left[place]:
                    continue
                line_number = first + int(rest[place])
                start = int(self.starts[line_number])
                line = self.buffer[start : start + 8 * LONGEST]
                header = read_header(line)
                if header is None:
                    continue
                code, is_new = self._learn(line[: header.width], header)
                if code < 0:
                    self.beyond.append(line_number)
                    continue
                left[place] = False
                single.append((line_number, code, *self.templates[code].read(line)))
                if is_new and header.needs_name:
                    # The beginning of another header may look like it.
                    continue
                if header.width > 8 * len(words):
                    words = self._words(rest + first, header.width)
                if self._match(self._alike([code]), words, left, rest, first, block) or not is_new:
                    self._hasten(code)
            # What is learned from some lines takes most of the others away.
            begin, end = end, 4 * end if len(self.templates) > known else len(rest)
        if single:
            columns = zip(*single, strict=True)
            block.append(tuple(np.array(column, dtype=kind) for column, kind in zip(columns, _TYPES, strict=True)))

    def _learn(self, line: bytes, header: Header) -> tuple[int, bool]:
        """The code of the header's template (-1 for one too many), and whether it is new."""
        shape, literals, digits = byte_shape(line, header)
        code = self.known.get(shape)
        if code is not None:
            return code, False
        if len(self.templates) >= MOST_SHAPES:
            return -1, True
        code = self.known[shape] = len(self.templates)
        self.templates.append(Template(header=header, literals=literals, digits=digits, hours=hour_table(header.spans)))
        return code, True

    def _hasten(self, code: int) -> None:
        """Hold a template that was seen more than once against all further lines."""
        if code not in self.fast and len(self.fast) < MOST_TEMPLATES:
            self.fast.append(code)
            self.grouped = None
            self.window = max(self.window, self.templates[code].header.width)
