"""What differs in a stretch, in words a reader can check: habits of writing, hours and pace, with examples.

Habits explain a finding; they are no part of its score. Hours, pace and script are cues of their own, because a
shift of hours misleads as often as it helps.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wa_forensics.model import Said, counted, phrase, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wa_forensics.chat import Chat

_SMILEY = re.compile(r"[:;=]-?[)(DPpd3]|\bx[Dd]+\b|<3")
_LATIN = re.compile("[a-z]")
_LETTER = re.compile(r"[^\W\d_]")
# What a character is, as far as habits ask. SMALL and LARGE: it has another form as a capital, or as a small letter.
(
    _KNOWN,
    _UPPER,
    _SMALL,
    _LARGE,
    _ALPHA,
    _LETTERS,
    _LATINS,
    _COMMA,
    _APOSTROPHE,
    _PICTURE,
    _TONE,
    _ACCENT,
    _STOP,
    _SHOUT,
    _DOUBLED,
    _MARK,
    _FACE,
) = (np.uint32(1 << place) for place in range(17))
# A baseline of this many messages around the stretch is enough for a share.
BASELINE = 240
FEWEST_INSIDE = 4
# Shares that differ by less look the same to a reader, however many messages make the difference certain.
SEEN = 0.05


HABITS: tuple[str, ...] = (
    phrase("begins with a capital letter"),
    phrase("has no capital letter"),
    phrase("is in capitals"),
    phrase("ends with a full stop"),
    phrase("ends with ! or ?"),
    phrase("uses dots in a row"),
    phrase("uses a comma"),
    phrase("uses an apostrophe"),
    phrase("uses emoji"),
    phrase("uses a skin tone on emoji"),
    phrase("uses a typed smiley"),
    phrase("has drawn-out letters or doubled marks"),
    phrase("has accented letters"),
    phrase("has no space after a mark"),
    phrase("is written in Latin script"),
    phrase("is shorter than 15 characters"),
    phrase("is longer than 80 characters"),
    phrase("has several lines"),
)


def habits_of(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the HABITS each text shows, in their order: a row a text, all read at once."""
    if not texts:
        return np.zeros((0, len(HABITS)), dtype=bool)
    size = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    first = np.cumsum(size + 1) - size - 1
    code = np.frombuffer("\n".join((*texts, "")).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kind = _kinds(code)
    some = np.bitwise_or.reduceat(kind, first)
    letters = np.add.reduceat((kind & _ALPHA) > 0, first, dtype=np.int64)
    last, doubled, dot, same = first + size - 1, (kind & _DOUBLED) > 0, code == ord("."), code[1:] == code[:-1]
    drawn = doubled[1:] & doubled[:-1]
    drawn[:-1] |= same[1:] & same[:-1] & (code[2:] != 10)
    tight = ((kind[:-1] & _MARK) > 0) & ((kind[1:] & _LETTERS) > 0)
    faces = ((some & _FACE) > 0).tolist()
    breaks = code == 10
    breaks[first + size] = False

    def holding(*places: NDArray[np.int64]) -> NDArray[np.bool_]:
        found = np.zeros(len(texts), dtype=bool)
        for some in places:
            found[np.searchsorted(first, some, side="right") - 1] = True
        return found

    columns = (
        (kind[first] & _UPPER) > 0,
        (some & (_SMALL | _LARGE)) == _SMALL,
        ((some & (_SMALL | _LARGE)) == _LARGE) & (letters > 3),
        ((kind[last] & _STOP) > 0) & ~(dot[last] & (size > 1) & dot[last - 1]),
        (kind[last] & _SHOUT) > 0,
        holding(np.flatnonzero(dot[1:] & dot[:-1]), np.flatnonzero(code == 0x2026)),
        (some & _COMMA) > 0,
        (some & _APOSTROPHE) > 0,
        (some & _PICTURE) > 0,
        (some & _TONE) > 0,
        np.array([face and _SMILEY.search(text) is not None for face, text in zip(faces, texts, strict=True)]),
        holding(np.flatnonzero(drawn)),
        (some & _ACCENT) > 0,
        holding(np.flatnonzero(tight)),
        (some & _LATINS) > 0,
        size < 15,
        size > 80,
        holding(np.flatnonzero(breaks)),
    )
    return np.stack(columns, axis=1)


def _kinds(code: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """What each code point is; those that were not met before are looked at."""
    table = _known_kinds()
    found = table.take(code)
    if not found.all():
        for point in np.unique(code[found == 0]).tolist():
            table[point] = _kind_of(chr(point))
        found = table.take(code)
    return found


@cache
def _known_kinds() -> NDArray[np.uint32]:
    """The flags of every code point, 0 before it is met; what is never met takes no memory."""
    return np.zeros(sys.maxunicode + 1, dtype=np.uint32)


def _kind_of(character: str) -> int:
    lower = character.lower()
    told = {
        _KNOWN: True,
        _UPPER: character.isupper(),
        _SMALL: character.upper() != character,
        _LARGE: lower != character,
        _ALPHA: character.isalpha(),
        _LETTERS: _LETTER.match(character),
        _LATINS: _LATIN.search(lower),
        _COMMA: character in ",،，、",
        _APOSTROPHE: character in "'’",
        _STOP: character in ".।。۔",
        _SHOUT: character in "!?؟",
        _DOUBLED: character in "!?",
        _MARK: character in ",.!?",
        _FACE: character in ":;=<x",
        # Only letters beyond ASCII can be emoji or carry accents.
        _PICTURE: character > "\x7f" and unicodedata.category(character) == "So",
        _TONE: "\U0001f3fb" <= character <= "\U0001f3ff",
        _ACCENT: ord(character) > 191 and character.isalpha() and unicodedata.decomposition(character),
    }
    return sum(int(flag) for flag, is_so in told.items() if is_so)


class Readable(Protocol):
    """Whatever gives the text of a message by its number."""

    def text(self, message: int) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A habit with its share outside and inside a stretch, its strength, and one message that shows it."""

    name: str
    baseline: float
    observed: float
    strength: float
    message: int


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A cue beside style: what was usual, what was seen, natural log of the ratio of the two shares."""

    name: str
    baseline: str
    observed: str
    weight: float


def contrasts(chat: Readable, own: NDArray[np.int64], first: int, last: int, most: int = 3) -> tuple[Contrast, ...]:
    """The habits that part own[first..last] most clearly from the sender's other messages near it."""
    inside = own[first : last + 1].tolist()
    if len(inside) < FEWEST_INSIDE:
        return ()
    outside = np.concatenate((own[max(0, first - BASELINE) : first], own[last + 1 : last + 1 + BASELINE // 2])).tolist()
    seen_in = _table(chat, inside)
    seen_out = _table(chat, outside)
    found = []
    for column, name in enumerate(HABITS):
        a, b = int(seen_in[:, column].sum()), int(seen_out[:, column].sum())
        inner, outer = (a + 0.5) / (len(inside) + 1), (b + 0.5) / (len(outside) + 1)
        pooled = (a + b + 1) / (len(inside) + len(outside) + 2)
        error = math.sqrt(pooled * (1 - pooled) * (1 / len(inside) + 1 / max(1, len(outside))))
        strength = abs(inner - outer) / error
        shows = seen_in[:, column] if inner >= outer else ~seen_in[:, column]
        example = inside[int(shows.argmax())]
        found.append(
            Contrast(
                name=name,
                baseline=b / max(1, len(outside)),
                observed=a / len(inside),
                strength=strength,
                message=example,
            )
        )
    found.sort(key=lambda c: (-c.strength, c.name))
    return tuple(c for c in found[:most] if c.strength >= 1.0 and abs(c.observed - c.baseline) >= SEEN)


def _seconds(value: float) -> Said:
    return counted("%(num)s second", "%(num)s seconds", round(value))


def _table(chat: Readable, messages: Sequence[int]) -> NDArray[np.bool_]:
    return habits_of([chat.text(message).strip() for message in messages])


def cues(chat: Chat, own: NDArray[np.int64], first: int, last: int) -> tuple[Cue, ...]:
    """Hour of day and pace of own[first..last] against the sender's other messages."""
    seconds = chat.columns.timestamp[own].astype("datetime64[s]").astype(np.int64)
    inside = np.zeros(len(own), dtype=bool)
    inside[first : last + 1] = True
    if inside.all():
        return ()
    hour = seconds // 3600 % 24
    counts = np.bincount(hour[~inside], minlength=24).astype(float)
    smooth = counts + 0.5 * (np.roll(counts, 1) + np.roll(counts, -1)) + 0.25
    smooth /= smooth.sum()
    weight = float(-np.log(smooth[hour[inside]] * 24).mean())
    usual = smooth >= 1 / 48
    known = 100 * float(usual[hour[~inside]].mean())
    seen = 100 * float(usual[hour[inside]].mean())
    found = [
        Cue(
            name=phrase("hour of day"),
            baseline=say(
                "%(share)s of the sender's other messages were sent at the sender's usual hours", share=f"{known:.0f} %"
            ),
            observed=say("%(share)s of these", share=f"{seen:.0f} %"),
            weight=round(weight, 3),
        )
    ]
    gap = np.diff(seconds)
    within = (gap >= 0) & (gap < 1800)
    both = inside[1:] & inside[:-1]
    a, b = gap[within & both], gap[within & ~both]
    if len(a) >= 3 and len(b) >= 10:
        fast, slow = float(np.median(a)), float(np.median(b))
        found.append(
            Cue(
                name=phrase("pace"),
                baseline=say(
                    "a median of %(seconds)s between the sender's messages of one sitting", seconds=_seconds(slow)
                ),
                observed=_seconds(fast),
                weight=round(abs(math.log((fast + 20) / (slow + 20))), 3),
            )
        )
    return tuple(found)
