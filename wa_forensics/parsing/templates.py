"""One header shape as masks over words of eight bytes: what fits it, and the numbers in what fits."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.locales.app_words import Spans
from wa_forensics.parsing.headers import Header

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_HIGHEST = np.uint64(0x8080808080808080)
ROLES = ("a", "b", "c", "hour", "minute", "second")


@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """One header shape down to the byte: literal bytes, digit positions with their zero, and the reading."""

    header: Header
    literals: tuple[tuple[int, int], ...]
    digits: tuple[tuple[int, int], ...]
    hours: NDArray[np.int32]

    @cached_property
    def sample(self) -> bytes:
        """The header with every digit as zero."""
        sample = bytearray(self.header.width)
        for position, byte in (*self.literals, *self.digits):
            sample[position] = byte
        return bytes(sample)

    @cached_property
    def layout(self) -> tuple[object, ...]:
        """Where the numbers stand and in which script: equal for templates that differ in their words only."""
        return (tuple(self.header.runs.items()), self.digits)

    @cached_property
    def steps(self) -> dict[str, tuple[tuple[int, int, bool, int], ...]]:
        """How each number is read: word and byte in it, whether the next byte is a digit too, lower half of zero."""
        zeros = dict(self.digits)
        steps: dict[str, tuple[tuple[int, int, bool, int], ...]] = {}
        for role in ROLES:
            run, found = list(self.header.runs[role]), []
            while run:
                position = run.pop(0)
                is_pair = position % 8 < 7 and run[:1] == [position + 1]
                run = run[is_pair:]
                found.append((position // 8, position % 8, is_pair, zeros[position] & 0x0F))
            steps[role] = tuple(found)
        return steps

    def number(self, words: list[NDArray[np.uint64]], role: str) -> NDArray[np.int16]:
        """The number ``role`` of each row."""
        total = None
        for word, byte, is_pair, lowest in self.steps[role]:
            # Looked at in place: shifting whole words takes longer.
            if is_pair:
                piece = np.ndarray((len(words[0]),), "<u2", words[word], byte, (8,)) & np.uint16(0x0F0F)
                if lowest:
                    piece -= np.uint16(lowest * 0x0101)
                # Tens stand in the lower byte: their tenfold and the ones meet in the upper one.
                piece *= np.uint16(10 * 256 + 1)
                piece >>= np.uint16(8)
            else:
                piece = np.ndarray((len(words[0]),), "u1", words[word], byte, (8,)).astype(np.uint16)
                piece &= np.uint16(0x0F)
                piece -= np.uint16(lowest)
            if total is None:
                total = piece
            else:
                total *= np.uint16(100 if is_pair else 10)
                total += piece
        return np.zeros(len(words[0]), dtype=np.int16) if total is None else total.view(np.int16)

    def read(self, line: bytes) -> tuple[int, int, int, int]:
        """The numbers ``a b c`` as written and the seconds of the day (-1 for none) of one line that fits."""
        zeros = dict(self.digits)
        values = []
        for role in ROLES:
            value = 0
            for position in self.header.runs[role]:
                value = 10 * value + line[position] - zeros[position]
            values.append(value)
        a, b, c, written, minute, second = values
        hour = int(self.hours[written])
        return a, b, c, hour * 3600 + minute * 60 + second if hour >= 0 and minute < 60 and second <= 60 else -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Alike:
    """Templates of one layout, so that they differ in their words only: they are held against lines together."""

    templates: tuple[Template, ...]
    codes: NDArray[np.int16]

    @cached_property
    def words(self) -> int:
        """How many words of eight bytes the longest header has."""
        return max(-(-template.header.width // 8) for template in self.templates)

    @cached_property
    def shared(self) -> frozenset[tuple[int, int]]:
        """The literal bytes that all of them have."""
        return frozenset.intersection(*(frozenset(template.literals) for template in self.templates))

    @cached_property
    def checks(self) -> tuple[tuple[np.uint64, np.uint64, np.uint64], ...]:
        """For each word of eight bytes: value, mask and addend of the bytes that all of them have, digits among them.

        Less the value a literal byte is 0 and a digit 0 to 9. The addend carries anything else into the highest bit
        of the byte, if it is not set before. The lowest byte that does not fit shows it, whatever it borrows or
        carries: those below it do neither.
        """
        shared = [*((place, byte, 0x7F) for place, byte in self.shared)]
        shared += [(place, zero, 0x7F - 9) for place, zero in self.templates[0].digits]
        size = -(-max(place + 1 for place, *_ in shared) // 8) * 8
        values, masks, addends = (np.zeros(size, dtype=np.uint8) for _ in range(3))
        for place, value, addend in shared:
            values[place], masks[place], addends[place] = value, 0xFF, addend
        return tuple(zip(*(column.view("<u8") for column in (values, masks, addends)), strict=True))

    @cached_property
    def own_checks(self) -> tuple[tuple[tuple[int, np.uint64, np.uint64], ...], ...]:
        """For each template: number, mask and value of the words with literal bytes that not all have."""
        own = []
        for template in self.templates:
            values, masks = (np.zeros(-(-template.header.width // 8) * 8, dtype=np.uint8) for _ in range(2))
            for place, byte in frozenset(template.literals) - self.shared:
                values[place], masks[place] = byte, 0xFF
            pairs = zip(masks.view("<u8"), values.view("<u8"), strict=True)
            own.append(tuple((k, mask, value) for k, (mask, value) in enumerate(pairs) if mask))
        return tuple(own)

    @cached_property
    def hours(self) -> NDArray[np.int32]:
        """Seconds of the day at the beginning of each hour as written, template by template; negative for none."""
        return np.concatenate([template.hours for template in self.templates]) * 3600

    def begin(self, words: list[NDArray[np.uint64]], left: NDArray[np.bool_]) -> NDArray[np.int64] | None:
        """Rows that are ``left`` and have what is common, None for all rows; ``words`` are the bytes of each row."""
        fits = _excess(words[0], *self.checks[0]) == 0
        fits &= left
        count = int(np.count_nonzero(fits))
        rows = None if count == len(fits) else np.flatnonzero(fits)
        if not count or len(self.checks) == 1:
            return rows
        pairs = zip(words[1:], self.checks[1:], strict=False)
        excess = [_excess(word if rows is None else word[rows], *check) for word, check in pairs]
        for other in excess[1:]:
            excess[0] |= other
        fits = excess[0] == 0
        if fits.all():
            return rows
        return np.flatnonzero(fits) if rows is None else rows[fits]

    def numbers(self, words: list[NDArray[np.uint64]], which: NDArray[np.int16] | None) -> tuple[NDArray[Any], ...]:
        """The numbers ``a b c`` as written and the seconds of the day (-1 for none) of rows that fit.

        ``which`` of the templates each row fits, where there are several.
        """
        first = self.templates[0]
        a, b, c, hour, minutes, seconds = (first.number(words, role) for role in ROLES)
        if which is not None:
            hour += which * np.int16(len(first.hours))
        moment = self.hours[hour]
        none = moment < 0
        none |= minutes > 59
        none |= seconds > 60
        minutes *= np.int16(60)
        minutes += seconds
        moment += minutes
        if none.any():
            moment[none] = -1
        return a, b, c, moment


def _excess(word: NDArray[np.uint64], value: np.uint64, mask: np.uint64, addend: np.uint64) -> NDArray[np.uint64]:
    """The highest bits of the bytes of each row that do not fit one of ``Alike.checks``."""
    rest = word - value
    if mask != _ALL:
        rest &= mask
    excess = rest + addend
    excess |= rest
    excess &= _HIGHEST
    return excess


def byte_shape(line: bytes, header: Header) -> tuple[bytes, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The header with every digit as zero (its key), its literal bytes, and its digits with their zero."""
    positions = {position for run in header.runs.values() for position in run}
    digits = []
    shape = bytearray(line)
    for position in sorted(positions):
        zero = _zero_of(line, position)
        digits.append((position, zero))
        shape[position] = zero
    literals = tuple((i, byte) for i, byte in enumerate(line) if i not in positions)
    return bytes(shape), literals, tuple(digits)


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
    for written in range(25):
        table[written] = hour_of_day(written, spans)
    return table


def hour_of_day(written: int, spans: Spans) -> int:
    """The hour 0 to 23 of a written hour and half of the day; -1 if there is none.

    Clocks that count from 1 to 24 (``kk`` of CLDR) write 24 for the first hour of the day that the date names.
    """
    if written > 23:
        return 0 if written == 24 and not spans else -1
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
