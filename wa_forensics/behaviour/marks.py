"""How a text is set rather than what it says: length, capitals, punctuation, emoji, spacing; one row a text.

The columns are language-independent: a script without capitals or full stops has constant columns, which the
scaling turns to zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.behaviour.grams import Points, Room, pages

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPPER, LOWER, DIGIT, SPACE, BREAK, STOP, SHOUT, ASK, COMMA, APOSTROPHE, QUOTE = range(1, 12)
BRACKET, COLON, DASH, SLASH, SIGN, LETTER, PICTURE, WIDE, SYMBOL, REST = range(12, 22)
KINDS = 22
_CHARACTERS = (
    (STOP, ".।。۔"),
    (SHOUT, "!！"),
    (ASK, "?؟？"),
    (COMMA, ",،，、"),
    (APOSTROPHE, "'"),
    (QUOTE, '"«»'),
    (BRACKET, "()（）"),
    (COLON, ":;：؛"),
    (DASH, "-–—"),
    (SLASH, "/"),
    (SIGN, "*#_`~"),
)
# Shares of a text rather than counts: kinds that grow with the number of words.
_SHARED = (BREAK, STOP, SHOUT, ASK, COMMA, APOSTROPHE, QUOTE, BRACKET, COLON, DASH, SLASH, SIGN)
_SEEN = (LETTER, PICTURE, WIDE, SYMBOL, REST)
MARKS = 43
# Scaled marks further out than this many deviations tell no more.
FARTHEST = 3.0
# All marks of a text together weigh this much, where its hashed features weigh 1.
WEIGHT = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class Scaling:
    """Mean and deviation of each mark in a sample of the chat."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of each code point of the basic plane."""
    code = np.arange(1 << 16)
    kind = np.full(1 << 16, REST, dtype=np.uint8)
    kind[(code > 127) & (code < 0x2000)] = LETTER
    kind[(code >= 0x2000) & (code < 0x2E80)] = SYMBOL
    kind[(code >= 0x2E80) & (code < 0xFE00)] = WIDE
    kind[65:91] = UPPER
    kind[97:123] = LOWER
    kind[48:58] = DIGIT
    kind[[32, 9, 0xA0]] = SPACE
    kind[[10, 13]] = BREAK
    kind[0] = 0
    for value, characters in _CHARACTERS:
        kind[[ord(c) for c in characters]] = value
    return kind


def read_marks(points: Points, room: Room | None = None) -> NDArray[np.float32]:
    """A row of marks for each text, unscaled."""
    rows = (room or Room()).take("marks", len(points.first) - 1, MARKS, np.float32)
    for place, page in pages(points):
        for target, column in zip(rows[place].T, _columns(page), strict=True):
            target[:] = column
    return rows


def _columns(points: Points) -> list[NDArray[Any]]:
    """The marks of a page of texts, one after the other."""
    code, first = points.code, points.first
    texts = len(first) - 1
    kind = _kinds().take(code, mode="clip")
    kind[code >= 0x10000] = PICTURE
    size = np.diff(first)
    # A row for each kind, so that what follows reads one text after the other.
    place = np.multiply(kind, texts, dtype=np.int64)
    place += np.repeat(np.arange(texts, dtype=np.int64), size)
    table = np.bincount(place, minlength=texts * KINDS).reshape(KINDS, texts).astype(np.float32)
    opening = kind[first[:-1]]
    closing = kind[np.maximum(first[1:] - 2, first[:-1])]
    letters = table[UPPER] + table[LOWER] + table[LETTER] + table[WIDE]
    words = table[SPACE] + table[BREAK] + 1
    some = np.maximum(letters, 1)
    columns = [np.log(size), np.log1p(words), letters / words, table[UPPER] / some]
    columns += [opening == LOWER, opening == UPPER, table[UPPER] == 0, table[LOWER] == 0]
    columns += [closing == value for value in (STOP, SHOUT, ASK, LOWER, SPACE)]
    columns += [np.log1p(table[DIGIT])]
    share = np.log1p(words)
    columns += [np.log1p(table[k]) / share for k in (*_SHARED, *_SEEN)]
    columns += [table[k] > 0 for k in (STOP, COMMA, APOSTROPHE)]
    columns += [np.log1p(count) for count in _pairs(code, kind, first)]
    return columns


def _pairs(code: NDArray[np.uint32], kind: NDArray[np.uint8], first: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """Counts of what only neighbours show. Texts end in a 0, so no pair spans two of them."""
    before, after = kind[:-1], kind[1:]
    same = code[1:] == code[:-1]
    stopped = (after >= STOP) & (after <= COMMA) | (after == COLON)
    stopping = (before >= STOP) & (before <= COMMA) | (before == COLON)
    written = (after == LOWER) | (after == UPPER) | (after == LETTER)
    drawn = same & written
    drawn[1:] &= same[:-1]
    drawn[:1] = False
    face = (code[1:] == 41) | (code[1:] == 40) | ((code[1:] | 32) == 112) | ((code[1:] | 32) == 100)
    masks = (
        same & (after == STOP),
        same & stopped & (after != STOP),
        drawn,
        stopped & (before == SPACE),
        stopping & written,
        (after == SPACE) & (before == SPACE),
        (after == UPPER) & ((before == SPACE) | (before == BREAK)),
        (after == UPPER) & (before == UPPER),
        ((before == COLON) | (before == DASH)) & face,
    )
    return [_count(mask, first) for mask in masks]


def _count(mask: NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.float32]:
    hits = np.searchsorted(first, np.flatnonzero(mask) + 1, side="right") - 1
    return np.bincount(hits, minlength=len(first) - 1).astype(np.float32)


def scaling_of(marks: NDArray[np.float32]) -> Scaling:
    return Scaling(mean=marks.mean(axis=0), deviation=marks.std(axis=0) + np.float32(1e-3))


def scaled(marks: NDArray[np.float32], scaling: Scaling) -> NDArray[np.float32]:
    """Marks in deviations from the sample, as a row that weighs ``WEIGHT`` in a typical text."""
    rows = marks - scaling.mean
    rows /= scaling.deviation
    np.clip(rows, -FARTHEST, FARTHEST, out=rows)
    rows *= np.float32(WEIGHT / np.sqrt(marks.shape[1]))
    return rows
