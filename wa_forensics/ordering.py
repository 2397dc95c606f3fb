"""The longest run of numbers that never falls: the backbone of every question about order."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def longest_rising(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of a longest non-falling subsequence (patience sorting, n log n)."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    if not (values[1:] < values[:-1]).any():
        return np.arange(len(values), dtype=np.int64)
    ends: list[int] = []
    place_of_end: list[int] = []
    before = [-1] * len(values)
    for place, value in enumerate(values.tolist()):
        length = bisect_right(ends, value)
        before[place] = place_of_end[length - 1] if length else -1
        if length == len(ends):
            ends.append(value)
            place_of_end.append(place)
        else:
            ends[length] = value
            place_of_end[length] = place
    chain = []
    place = place_of_end[-1]
    while place >= 0:
        chain.append(place)
        place = before[place]
    return np.array(chain[::-1], dtype=np.int64)


def out_of_order(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The fewest positions without which the values never fall."""
    if not (values[1:] < values[:-1]).any():
        return np.zeros(0, dtype=np.int64)
    low = np.minimum.accumulate(values[::-1])[::-1]
    high = np.maximum.accumulate(values)
    # Where all earlier values precede and all later ones follow, nothing needs to be searched.
    kept = (values >= high) & (values <= low)
    restless = np.flatnonzero(~kept)
    for stretch in np.split(restless, np.flatnonzero(np.diff(restless) > 1) + 1):
        kept[stretch[longest_rising(values[stretch])]] = True
    return np.flatnonzero(~kept)
