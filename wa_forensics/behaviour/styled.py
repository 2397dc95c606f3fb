"""Which texts carry a style: no links, repeats, lists, code or bare numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wa_forensics.behaviour.grams import LONGEST, PAGE, Points, Room, mask_foreign, read_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A text of at least this many letters that the sender wrote before is a template.
REPEAT_LETTERS = 24
REPEAT_NEAR = 4
LONGEST_LINES = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """Texts of a chat: slices of a UTF-8 buffer, the sender code of each, their message ids (ascending) and times.

    ``seconds`` may be empty: then nothing is said about sittings.
    """

    buffer: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    sender: NDArray[np.int64]
    message: NDArray[np.int64]
    seconds: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def take(self, rows: NDArray[np.int64]) -> Texts:
        return Texts(
            buffer=self.buffer,
            start=self.start[rows],
            end=self.end[rows],
            sender=self.sender[rows],
            message=self.message[rows],
            seconds=self.seconds[rows] if len(self.seconds) else self.seconds,
        )


def styled(texts: Texts, room: Room | None = None) -> tuple[Points, NDArray[np.int64]]:
    """The texts that carry a style, masked, and their positions: no links, repeats, lists, code, bare numbers."""
    # Masked texts are never longer than they were, and no character is shorter than a byte.
    most = int(np.minimum(texts.end - texts.start, LONGEST).sum()) + len(texts.start)
    code = (room or Room()).take("code", most, 1, np.uint32)[:, 0]
    looks, filled = [], 0
    for low in range(0, max(1, len(texts.start)), PAGE):
        page, linked = mask_foreign(
            read_points(texts.buffer, texts.start[low : low + PAGE], texts.end[low : low + PAGE])
        )
        looks.append(_look_at(page, linked))
        code[filled : filled + len(page.code)] = page.code
        filled += len(page.code)
    size, plain, key, letters = (np.concatenate(part) for part in zip(*looks, strict=True))
    plain &= ~_repeated(key, letters)
    first = np.zeros(np.count_nonzero(plain) + 1, dtype=np.int64)
    np.cumsum(size[plain], out=first[1:])
    # What is left moves forward, a page at a time.
    begin = filled = 0
    for low in range(0, len(size), PAGE):
        length = size[low : low + PAGE]
        end = begin + int(length.sum())
        kept = code[begin:end][np.repeat(plain[low : low + PAGE], length)]
        code[filled : filled + len(kept)] = kept
        begin, filled = end, filled + len(kept)
    return Points(code=code[:filled], first=first), np.flatnonzero(plain)


class Look(NamedTuple):
    """What is seen of each text of a page before repeats are known; ``key`` stands for its letters."""

    size: NDArray[np.int64]
    plain: NDArray[np.bool_]
    key: NDArray[np.uint64]
    letters: NDArray[np.int64]


def _look_at(points: Points, linked: NDArray[np.bool_]) -> Look:
    code, first = points.code, points.first
    letter = _letters(code)
    letters = _count(letter, first)
    size = np.diff(first) - 1
    lines = _count(code == 10, first)
    signs = size - letters - lines - _count(code == 32, first)
    plain = (size > 0) & (lines <= LONGEST_LINES) & ~(linked & (letters < 12))
    # Code and tables: many signs, few letters. Short messages of emoji or marks are style.
    plain &= ~((size > 40) & (signs * 4 > letters))
    return Look(size=size + 1, plain=plain, key=_keys(code * letter, first), letters=letters)


def _letters(code: NDArray[np.uint32]) -> NDArray[np.bool_]:
    lower = code | np.uint32(32)
    found = ((lower >= 97) & (lower <= 122)) | ((code >= 0xAA) & (code < 0x2000))
    return found | ((code >= 0x2C00) & (code < 0xE000)) | ((code >= 0xF900) & (code < 0xFE00))


def _count(mask: NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.int64]:
    # Every text ends in a 0, so none is empty.
    return np.add.reduceat(mask, first[:-1], dtype=np.int64)


def _keys(code: NDArray[np.uint32], first: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A number for the letters of each text (others are 0)."""
    value = (code.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (code.astype(np.uint64) << np.uint64(7))
    # Order matters only through pairs of neighbours, enough to tell templates from chance.
    before = np.append(np.uint32(0), code[:-1]).astype(np.uint64)
    value *= (before | np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F) | np.uint64(1)
    return np.add.reduceat(value, first[:-1])


def _repeated(key: NDArray[np.uint64], letters: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Texts of some length whose letters the same sender wrote before (within these texts)."""
    if len(letters) == 0:
        return np.zeros(0, dtype=bool)
    _, earliest, inverse = np.unique(key, return_index=True, return_inverse=True)
    again: NDArray[np.bool_] = (earliest[inverse] < np.arange(len(key))) & (letters >= REPEAT_LETTERS)
    # A short text said again at once is one statement.
    for back in range(1, 1 + REPEAT_NEAR):
        again[back:] |= (key[back:] == key[:-back]) & (letters[back:] > 0)
    return again
