"""Bytes of many places of a buffer at once, eight at a time, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], dtype=np.uint64)


def words_at(
    data: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64] | None, count: int
) -> list[NDArray[np.uint64]]:
    """The first ``8 * count`` bytes of each slice as numbers, zero behind its end (if a length is given)."""
    size = 8 * count
    last = len(data) - size
    if last < 0 or (len(start) and int(start.max()) > last):
        # Slices that reach behind the last byte find zeros there.
        tail = min(int(start.min()), len(data)) if len(start) else len(data)
        start = np.minimum(start, len(data)) - tail
        data = np.concatenate([data[tail:], np.zeros(size, dtype=np.uint8)])
        last = len(data) - size
    # One gather of whole slices waits for memory once; one for each word would wait as often as there are words.
    slices = np.ndarray((last + 1,), dtype=f"V{size}", buffer=data, strides=(1,))[start]
    words = list(np.ascontiguousarray(slices.view("<u8").reshape(-1, count).T))
    if length is not None:
        for k, word in enumerate(words):
            short = np.flatnonzero(length < 8 * (k + 1))
            word[short] &= _MASKS[np.maximum(length[short] - 8 * k, 0)]
    return words


def digit_bytes(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One in each byte that is an ASCII digit, zero in the others."""
    word = word ^ np.uint64(0x3030303030303030)
    # Adding 6 to the lower half of a byte carries for what is above nine.
    other = (word & np.uint64(0x0F0F0F0F0F0F0F0F)) + np.uint64(0x0606060606060606)
    other |= word & np.uint64(0xF0F0F0F0F0F0F0F0)
    other >>= np.uint64(4)
    other &= np.uint64(0x0F0F0F0F0F0F0F0F)
    other += np.uint64(0x0F0F0F0F0F0F0F0F)
    other >>= np.uint64(4)
    other &= np.uint64(0x0101010101010101)
    other ^= np.uint64(0x0101010101010101)
    return other


def count_digits(words: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """How many bytes of each slice are ASCII digits."""
    total = digit_bytes(words[0])
    for word in words[1:]:
        total += digit_bytes(word)
    total *= np.uint64(0x0101010101010101)
    total >>= np.uint64(56)
    return total


def digit_places(words: list[NDArray[np.uint64]]) -> NDArray[np.uint16]:
    """Which of the first sixteen bytes of each slice are ASCII digits, as bits."""
    places = []
    for word in words[:2]:
        flags = digit_bytes(word)
        # Each byte's flag meets the upper byte of the product at a bit of its own.
        flags *= np.uint64(0x0102040810204080)
        flags >>= np.uint64(56)
        places.append(flags.astype(np.uint16))
    return places[0] | places[1] << np.uint16(8)
