"""What differs in a stretch, in words a reader can check: habits of writing, hours and pace, with examples.

Habits explain a finding; they are no part of its score. Hours, pace and script are cues of their own, because a
shift of hours misleads as often as it helps.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wa_forensics.model import Said, counted, phrase, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wa_forensics.chat import Chat

_SMILEY = re.compile(r"[:;=]-?[)(DPpd3]|\bx[Dd]+\b|<3")
_DRAWN_OUT = re.compile(r"(.)\1\1|[!?]{2}")
_STOPS = ".।。۔"
_COMMAS = frozenset("،，、")
_LATIN = re.compile("[a-z]")
_TIGHT = re.compile(r"[,.!?][^\W\d_]")
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


# A finding and the profile of its sender contrast the same messages, and stretches share their baselines.
@lru_cache(maxsize=16_384)
def _habits_of(text: str) -> tuple[bool, ...]:
    """Which of the HABITS a text shows, in their order."""
    lower, upper = text.lower(), text.upper()
    # Only letters beyond ASCII can be emoji or carry accents: most texts have few or none.
    beyond = () if text.isascii() else tuple(c for c in set(text) if c > "\x7f")
    return (
        text[:1].isupper(),
        text == lower and text != upper,
        text == upper != lower and sum(map(str.isalpha, text)) > 3,
        text[-1:] in _STOPS and not text.endswith(".."),
        text[-1:] in "!?؟",
        ".." in text or "…" in text,
        "," in text or not _COMMAS.isdisjoint(beyond),
        "'" in text or "’" in beyond,
        any(unicodedata.category(c) == "So" for c in beyond),
        any("\U0001f3fb" <= c <= "\U0001f3ff" for c in beyond),
        bool(_SMILEY.search(text)),
        bool(_DRAWN_OUT.search(text)),
        any(ord(c) > 191 and c.isalpha() and unicodedata.decomposition(c) != "" for c in beyond),
        bool(_TIGHT.search(text)),
        bool(_LATIN.search(lower)),
        len(text) < 15,
        len(text) > 80,
        "\n" in text,
    )


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
    rows = [_habits_of(chat.text(message).strip()) for message in messages]
    return np.array(rows, dtype=bool).reshape(len(messages), len(HABITS))


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
