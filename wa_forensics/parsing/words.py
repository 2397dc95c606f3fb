"""Bytes of many places of a buffer at once, eight at a time, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], dtype=np.uint64)
_FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


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


def head_keys(words: list[NDArray[np.uint64]], size: int) -> NDArray[np.uint16]:
    """A number for the first ``size`` bytes (16 at most) of each slice, the same whatever digits stand in them.

    The upper half of a byte is the same for all digits of a script; of ASCII it counts too what is above "9".
    """
    total = np.zeros(len(words[0]), dtype=np.uint64)
    for k, (word, factor) in enumerate(zip(words, _FACTORS, strict=False)):
        key = word & np.uint64(0x7F7F7F7F7F7F7F7F)
        key += np.uint64(0x4646464646464646)
        key &= np.uint64(0x8080808080808080)
        key |= word
        key &= np.uint64(0xF0F0F0F0F0F0F0F0)
        if size < 8 * (k + 1):
            key &= _MASKS[max(size - 8 * k, 0)]
        key *= factor
        total += key
    total >>= np.uint64(48)
    return total.astype(np.uint16)


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
