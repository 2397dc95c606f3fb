"""How an account writes: habits of single messages, and how far a stretch departs from the rest of the
account.

Only habits that do not depend on the topic are used (capitals, full stops, commas, accents, emoji, drawn-
out letters, hour), each as yes or no per message; a stretch is compared with the account's other messages
as a ratio of two smoothed shares. This is a cue for where a stretch begins and ends; the calibrated model
is in ``behaviour``.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import Chat, once
from wa_forensics.frame import KINDS
from wa_forensics.model import Kind, Said, phrase, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

HABITS: tuple[tuple[str, str], ...] = (
    ("capital", phrase("begin with a capital letter")),
    ("no capital", phrase("hold no capital letter")),
    ("shouting", phrase("are in capitals")),
    ("full stop", phrase("end with a full stop")),
    ("closing mark", phrase("end with a closing mark")),
    ("comma", phrase("hold a comma")),
    ("accent", phrase("hold accented letters or opening marks")),
    ("emoji", phrase("hold an emoji or smiley")),
    ("drawn out", phrase("hold drawn-out letters or doubled marks")),
    ("very short", phrase("are shorter than 12 characters")),
    ("long", phrase("are longer than 60 characters")),
    ("signed", phrase("end with a name or initial after a dash")),
    ("usual hour", phrase("were sent at an hour that is usual for the account")),
)
# Each begins with one class of characters, which the engine looks for by itself: ten times faster than to try every
# alternative at every place.
_DRAWN_OUT = re.compile(
    r"[!?.jhakx\u0939\u0647JHAKX](?:(?<=[!?])[!?]|(?<=\.)\.|"
    r"(?:(?<=[jJ])[aA]|(?<=[hH])[aAeE]|(?<=[aA])[hH]|(?<=[kK])[kK]|(?<=[xX])[dD]|(?<=[\u0939\u0647]))"
    r"(?:[jJ][aA]|[hH][aAeE]|[aA][hH]|[kK]|[\u0939\u0647]))"
)
_TRIPLED = re.compile(r"(.)\1\1", re.I)
_FACE = re.compile("[:;=xX<^\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_EMOJI = re.compile(
    _FACE.pattern
    + r"(?:(?<=[\u2600-\U0001faff])|(?<=[:;=xX])-?[)(dDpP]\b|(?<=[:;=])-?[)(]|(?<=<)3|(?<=\^)\^|(?<=\b[xX])[dD]+\b)"
)
_ACCENT = re.compile("[\u00bf\u00a1\u00c0-\u024f\u0622-\u0626\u0958-\u095f\u1e00-\u1eff]")
_COMMA = re.compile("[,\u060c\uff0c]")
_LETTER = re.compile(r"[^\W\d_]")
# "See you at ten -S", "paid - Neha": how people sign who share a phone.
_SIGNED = re.compile(r"[\s.,!?:)][-\u2013\u2014~]{1,2} ?[^\W\d_]{1,12}\W{0,2}\Z")
_STOPS = np.array([ord(mark) for mark in ".\u0964\u3002"], dtype=np.uint32)
_CLOSING = np.array([ord(mark) for mark in ".!?\u061f\u0964\u3002\u2026"], dtype=np.uint32)
# What a character is, as far as habits ask; TITLE has a capital and a small part, FACE may begin a smiley.
(
    _IS_KNOWN,
    _IS_LETTER,
    _IS_UPPER,
    _IS_TITLE,
    _IS_LOWER,
    _IS_COMMA,
    _IS_ACCENT,
    _IS_FACE,
    _IS_DASH,
    _IS_FOREIGN,
) = (np.uint16(1 << place) for place in range(10))
_LINK = re.compile(r"\bhttps?://\S+", re.I)
# One message never says more than this, or a single pasted text would decide where a stretch ends.
CLIP = 1.6
# A difference in share that is seen without statistics; many messages make small ones certain, not telling.
CLEAR = 0.4
# One habit alone (a new keyboard that sets capitals) never decides.
MOST_OF_ONE = 3.0
# People sit up late, and have a story to tell, without being somebody else.
TOPICAL = frozenset({"comma", "very short", "long", "usual hour"})
MOST_OF_TOPIC = 1.0
# Longer texts are pasted; their beginning tells as much.
READ = 600
# The same sitting while no pause is longer than this; what lies further away than AWAY is another time.
SITTING = 2 * 3600
AWAY = 6 * 3600
SAMPLE = 200
_TEXT = KINDS.index(Kind.TEXT)


@dataclass(frozen=True, kw_only=True, eq=False)
class Habits:
    """Habits of some messages of one account: ``seen[i, k]`` for message ``messages[i]`` and habit k.

    ``usable`` is False for media, notices and texts without a letter, which say nothing about the hand.
    """

    messages: NDArray[np.int64]
    seen: NDArray[np.bool_]
    usable: NDArray[np.bool_]


def read_habits(chat: Chat, messages: NDArray[np.int64]) -> Habits:
    """The habits of the given messages."""
    seen = np.zeros((len(messages), len(HABITS)), dtype=bool)
    usable = np.zeros(len(messages), dtype=bool)
    rows = np.flatnonzero(chat.columns.kind[messages] == _TEXT)
    # No character has more than four bytes.
    plain = [_plain(raw[: 4 * READ].decode("utf-8", "replace")[:READ]) for raw in chat.raw_texts(messages[rows])]
    if plain:
        seen[rows, : len(HABITS) - 1], usable[rows] = _habits_of(plain)
    return Habits(messages=messages, seen=seen, usable=usable)


def _plain(text: str) -> str:
    return (_LINK.sub("", text) if "://" in text else text).strip().strip("\u200e\u200f")


def _habits_of(plain: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The habits of some texts but the hour, a row each, all at once; and which texts have a letter at all."""
    size = np.fromiter(map(len, plain), dtype=np.int64, count=len(plain))
    first = np.cumsum(size + 1) - size - 1
    code = np.frombuffer("\n".join((*plain, "")).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kind = _kinds(code)
    some = np.bitwise_or.reduceat(kind, first)
    usable = (some & _IS_LETTER) > 0
    if not usable.any():
        return np.zeros((len(plain), len(HABITS) - 1), dtype=bool), usable
    letters, upper = (np.add.reduceat((kind & bit) > 0, first, dtype=np.int64) for bit in (_IS_LETTER, _IS_UPPER))
    at = np.flatnonzero(kind & _IS_LETTER)
    initial = kind[at[np.minimum(np.searchsorted(at, first), len(at) - 1)]]
    laughing, thrice = _repeating(code, first)
    last, before = code[first + size - 1], code[first + size - 2]
    columns = (
        (initial & _IS_UPPER) > 0,
        (some & (_IS_UPPER | _IS_TITLE | _IS_LOWER)) == _IS_LOWER,
        (upper >= 4) & (upper > 0.8 * letters),
        np.isin(last, _STOPS) & ~((last == _STOPS[0]) & (before == _STOPS[0])),
        np.isin(last, _CLOSING),
        (some & _IS_COMMA) > 0,
        (some & _IS_ACCENT) > 0,
        _found(_EMOJI, plain, (some & _IS_FACE) > 0),
        _found(_DRAWN_OUT, plain, laughing) | _found(_TRIPLED, plain, thrice | ((some & _IS_FOREIGN) > 0)),
        size < 12,
        size > 60,
        _found(_SIGNED, plain, (some & _IS_DASH) > 0, 20),
    )
    return np.stack(columns, axis=1) & usable[:, None], usable


def _found(
    wanted: re.Pattern[str], plain: Sequence[str], candidates: NDArray[np.bool_], most: int = READ
) -> NDArray[np.bool_]:
    """Which of the texts hold the expression (within the last ``most`` characters); only candidates can."""
    found = np.zeros(len(plain), dtype=bool)
    for row in np.flatnonzero(candidates).tolist():
        found[row] = wanted.search(plain[row][-most:]) is not None
    return found


def _repeating(code: NDArray[np.uint32], first: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which texts may hold laughter or doubled marks, and which one ASCII letter three times."""
    # What looks ahead finds nothing behind the end. Beside it, ASCII in lower case.
    raw = np.append(code, np.zeros(4, dtype=np.uint32))
    c = raw | 32
    a, h, k, e, j = (c == ord(letter) for letter in "ahkej")
    syllable = ((j | h)[:-1] & a[1:]) | (h[:-1] & e[1:]) | (a[:-1] & h[1:])
    alone = (raw == 0x939) | (raw == 0x647)
    more = syllable | k[:-1] | alone[:-1]
    laugh = syllable | (k[:-1] & k[1:]) | ((c[:-1] == ord("x")) & (c[1:] == ord("d")))
    mark, stop = (c == ord("!")) | (c == ord("?")), c == ord(".")
    same = c[1:] == c[:-1]
    drawn = (laugh[:-2] & more[2:]) | (alone[:-3] & more[1:-1]) | ((mark[:-1] & mark[1:]) | (stop[:-1] & stop[1:]))[:-2]
    found = np.zeros((2, len(first)), dtype=bool)
    for told, places in zip(found, (drawn, same[1:] & same[:-1]), strict=True):
        at = np.flatnonzero(places)
        told[np.searchsorted(first, at[at < len(code)], side="right") - 1] = True
    return found[0], found[1]


def _kinds(code: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """What each code point is; those that were not met before are looked at."""
    table = _table()
    found = table[code]
    if not found.all():
        for point in np.unique(code[found == 0]).tolist():
            table[point] = _kind_of(chr(point))
        found = table[code]
    return found


@cache
def _table() -> NDArray[np.uint16]:
    """The flags of every code point, 0 before it is met; what is never met takes no memory."""
    return np.zeros(sys.maxunicode + 1, dtype=np.uint16)


def _kind_of(character: str) -> int:
    is_letter = _LETTER.match(character) is not None
    told = {
        _IS_KNOWN: True,
        _IS_LETTER: is_letter,
        _IS_UPPER: is_letter and character.isupper(),
        _IS_TITLE: is_letter and character.istitle(),
        _IS_LOWER: is_letter and character.islower(),
        _IS_COMMA: _COMMA.match(character),
        _IS_ACCENT: _ACCENT.match(character),
        _IS_FACE: _FACE.match(character),
        _IS_DASH: character in "-\u2013\u2014~",
        _IS_FOREIGN: not character.isascii(),
    }
    return sum(int(flag) for flag, is_so in told.items() if is_so)


def with_hours(habits: Habits, hours: NDArray[np.int64], usual: NDArray[np.bool_]) -> Habits:
    """The same habits with the last column filled: was the message sent at an hour usual for the account."""
    seen = habits.seen.copy()
    seen[:, -1] = usual[hours]
    return Habits(messages=habits.messages, seen=seen, usable=habits.usable)


def usual_hours(hours: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Hours of the day (24 flags) in which the account wrote at least 2 % of its messages, one hour of
    slack.
    """
    counts = np.bincount(hours, minlength=24).astype(float)
    spread = counts + np.roll(counts, 1) + np.roll(counts, -1)
    return np.asarray(spread >= max(1.0, 0.02 * counts.sum()), dtype=bool)


def departures(habits: Habits, inside: NDArray[np.bool_], baseline: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Per message: how much better the habits of ``inside`` explain it than those of ``baseline`` (natural
    log).
    """
    one, other = _shares(habits, inside), _shares(habits, baseline)
    gain = np.where(habits.seen, np.log(one / other), np.log((1 - one) / (1 - other)))
    # Habits overlap (a capital and a full stop come together), so their sum is damped before it is clipped.
    total = np.clip(0.5 * gain.sum(axis=1), -CLIP, CLIP)
    return np.where(habits.usable, total, 0.0)


def _shares(habits: Habits, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    rows = habits.seen[chosen & habits.usable]
    return np.asarray((rows.sum(axis=0) + 1.0) / (len(rows) + 2.0), dtype=np.float64)


def contrast(habits: Habits, inside: NDArray[np.bool_], baseline: NDArray[np.bool_]) -> tuple[float, tuple[Said, ...]]:
    """How surely the two sets differ in habit (sum of the clear differences) and up to three sentences on
    it.

    Each habit adds its two-proportion z score minus 2, so that differences that chance would bring add
    nothing.
    """
    a, b = habits.seen[inside & habits.usable], habits.seen[baseline & habits.usable]
    if len(a) < 3 or len(b) < 8:
        return 0.0, ()
    scored: list[tuple[float, Said]] = []
    for column, (name, words) in enumerate(HABITS):
        k, m = int(a[:, column].sum()), int(b[:, column].sum())
        pooled = (k + m + 1) / (len(a) + len(b) + 2)
        z = abs(k / len(a) - m / len(b)) / math.sqrt(pooled * (1 - pooled) * (1 / len(a) + 1 / len(b)))
        if z > 2 and abs(k / len(a) - m / len(b)) >= CLEAR:
            most = MOST_OF_TOPIC if name in TOPICAL else MOST_OF_ONE
            told = say(
                "%(inside)s of %(texts)s texts inside %(habit)s, %(outside)s of %(others)s outside",
                inside=k,
                texts=len(a),
                habit=say(words),
                outside=m,
                others=len(b),
            )
            scored.append((min(z - 2, most), told))
    scored.sort(reverse=True)
    return sum(score for score, _ in scored), tuple(sentence for _, sentence in scored[:3])


@once
def own_messages(chat: Chat, sender: int) -> NDArray[np.int64]:
    """Ids of an account's messages, ascending."""
    return np.flatnonzero(chat.columns.sender == sender)


@once
def change_of_habits(chat: Chat, sender: int, first: int, last: int) -> tuple[float, tuple[Said, ...]]:
    """How the account's sitting around messages ``first`` to ``last`` departs from what it wrote at other times.

    Weight in log-odds (0 to 2) and sentences on it.
    """
    own = own_messages(chat, sender)
    seconds = chat.columns.timestamp[own].astype("datetime64[s]").astype(np.int64)
    begin, end = int(np.searchsorted(own, first)), int(np.searchsorted(own, last, "right")) - 1
    while begin > 0 and seconds[begin] - seconds[begin - 1] <= SITTING:
        begin -= 1
    while end < len(own) - 1 and seconds[end + 1] - seconds[end] <= SITTING:
        end += 1
    away = (seconds < seconds[begin] - AWAY) | (seconds > seconds[end] + AWAY)
    near = np.flatnonzero(away)
    near = near[max(0, int(np.searchsorted(near, begin)) - SAMPLE) :][: 2 * SAMPLE]
    inside = np.arange(begin, min(end + 1, begin + SAMPLE))
    messages = np.concatenate((own[inside], own[near]))
    is_inside = np.arange(len(messages)) < len(inside)
    habits = read_habits(chat, messages)
    score, sentences = contrast(habits, is_inside, ~is_inside)
    return min(2.0, 0.5 * score), sentences


def hours_of(chat: Chat, messages: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Hour of the day (0 to 23, local wall time of the export) of each message."""
    stamps = chat.columns.timestamp[np.asarray(messages, dtype=np.int64)]
    return (stamps.astype("datetime64[h]").astype(np.int64) % 24).astype(np.int64)
