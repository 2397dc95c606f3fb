"""What the app writes, in every language: system lines, file names, clock words and month names."""

from __future__ import annotations

import json
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from wa_forensics.vocabulary import Event

Spans = tuple[tuple[int, int], ...]

AM: Spans = ((0, 720),)
PM: Spans = ((720, 1440),)


_INVISIBLE = dict.fromkeys([0x200E, 0x200F, 0x061C, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACES = dict.fromkeys([0xA0, 0x202F, 0x2009, 0x3000], " ")
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u201a"), '"')
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4\u05f3"), "'")
_PLAIN = {**_INVISIBLE, **_SPACES, **_QUOTES, **_APOSTROPHES, ord("\u05f4"): '"', ord("\uff1a"): ":"}


@dataclass(frozen=True, kw_only=True)
class AppString:
    """One string of the app in one language; ``{name}``, ``{file}`` ... stand for variable parts."""

    event: Event
    language: str
    text: str


def normal_line(text: str) -> str:
    """A line of the app in normal form: no marks, plain spaces and quotes, composed, lower case, no stop."""
    plain = text.translate(_PLAIN)
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return plain.lower().strip(" .\u3002\uff0e\u0964\u06d4*")


def word_key(text: str) -> str:
    """Letters, marks and digits of a clock word, case-folded: ``p.\\u202fm.`` and ``PM`` are one word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


@cache
def clock_words() -> Mapping[str, Spans]:
    """Half of the day or day period by ``word_key``, as spans of minutes (from, before; may wrap midnight).

    A word that is AM or PM somewhere is that everywhere: the narrower day period lies inside it.
    """
    words: dict[str, Spans] = {}
    for entry in _languages().values():
        for word, spans in entry.get("clock", {}).get("periods", {}).items():
            key = word_key(word)
            words[key] = tuple(sorted({*words.get(key, ()), *((int(a), int(b)) for a, b in spans)}))
    for half, span in (("am", AM), ("pm", PM)):
        for entry in _languages().values():
            words |= {word_key(word): span for word in entry.get("clock", {}).get(half, ())}
    words.pop("", None)
    return words


@cache
def month_names() -> Mapping[str, int]:
    """Month number by ``word_key``; names that mean different months in different languages are left out."""
    months: dict[str, set[int]] = {}
    for entry in _languages().values():
        for number, names in enumerate(entry.get("clock", {}).get("months", ()), 1):
            for name in names:
                months.setdefault(word_key(name), set()).add(number)
    return {name: numbers.pop() for name, numbers in months.items() if len(numbers) == 1}


def app_strings() -> Iterator[AppString]:
    """Every string of every language as the app has it, from the TOML files (slow; for tests and reviews)."""
    for file in sorted(files("wa_forensics.locales").joinpath("app").iterdir(), key=lambda entry: entry.name):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        for event, texts in entry.get("events", {}).items():
            for text in texts:
                yield AppString(event=Event(event), language=entry["language"], text=text)


def app_lines() -> Sequence[tuple[str, Sequence[str], Sequence[str]]]:
    """Strings in normal form without the closing "Tap to learn more", once an event: event, languages, parts.

    ``parts`` alternates literal text and the name of a variable part, literal first and last (maybe empty).
    """
    lines: Sequence[tuple[str, Sequence[str], Sequence[str]]] = _compiled()["lines"]
    return lines


def app_signatures() -> Mapping[str, Sequence[int]]:
    """The first and last eight bytes of what the app writes under a name, as sorted little-endian numbers.

    ``short`` are whole first lines shorter than eight bytes, with their line end.
    """
    signatures: Mapping[str, Sequence[int]] = _compiled()["signatures"]
    return signatures


@cache
def closings() -> frozenset[str]:
    """Closing sentences ("tap to learn more") in normal form, which some builds leave out."""
    return frozenset(_compiled()["closings"])


@cache
def file_stems() -> tuple[str, ...]:
    """Templates of the names of export files, ``WhatsApp Chat with {chat}`` and the like."""
    return tuple(dict.fromkeys(stem for entry in _languages().values() for stem in entry.get("file_stems", ())))


def _languages() -> Mapping[str, Mapping[str, Any]]:
    languages: Mapping[str, Mapping[str, Any]] = _compiled()["languages"]
    return languages


@cache
def _compiled() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(files("wa_forensics.locales").joinpath("app.json").read_text(encoding="utf-8"))
    return data
