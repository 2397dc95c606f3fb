"""Who speaks: the name before the first ``: ``, as codes into a list of names, settled on the whole file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.parsing.layout import Layout
from wa_forensics.parsing.words import words_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Words of eight bytes of a name that are compared in columns; longer names are searched for their colon.
WORDS = 6
_BLOCK = 1 << 15
_ROOM = 64
# Names beyond this number are searched for their colon; chains of names with one beginning are followed so far.
_MOST_KNOWN = 4_096
_CHAIN = 6
# Fewer rows are searched for their colons in less time than they are compared.
_FEW = 16


@dataclass(kw_only=True, eq=False)
class Speakers:
    """``code`` of each message into ``names`` (raw bytes), -1 without a sender; where each text begins.

    ``bare`` are rows whose colon ends the line: a name with an empty text, or no name at all.
    """

    code: NDArray[np.int32]
    names: list[bytes]
    text_start: NDArray[np.int64]
    bare: NDArray[np.int64]


def split_senders(data: NDArray[np.uint8], layout: Layout) -> Speakers:
    """Cut each body at its first ``: `` (or at a colon that ends the line)."""
    encoder = _Encoder(data)
    code = np.empty(len(layout.line), dtype=np.int32)
    text_start = np.empty(len(layout.line), dtype=np.int64)
    bare: list[int] = []
    for begin in range(0, len(code), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        body = layout.body(part)
        code[part], length = encoder.encode(body, layout, begin)
        length += 2
        length[code[part] < 0] = 0
        body += length
        text_start[part] = body
        bare += encoder.bare
        encoder.bare = []
    text_start[bare] -= 1
    return Speakers(
        code=code,
        names=encoder.names,
        text_start=text_start,
        bare=np.array(bare, dtype=np.int64),
    )


def _first_colons(data: NDArray[np.uint8], body: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offset of the first colon before a space or line end, from ``body`` to ``stop``; -1 if none."""
    base, end = int(body[0]), int(stop[-1])
    colons = np.flatnonzero(data[base:end] == 58) + base
    following = data[np.minimum(colons + 1, len(data) - 1)]
    ends_line = (following == 10) | (following == 13) | (colons + 1 == len(data))
    colons = colons[(following == 32) | ends_line]
    padded = np.append(colons, np.iinfo(np.int64).max)
    found = padded[np.searchsorted(colons, body)]
    return np.where((found < stop) & (found > body), found, -1)


class _Encoder:
    """Gives each distinct name a code in the order of appearance.

    A known name is recognised, with its ``: ``, by comparing words of eight bytes, so that most rows need no
    search for a colon; rows that no known name fits are searched, and their names learned.
    """

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.names: list[bytes] = []
        # Rows whose colon ends the line: the text behind it is empty.
        self.bare: list[int] = []
        self._codes: dict[bytes, int] = {}
        # By word: the bytes of each name with its ": ", and which of them count.
        self._words = [np.zeros(_ROOM, dtype=np.uint64) for _ in range(WORDS)]
        self._masks = [np.zeros(_ROOM, dtype=np.uint64) for _ in range(WORDS)]
        self._lengths = np.zeros(_ROOM + 1, dtype=np.int64)
        # Numpy converts every index that is not of this type.
        self._next = np.full(_ROOM, -1, dtype=np.int64)
        self._table = np.zeros(1 << 12, dtype=np.int64)
        self._short: list[int] = []
        self._most_words = 1

    def encode(
        self, body: NDArray[np.int64], layout: Layout, offset: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Code and length of the name at each body, the rows from ``offset`` on; -1 and 0 where there is none."""
        codes = self._recognise(body)
        left = np.flatnonzero(codes < 0)
        lengths = self._lengths[codes]
        step = 16
        while len(left):
            # Learn from a few rows, then try again: most names come early.
            some = left[:step]
            ends = _first_colons(self.data, body[some], layout.first_line_end(some + offset))
            for row, begin, end in zip(some.tolist(), body[some].tolist(), ends.tolist(), strict=True):
                if end >= 0:
                    codes[row] = self._learn(self.data[begin:end].tobytes())
                    lengths[row] = end - begin
                    if self.data[end + 1 : end + 2].tobytes() != b" ":
                        self.bare.append(row + offset)
            left = left[step:]
            if len(left) >= _FEW:
                found = self._recognise(body[left])
                codes[left] = found
                lengths[left] = self._lengths[found]
                left = left[found < 0]
            step *= 4
        return codes, lengths

    def _recognise(self, body: NDArray[np.int64]) -> NDArray[np.int32]:
        """Codes of the rows that begin with a known name and ``: ``."""
        if not self.names:
            return np.full(len(body), -1, dtype=np.int32)
        words = words_at(self.data, body, None, self._most_words)
        # An empty slot points at name 0, which then does not compare equal.
        guess = self._table[_slots(words[0])]
        same = self._same(words, guess)
        codes = np.where(same, guess, -1).astype(np.int32)
        rows = np.flatnonzero(~same)
        for _ in range(_CHAIN):
            guess = self._next[guess[rows] if len(guess) == len(body) else guess]
            known = guess >= 0
            rows, guess = rows[known], guess[known]
            if not len(rows):
                break
            same = self._same([word[rows] for word in words], guess)
            codes[rows[same]] = guess[same]
            rows, guess = rows[~same], guess[~same]
        for code in self._short:
            codes[(words[0] & self._masks[0][code]) == self._words[0][code]] = code
        return codes

    def _same(self, words: list[NDArray[np.uint64]], guess: NDArray[np.int64]) -> NDArray[np.bool_]:
        same = np.ones(len(guess), dtype=bool)
        for word, masks, known in zip(words, self._masks, self._words, strict=False):
            here = masks[guess]
            here &= word
            same &= here == known[guess]
        return same

    def _learn(self, name: bytes) -> int:
        code = self._codes.get(name)
        if code is None:
            code = self._codes[name] = len(self.names)
            self.names.append(name)
            self._remember(code, name + b": ")
        return code

    def _remember(self, code: int, key: bytes) -> None:
        if code >= len(self._next):
            self._words = [np.concatenate([word, np.zeros_like(word)]) for word in self._words]
            self._masks = [np.concatenate([mask, np.zeros_like(mask)]) for mask in self._masks]
            self._next = np.concatenate([self._next, np.full_like(self._next, -1)])
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
        self._lengths[code] = len(key) - 2
        if len(key) > 8 * WORDS or code > _MOST_KNOWN:
            # No mask lets these compare equal to anything: the word is not zero.
            self._words[0][code] = 1
            return
        self._most_words = max(self._most_words, -(-len(key) // 8))
        for k in range(WORDS):
            piece = key[8 * k : 8 * k + 8]
            self._words[k][code] = int.from_bytes(piece, "little")
            self._masks[k][code] = (1 << 8 * len(piece)) - 1
        if len(key) < 8:
            self._short.append(code)
            return
        slot = int(_slots(self._words[0][code : code + 1])[0])
        before = int(self._table[slot])
        # Name 0 may stand there only because the slot was empty; following it once more does no harm.
        self._next[code] = before if before != code else -1
        self._table[slot] = code


def _slots(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    slots = words * np.uint64(0x9E3779B97F4A7C15)
    slots >>= np.uint64(52)
    return slots.view(np.int64)
