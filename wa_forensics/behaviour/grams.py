"""Texts as hashed character and word features: numpy columns, no tokenizer, any script.

Character 1- to 4-grams and two forms of every word are hashed to 16 bits each. Numbers, mentions and links are
masked first, since they tell the topic or the reader, not the hand. A message is cut after ``LONGEST`` bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SPACE = 1 << 16
# Character features come first, word features follow, so that one table of weights serves both.
FEATURES = 2 * SPACE
LONGEST = 320
# Texts that are read at once, and the powers that are kept for the characters of such a page where texts are short.
PAGE = 4096
KEPT_POWERS = 1 << 18
_CURLY = ((0x2018, 39), (0x2019, 39), (0x201C, 34), (0x201D, 34), (0x2026, 46))
_MIX = np.uint32(2654435761)
_STIR = np.uint32(2246822519)
_BASE = np.uint32(69069)
_HALF = np.uint32(16)
# Modular inverse of the base: a word's hash must not depend on where the word stands.
_INVERSE = np.uint32(pow(69069, -1, 1 << 32))


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Texts as code points, each text followed by a 0; ``first`` has one entry more than there are texts."""

    code: NDArray[np.uint32]
    first: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grams:
    """Hashed features of texts: ``chars`` (positions, 4) by ``char_first``, ``words`` (words, 2) by ``word_first``."""

    chars: NDArray[np.uint16]
    char_first: NDArray[np.int64]
    words: NDArray[np.uint16]
    word_first: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.char_first) - 1


