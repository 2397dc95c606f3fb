"""Who speaks: the name before the first ``: ``, as codes into a list of names, settled on the whole file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Words of a name that are compared exactly in columns; longer names are compared one by one.
WORDS = 6
_BLOCK = 1 << 15


@dataclass(kw_only=True, eq=False)
class Speakers:
    """``code`` of each message into ``names`` (raw bytes), -1 without a sender; where each text begins.

    ``bare`` are rows whose colon ends the line: a name with an empty text, or no name at all.
    """

    code: NDArray[np.int32]
    names: list[bytes]
    text_start: NDArray[np.int64]
    bare: NDArray[np.int64]


def split_senders(data: NDArray[np.uint8], body: NDArray[np.int64], line_stop: NDArray[np.int64]) -> Speakers:
    """Cut each body at its first ``: `` (or at a colon that ends the line)."""
    name_end = np.full(len(body), -1, dtype=np.int64)
    text_start = body.copy()
    for begin in range(0, len(body), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        ends = _first_colons(data, body[part], line_stop[part])
        name_end[part] = ends
        found = ends > body[part]
        text_start[part] = np.where(found, np.minimum(ends + 2, line_stop[part]), body[part])
    name_end[name_end <= body] = -1
    encoder = _Encoder(data)
    code = np.concatenate(
        [
            encoder.encode(body[begin : begin + _BLOCK], name_end[begin : begin + _BLOCK])
            for begin in range(0, len(body), _BLOCK)
        ]
        or [np.empty(0, dtype=np.int32)]
    )
    named = np.flatnonzero(code >= 0)
    behind = name_end[named] + 1
    is_bare = (behind >= len(data)) | (data[np.minimum(behind, len(data) - 1)] != 32)
    return Speakers(code=code, names=encoder.names, text_start=text_start, bare=named[is_bare])


def _first_colons(data: NDArray[np.uint8], body: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offset of the first colon before a space or line end, from ``body`` to ``stop``; -1 if none."""
    if not len(body):
        return np.empty(0, dtype=np.int64)
    base, end = int(body[0]), int(stop[-1])
    colons = np.flatnonzero(data[base:end] == 58) + base
    following = data[np.minimum(colons + 1, len(data) - 1)]
    ends_line = (following == 10) | (following == 13) | (colons + 1 == len(data))
    colons = colons[(following == 32) | ends_line]
    index = np.searchsorted(colons, body)
    padded = np.append(colons, np.iinfo(np.int64).max)
    found = padded[index]
    return np.where(found < stop, found, -1)


class _Encoder:
    """Gives each distinct name a code in the order of appearance, by comparing words of eight bytes."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.names: list[bytes] = []
        self._codes: dict[bytes, int] = {}
        self._words = np.zeros((64, WORDS), dtype=np.uint64)
        self._lengths = np.zeros(64, dtype=np.int64)
        self._table = np.full(1 << 16, -1, dtype=np.int32)

    def encode(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int32]:
        """Codes of the names ``data[start:end]``; -1 where ``end`` is negative."""
        named = np.flatnonzero(end >= 0)
        codes = np.full(len(start), -1, dtype=np.int32)
        begin, length = start[named], (end - start)[named]
        words = words_at(self.data, begin, length, WORDS)
        key = _mix(words, length)
        guess = self._table[key]
        same = (guess >= 0) & (length <= 8 * WORDS) & (self._lengths[guess] == length)
        for k in range(WORDS):
            if same.any():
                same &= self._words[guess, k] == words[k]
        codes[named[same]] = guess[same]
        for row in np.flatnonzero(~same).tolist():
            name = self.data[begin[row] : begin[row] + length[row]].tobytes()
            code = self._codes.get(name)
            if code is None:
                code = self._codes[name] = len(self.names)
                self.names.append(name)
                self._remember(code, int(key[row]), [int(word[row]) for word in words], int(length[row]))
            codes[named[row]] = code
        return codes

    def _remember(self, code: int, key: int, words: list[int], length: int) -> None:
        if code >= len(self._lengths):
            self._words = np.concatenate([self._words, np.zeros_like(self._words)])
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
        self._words[code] = words
        self._lengths[code] = length
        self._table[key] = code


def words_at(
    data: NDArray[np.uint8], start: NDArray[np.int64], length: NDArray[np.int64], count: int
) -> list[NDArray[np.uint64]]:
    """The first ``8 * count`` bytes of each slice as numbers, zero behind its end."""
    padded = len(data) - 8
    words = []
    for k in range(count):
        here = start + 8 * k
        left = length - 8 * k
        if k and not (left > 0).any():
            words.append(np.zeros(len(start), dtype=np.uint64))
            continue
        if padded < 0:
            word = _short_words(data, here)
        else:
            view = np.ndarray((padded + 1,), dtype="<u8", buffer=data, strides=(1,))
            clipped = np.clip(here, 0, padded)
            word = view[clipped] >> ((np.minimum(here - clipped, 7) * 8).astype(np.uint64))
        keep = np.clip(left, 0, 8)
        mask = _MASKS[keep]
        words.append(word & mask)
    return words


_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], dtype=np.uint64)


def _short_words(data: NDArray[np.uint8], here: NDArray[np.int64]) -> NDArray[np.uint64]:
    padded = np.concatenate([data, np.zeros(16, dtype=np.uint8)])
    view = np.ndarray((len(padded) - 8,), dtype="<u8", buffer=padded, strides=(1,))
    return view[np.minimum(here, len(data))]


def _mix(words: list[NDArray[np.uint64]], length: NDArray[np.int64]) -> NDArray[np.int64]:
    """A 16-bit key; names that share one are told apart by comparison."""
    mixed = length.astype(np.uint64)
    for word in words:
        mixed = (mixed ^ word) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(48)).astype(np.int64)
