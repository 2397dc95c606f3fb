"""Bytes of many places of a buffer at once, eight at a time, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def words_at(
    data: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64] | None, count: int
) -> list[NDArray[np.uint64]]:
    """The first ``8 * count`` bytes of each slice as numbers, zero behind its end (if a length is given)."""
    last = len(data) - 8
    words = []
    for k in range(count):
        here = start + 8 * k if k else start
        if last < 0 or (len(here) and int(here.max()) > last):
            word = _words_near_end(data, here)
        else:
            view = np.ndarray((last + 1,), dtype="<u8", buffer=data, strides=(1,))
            word = view[here]
        if length is not None:
            short = np.flatnonzero(length < 8 * (k + 1))
            word[short] &= _MASKS[np.clip(length[short] - 8 * k, 0, 8)]
        words.append(word)
    return words


_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], dtype=np.uint64)


def _words_near_end(data: NDArray[np.uint8], here: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Words that may reach behind the last byte, which counts as zeros there."""
    tail = int(here.min()) if len(here) else 0
    tail = min(tail, len(data))
    padded = np.concatenate([data[tail:], np.zeros(16, dtype=np.uint8)])
    view = np.ndarray((len(padded) - 8,), dtype="<u8", buffer=padded, strides=(1,))
    words: NDArray[np.uint64] = view[np.minimum(here - tail, len(data) - tail)]
    return words