class Room:
    """Memory that is used for one sender after the other.

    Millions of texts need gigabytes here, and to get fresh pages for them costs as much as to hash them. What was made
    in a room is overwritten once the same is made of other texts.
    """

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[Any]] = {}

    def take(self, name: str, rows: int, columns: int, kind: type[np.generic]) -> NDArray[Any]:
        """So many rows, with whatever values."""
        kept = self._kept.get(name)
        if kept is None or len(kept) < rows:
            # The next sender may have some more texts; what is not written costs nothing.
            kept = self._kept[name] = np.empty((rows + rows // 4, columns), dtype=kind)
        return kept[:rows]


def read_points(buffer: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64]) -> Points:
    """Cut texts out of a UTF-8 buffer and decode them at once."""
    length = np.minimum(end - start, LONGEST)
    # A cut inside a character would decode to a false one: step back to its first byte.
    for _ in range(3):
        cut = start + length
        inside = (cut < end) & ((buffer[np.minimum(cut, len(buffer) - 1)] & 0xC0) == 0x80)
        length = length - inside
    first = np.zeros(len(start) + 1, dtype=np.int64)
    np.cumsum(length + 1, out=first[1:])
    take = np.arange(first[-1], dtype=np.int64) + np.repeat(start - first[:-1], length + 1)
    data = buffer[np.minimum(take, len(buffer) - 1)]
    data[data == 0] = 1
    data[first[1:] - 1] = 0
    if len(data) == 0 or int(data.max()) < 128:
        return Points(code=data.astype(np.uint32), first=first)
    code = np.frombuffer(data.tobytes().decode("utf-8", "replace").encode("utf-32-le"), dtype=np.uint32).copy()
    stops = np.flatnonzero(code == 0)
    return Points(code=code, first=np.concatenate(([0], stops + 1)).astype(np.int64))


def mask_foreign(points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """The same texts with digits as 0 and without links, mentions and quoted code, and which texts held a link.

    Curly quotes and dots become straight ones: they tell the keyboard, and a new phone is no new hand.
    """
    code = points.code
    plain = code.copy()
    plain[(code >= 48) & (code <= 57)] = 48
    if len(code) and int(code.max()) >= _CURLY[0][0]:
        for curly, straight in _CURLY:
            plain[code == curly] = straight
    space = (code == 32) | (code == 10) | (code == 13) | (code == 0)
    breaks = np.flatnonzero(space)
    colon = np.flatnonzero(code[:-2] == 58) if len(code) > 2 else np.zeros(0, dtype=np.int64)
    link = colon[(code[colon + 1] == 47) & (code[colon + 2] == 47)]
    w = np.flatnonzero((code[:-4] | 32) == 119) if len(code) > 4 else np.zeros(0, dtype=np.int64)
    w = w[((code[w + 1] | 32) == 119) & ((code[w + 2] | 32) == 119) & (code[w + 3] == 46)]
    mention = np.flatnonzero(code == 64)
    linked = np.zeros(len(points.first) - 1, dtype=bool)
    linked[np.searchsorted(points.first, np.concatenate((link, w)), side="right") - 1] = True
    hits = np.concatenate((link, w, mention))
    opening, closing = _quoted_code(points)
    if len(hits) + len(opening) == 0:
        return Points(code=plain, first=points.first), linked
    right = np.searchsorted(breaks, hits)
    begin = np.concatenate((np.where(right > 0, breaks[right - 1] + 1, 0), opening + 1))
    end = np.concatenate((breaks[right], closing))
    change = np.zeros(len(code) + 1, dtype=np.int32)
    np.add.at(change, begin, 1)
    np.add.at(change, end, -1)
    keep = np.cumsum(change[:-1]) == 0
    kept = np.zeros(len(code) + 1, dtype=np.int64)
    np.cumsum(keep, out=kept[1:])
    return Points(code=plain[keep], first=kept[points.first]), linked


def _quoted_code(points: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The backticks that open and that close quoted code, in texts where these are paired."""
    tick = np.flatnonzero(points.code == 96)
    count = np.diff(np.searchsorted(tick, points.first))
    paired = tick[np.repeat(count % 2 == 0, count)]
    return paired[::2], paired[1::2]


def pages(points: Points) -> Iterator[tuple[slice, Points]]:
    """The texts a page at a time, with the place of the page: what is made of a page stays in the cache."""
    first = points.first
    for low in range(0, max(1, len(first) - 1), PAGE):
        part = first[low : low + PAGE + 1]
        yield slice(low, low + len(part) - 1), Points(code=points.code[part[0] : part[-1]], first=part - part[0])


def read_grams(points: Points, room: Room | None = None) -> Grams:
    """Hash every character 1- to 4-gram and every word (as written, and letters only in lower case)."""
    chars = (room or Room()).take("chars", len(points.code), 4, np.uint16)
    word_first = np.zeros(len(points.first), dtype=np.int64)
    words: list[NDArray[np.uint16]] = []
    for place, page in pages(points):
        begin = points.first[place.start]
        _hash_chars(page, chars[begin : begin + len(page.code)])
        found, first = _hash_words(page)
        word_first[place.start + 1 : place.stop + 1] = first[1:] + word_first[place.start]
        words.append(found)
    return Grams(chars=chars, char_first=points.first, words=np.concatenate(words), word_first=word_first)


def _hash_chars(points: Points, out: NDArray[np.uint16]) -> None:
    """Write the hashes of the n-grams that end at each character to ``out``."""
    code, begin = points.code, points.first[:-1]
    out[:, 0] = (code * _MIX) >> _HALF
    total = code.copy()
    before = code
    for order in range(1, 4):
        shifted = np.empty_like(before)
        shifted[1:] = before[:-1]
        shifted[:1] = 0
        # What stands before the first character of a text belongs to another text.
        if order > 1:
            shifted[begin] = 0
        before = shifted
        total = total * _BASE + before + np.uint32(order)
        mixed = total * _MIX
        mixed ^= mixed >> np.uint32(15)
        mixed *= _STIR
        out[:, order] = mixed >> _HALF


def _hash_words(points: Points) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    code, first = points.code, points.first
    solid = ~((code == 32) | (code == 10) | (code == 13) | (code == 0))
    edge = np.diff(solid.astype(np.int8), prepend=np.int8(0), append=np.int8(0))
    begin, end = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    word_first = np.searchsorted(begin, first).astype(np.int64)
    if len(begin) == 0:
        return np.zeros((0, 2), dtype=np.uint16), word_first
    upper = (code >= 65) & (code <= 90)
    lower = np.where(upper, code | np.uint32(32), code)
    letter = ((lower >= 97) & (lower <= 122)) | (lower == 48) | ((lower >= 0xAA) & (lower < 0x2000))
    letter |= (lower >= 0x2C00) & (lower < 0xFE00)
    out = np.empty((len(begin), 2), dtype=np.uint16)
    for form, (value, counted) in enumerate(((code, None), (lower, letter))):
        out[:, form] = _run_hashes(value, counted, begin, end) + np.uint16(form * 17)
    return out, word_first


def _run_hashes(
    value: NDArray[np.uint32], counted: NDArray[np.bool_] | None, begin: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.uint16]:
    """A polynomial hash of the counted characters of each run (None: of all), from prefix sums modulo 2**32."""
    if counted is None:
        rank, known = begin, len(value)
        terms = (value + np.uint32(1)) * _powers(_BASE, known)[:known]
    else:
        ranks = np.zeros(len(value) + 1, dtype=np.int64)
        np.cumsum(counted, out=ranks[1:])
        rank, known = ranks[begin], int(ranks[-1]) + 1
        terms = (value + np.uint32(1)) * counted
        terms *= _powers(_BASE, known).take(ranks[:-1], mode="clip")
    prefix = np.zeros(len(value) + 1, dtype=np.uint32)
    np.cumsum(terms, dtype=np.uint32, out=prefix[1:])
    mixed = (prefix[end] - prefix[begin]) * _powers(_INVERSE, known)[rank] * _MIX
    mixed ^= mixed >> np.uint32(15)
    mixed *= _STIR
    return (mixed >> _HALF).astype(np.uint16)


def _powers(base: np.uint32, count: int) -> NDArray[np.uint32]:
    """The powers of a base, from the first on, modulo 2**32: so many or more."""
    return _kept_powers(base) if count <= KEPT_POWERS else _made_powers(base, count)


def _made_powers(base: np.uint32, count: int) -> NDArray[np.uint32]:
    return np.multiply.accumulate(np.full(count, base, dtype=np.uint32), dtype=np.uint32)


@cache
def _kept_powers(base: np.uint32) -> NDArray[np.uint32]:
    return _made_powers(base, KEPT_POWERS)
