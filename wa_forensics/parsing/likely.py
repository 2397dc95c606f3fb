"""Which messages may be lines of the app: told from their first and last bytes, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.locales.app_words import app_signatures
from wa_forensics.parsing.words import words_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A table of so many bits is still in the cache, and few words that are not in the set find a bit there.
_BITS = 17


def likely_rows(
    data: NDArray[np.uint8],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    first_stop: NDArray[np.int64],
    named: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Rows without sender, marked by the app, or beginning or ending like a string of the app."""
    known = _signatures()
    length = end - start
    first = words_at(data, start, length, 1)[0]
    likely = known.beginnings.has(first)
    likely |= ~named
    # Both marks of the app: they differ in one bit.
    likely |= (first & np.uint64(0xFEFFFF)) == np.uint64(0x8E80E2)
    several = np.flatnonzero(first_stop < end)
    for head, mask in known.short:
        likely[several] |= (first[several] & mask) == head
    last = words_at(data, np.maximum(end - 8, start), None, 1)[0]
    # A text of fewer bytes begins and ends with the same word.
    short = np.flatnonzero(length < 8)
    last[short] = first[short]
    likely |= known.endings.has(last)
    # A caption may follow the marker of an attachment on lines of its own.
    rows = several[~likely[several]]
    begin = start[rows]
    breaks = np.maximum(first_stop[rows], begin)
    breaks = breaks - (data[np.maximum(breaks - 1, 0)] == 13)
    stop = np.maximum(breaks - 8, begin)
    likely[rows] = known.endings.has(words_at(data, stop, np.maximum(breaks - stop, 0), 1)[0])
    return np.flatnonzero(likely)


class _WordSet:
    """A set of 8-byte words that is asked for whole columns: a bit table, then the words themselves."""

    def __init__(self, words: Sequence[int]) -> None:
        self.words = np.array(words, dtype=np.uint64)
        self.table = np.zeros(1 << _BITS, dtype=bool)
        self.table[self._slots(self.words)] = True

    @staticmethod
    def _slots(words: NDArray[np.uint64]) -> NDArray[np.int64]:
        slots = words * np.uint64(0x9E3779B97F4A7C15)
        slots >>= np.uint64(64 - _BITS)
        return slots.view(np.int64)

    def has(self, words: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of the words are in the set."""
        found: NDArray[np.bool_] = self.table[self._slots(words)]
        rows = np.flatnonzero(found)
        position = np.minimum(np.searchsorted(self.words, words[rows]), len(self.words) - 1)
        found[rows] = self.words[position] == words[rows]
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Signatures:
    """First and last eight bytes of what the app writes under a name; shorter beginnings with a mask."""

    beginnings: _WordSet
    endings: _WordSet
    short: tuple[tuple[np.uint64, np.uint64], ...]


@cache
def _signatures() -> _Signatures:
    pieces = app_signatures()
    return _Signatures(
        beginnings=_WordSet(pieces["beginnings"]),
        endings=_WordSet(pieces["endings"]),
        short=tuple(
            (np.uint64(head), np.uint64((1 << 8 * ((head.bit_length() + 7) // 8)) - 1)) for head in pieces["short"]
        ),
    )
