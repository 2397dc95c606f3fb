"""Numbers for the words of a buffer, and for their beginnings, by whole columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BASE = 0x100000001B3
INVERSE = pow(BASE, -1, 1 << 64)
BORDERS = np.zeros(256, dtype=bool)
BORDERS[[ord(c) for c in " .!?\n"]] = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """The words of a buffer: byte ``ends[i]`` is the border after the word that begins at ``begins[i]``.

    ``sums[i]`` adds up byte times power of ``BASE`` before byte ``i`` modulo 2**64; what a stretch adds, times
    ``backs`` (the inverse power) at its beginning, depends on its bytes alone.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    sums: NDArray[np.uint64]
    backs: NDArray[np.uint64]

    def whole(self) -> NDArray[np.uint64]:
        """A number for each word."""
        return (self.sums[self.ends] - self.sums[self.begins]) * self.backs[self.begins]

    def beginnings(self, chosen: NDArray[np.int64], size: int) -> NDArray[np.uint64]:
        """A number for the first ``size`` bytes of the chosen words, equal to that of a word of these bytes."""
        begins = self.begins[chosen]
        return (self.sums[begins + size] - self.sums[begins]) * self.backs[begins]


def word_hashes(data: NDArray[np.uint8]) -> Words:
    """The words of folded bytes that begin and end with a border."""
    border = BORDERS[data]
    begins = np.flatnonzero(border[:-1] & ~border[1:]) + 1
    ends = np.flatnonzero(~border[:-1] & border[1:]) + 1
    powers, backs = _powers(BASE, len(data)), _powers(INVERSE, len(data))
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(data.astype(np.uint64) * powers[:-1])))
    return Words(begins=begins, ends=ends, sums=sums, backs=backs)


def _powers(base: int, most: int) -> NDArray[np.uint64]:
    steps = np.full(most + 1, base, dtype=np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)
