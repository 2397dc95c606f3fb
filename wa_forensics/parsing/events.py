"""What a line of the app says: strings of all languages, recognised in whole lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from wa_forensics.locales.app_words import app_line, closings, line_index, normal_line
from wa_forensics.model import Kind
from wa_forensics.vocabulary import Event

# Never recognised as a line: a user types such text too, or it stands at the end of a text.
NOT_ALONE = frozenset({Event.NULL_BODY, Event.EDITED_MARKER})

KINDS_OF_EVENTS: Mapping[Event, Kind] = {
    **dict.fromkeys(
        (
            Event.ATTACHED_IOS,
            Event.AUDIO_OMITTED,
            Event.CANNOT_DISPLAY_HERE,
            Event.DOCUMENT_OMITTED,
            Event.FILE_ATTACHED,
            Event.GIF_OMITTED,
            Event.IMAGE_OMITTED,
            Event.MEDIA_OMITTED,
            Event.STICKER_OMITTED,
            Event.UNSUPPORTED_MESSAGE,
            Event.VIDEO_NOTE_OMITTED,
            Event.VIDEO_OMITTED,
            Event.VIEW_ONCE_OMITTED,
            Event.VIEW_ONCE_PLACEHOLDER,
            Event.WAITING_FOR_MESSAGE,
        ),
        Kind.MEDIA,
    ),
    **dict.fromkeys((Event.DELETED_BY_ADMIN, Event.DELETED_BY_ME, Event.DELETED_BY_SENDER), Kind.DELETED),
    **dict.fromkeys(
        (
            Event.CALL_LOG,
            Event.MISSED_GROUP_VIDEO_CALL,
            Event.MISSED_GROUP_VOICE_CALL,
            Event.MISSED_VIDEO_CALL,
            Event.MISSED_VOICE_CALL,
        ),
        Kind.CALL,
    ),
    **dict.fromkeys((Event.POLL_HEADER, Event.POLL_OPTION, Event.POLL_VOTE), Kind.POLL),
    **dict.fromkeys((Event.BUTTON_PREFIX, Event.EVENT_HEADER), Kind.TEXT),
    **dict.fromkeys((Event.LIVE_LOCATION, Event.LOCATION), Kind.LOCATION),
    Event.CONTACT_CARD_OMITTED: Kind.CONTACT,
    **dict.fromkeys((Event.PAYMENT_REQUEST_STATUS, Event.PAYMENT_REQUESTED, Event.PAYMENT_SENT), Kind.PAYMENT),
}

# Written by the app under the sender's name, without a mark, on Android.
PLACEHOLDERS = frozenset(
    event
    for event, kind in KINDS_OF_EVENTS.items()
    if kind not in (Kind.PAYMENT, Kind.POLL, Kind.TEXT) or event is Event.POLL_HEADER
)

# Two events with one wording: the one that says less.
_ON_TIE = {
    Event.DELETED_BY_SENDER: 0,
    Event.GROUP_PARTICIPANT_WAS_ADDED: 0,
    Event.MISSED_GROUP_VOICE_CALL: 0,
    Event.MISSED_VOICE_CALL: 0,
}
_STOP = re.compile(r"[.\u3002\u0964\u06d4]\s*\*?")
KEY = 14
MIDDLE = 4


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A recognised line: its event, its languages, how much literal text agreed, the variable parts."""

    event: Event
    languages: tuple[str, ...]
    weight: int
    values: tuple[tuple[str, str], ...]


class LineIndex:
    """Finds the strings that a whole line matches, by their first, last or middle literal text."""

    def __init__(self, events: Iterable[Event] = tuple(Event)) -> None:
        self._events = frozenset(events)
        index = line_index()
        self._by_start, self._by_end = index["start"], index["end"]
        # No placeholder begins and ends with a name, and every text that looks like one would be cut into pieces.
        self._by_middle = {
            key: lines
            for key, lines in index["middle"].items()
            if any(app_line(number)[0] in self._events for number in lines)
        }

    def find(self, text: str, favored: Sequence[str] = ()) -> Recognised | None:
        """The matching string with the most literal text; among equals one of a favored language."""
        if len(text) > 2000:
            return None
        best: Recognised | None = None
        rank: tuple[int, int, int, str] | None = None
        for line in _variants(text):
            for number in self._candidates(line):
                event, languages, parts = app_line(number)
                values = _match(parts, line) if event in self._events else None
                if values is None:
                    continue
                weight = sum(map(len, parts[::2])) - 30 * sum(_odd(*value) for value in values)
                favor = min((favored.index(code) for code in languages if code in favored), default=99)
                this = (-weight, favor, _ON_TIE.get(event, 1), event)
                if rank is None or this < rank:
                    rank = this
                    best = Recognised(event=event, languages=languages, weight=weight, values=values)
        return best

    def _candidates(self, line: str) -> Iterable[int]:
        for size in range(1, min(KEY, len(line)) + 1):
            yield from self._by_start.get(line[:size], ())
            yield from self._by_end.get(line[-size:], ())
        if not self._by_middle:
            return
        # A line that begins and ends with a name is known by what stands between.
        for key in {line[i : i + MIDDLE] for i in range(1, len(line) - MIDDLE)}:
            yield from self._by_middle.get(key, ())


@cache
def any_line() -> LineIndex:
    """The index of every string: for lines that the app is known to have written."""
    return LineIndex()


@cache
def placeholder_line() -> LineIndex:
    """The index of what stands under a sender's name in place of a message."""
    return LineIndex(PLACEHOLDERS)


def _variants(text: str) -> Iterable[str]:
    """The line in normal form, and without a closing sentence ("Learn more")."""
    line = normal_line(text)
    yield line
    for stop in _STOP.finditer(line):
        closing = line[stop.end() :].strip(" *.")
        # Only the last sentence may be another than those known: each one costs a search.
        last = 0 < len(closing) <= 45 and not _STOP.search(closing)
        if last or closing in closings():
            head = normal_line(line[: stop.start()])
            if len(head) >= 30 or closing in closings():
                yield head


def _match(parts: Sequence[str], line: str) -> tuple[tuple[str, str], ...] | None:
    """The variable parts of a line, or None: literal text in its order, something sensible between."""
    if len(parts) == 1:
        return () if line == parts[0] else None
    if not line.startswith(parts[0]) or not line.endswith(parts[-1]):
        return None
    position = len(parts[0])
    end = len(line) - len(parts[-1])
    values = []
    for index in range(1, len(parts), 2):
        if index + 2 < len(parts):
            found = line.find(parts[index + 1], position + 1, end)
            if found < 0:
                return None
        else:
            found = end
        value = line[position:found]
        if not _sensible(parts[index], value):
            return None
        values.append((parts[index], value))
        position = found + len(parts[index + 1])
    return tuple(values)


def _sensible(name: str, value: str) -> bool:
    if not value.strip() or "\n" in value:
        return False
    if name == "file":
        return len(value) <= 255
    return len(value) <= 220


def _odd(name: str, value: str) -> bool:
    """Whether a variable part does not look like what it should be."""
    if name in ("n", "time", "duration", "old_number", "new_number"):
        return len(value) > 40 or not any(c.isdecimal() for c in value)
    if name == "url":
        return not value.startswith(("http", "geo:", "maps")) or " " in value.strip()
    return False
