"""Columns of small numbers that stand for something: how often each occurs, and where first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Rows of which some columns stay in the cache.
BLOCK = 1 << 15


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
    for begin in range(0, len(codes), BLOCK):
        part = codes[begin : begin + BLOCK]
        # Of several values for one place numpy keeps the last.
        new = np.flatnonzero(first[part] == len(codes))[::-1]
        first[part[new]] = begin + new
        # Most codes come early: then the other blocks need not be looked at.
        if int(first[:most].max(initial=0)) < len(codes):
            break
    return first[:most]
