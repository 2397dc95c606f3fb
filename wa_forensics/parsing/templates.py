"""One header shape as masks over words of eight bytes: what fits it, and the numbers in what fits."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.locales.app_words import Spans
from wa_forensics.parsing.headers import Header

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROLES = ("a", "b", "c", "hour", "minute", "second")


@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """One header shape down to the byte: literal bytes, digit positions with their zero, and the reading."""

    header: Header
    literals: tuple[tuple[int, int], ...]
    digits: tuple[tuple[int, int], ...]
    hours: NDArray[np.int32]

    @cached_property
    def checks(self) -> tuple[tuple[np.uint64, ...], ...]:
        """For each word: mask and value of what is fixed; low halves, addends, carry mask and carries of digits.

        The last byte of a digit zero ends in 0 or 6 in every script, so its upper half is fixed, and adding 6 to
        the lower half carries for what is above nine (adding 10, for scripts that count from 6, for what is not below).
        """
        size = -(-self.header.width // 8) * 8
        mask, value, low, add, carry, carried = (bytearray(size) for _ in range(6))
        for position, byte in self.literals:
            mask[position], value[position] = 0xFF, byte
        for position, zero in self.digits:
            mask[position], value[position] = 0xF0, zero & 0xF0
            low[position], carry[position] = 0x0F, 0x10
            add[position], carried[position] = (10, 0x10) if zero & 0x0F else (6, 0)
        columns = [np.frombuffer(bytes(column), dtype="<u8") for column in (mask, value, low, add, carry, carried)]
        return tuple(zip(*columns, strict=True))

    @cached_property
    def places(self) -> int:
        """The ``digit_places`` of every line that fits, -1 where header bytes and ASCII digits do not tell."""
        fixed = {position for position, byte in self.literals if not 0x30 <= byte <= 0x39}
        digits = {position for position, zero in self.digits if zero == 0x30}
        if not fixed | digits >= set(range(16)):
            return -1
        return sum(1 << position for position in digits if position < 16)

    def fits(self, words: list[NDArray[np.uint64]], left: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Which of the rows that are ``left`` begin with this shape; ``words`` are the first bytes of each row."""
        mask, value = self.checks[0][:2]
        rows = np.flatnonzero(((words[0] & mask) == value) & left)
        for word, (mask, value, low, add, carry, carried) in zip(words, self.checks, strict=False):
            if not len(rows):
                break
            here = word if len(rows) == len(word) else word[rows]
            same = (here & mask) == value
            if carry:
                same &= (((here & low) + add) & carry) == carried
            if not same.all():
                rows = rows[same]
        return rows

    @cached_property
    def layout(self) -> tuple[object, ...]:
        """Where the numbers stand and in which script: equal for templates that differ in their words only."""
        return (tuple(self.header.runs.items()), self.digits)

    def number(self, words: list[NDArray[np.uint64]], run: tuple[int, ...]) -> NDArray[np.int16]:
        total = np.zeros(len(words[0]), dtype=np.uint16)
        zeros = dict(self.digits)
        place = 0
        while place < len(run):
            position = run[place]
            word, shift = words[position // 8], np.uint64(8 * (position % 8))
            lowest = np.uint16(zeros[position] & 0x0F)
            piece = (word >> shift).astype(np.uint16)
            if position % 8 < 7 and run[place + 1 : place + 2] == (position + 1,):
                piece &= np.uint16(0x0F0F)
                piece -= lowest * np.uint16(0x0101)
                # Tens stand in the lower byte: their tenfold and the ones meet in the upper one.
                piece *= np.uint16(10 * 256 + 1)
                piece >>= np.uint16(8)
                total *= np.uint16(100)
                place += 2
            else:
                piece &= np.uint16(0x0F)
                piece -= lowest
                total *= np.uint16(10)
                place += 1
            total += piece
        return total.view(np.int16)

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


def numbers_of(
    templates: Sequence[Template], counts: Sequence[int], words: list[NDArray[np.uint64]]
) -> tuple[NDArray[Any], ...]:
    """The numbers ``a b c`` as written and the seconds of the day (-1 for none) of rows that fit.

    The ``templates`` have one layout; the first of ``counts`` rows fit the first of them, and so on.
    """
    first = templates[0]
    a, b, c, hour, minutes, seconds = (first.number(words, first.header.runs[role]) for role in ROLES)
    if len(templates) > 1:
        tables = np.concatenate([template.hours for template in templates])
        hours = tables[hour + np.repeat(np.arange(len(templates), dtype=np.int16) * np.int16(len(first.hours)), counts)]
    else:
        hours = first.hours[hour]
    moment = hours * 3600
    moment += minutes.astype(np.int32) * 60
    moment += seconds
    moment[(hours < 0) | (minutes > 59) | (seconds > 60)] = -1
    return a, b, c, moment


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
