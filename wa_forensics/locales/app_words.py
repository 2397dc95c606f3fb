"""What the app writes, in every language: system lines, file names, clock words and month names."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from wa_forensics.vocabulary import Event

Spans = tuple[tuple[int, int], ...]
AppLine = tuple[Event, tuple[str, ...], tuple[str, ...]]

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


@lru_cache(maxsize=1 << 12)
def word_key(text: str) -> str:
    """Letters, marks and digits of a clock word, case-folded: ``p.\\u202fm.`` and ``PM`` are one word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


@cache
def clock_words() -> Mapping[str, Spans]:
    """Half of the day or day period by ``word_key``, as spans of minutes (from, before; may wrap midnight)."""
    words: Mapping[str, Sequence[Sequence[int]]] = _words()["clock"]
    return {word: tuple((begin, end) for begin, end in spans) for word, spans in words.items()}


@cache
def clock_rivals() -> Mapping[str, Sequence[tuple[Spans, frozenset[str]]]]:
    """Clock words that mean one half of the day in one language and another in the next.

    Each reading has the other words of its languages: a file that holds one of them means it so. A reading without
    such words holds where no other does; a word that has none needs one of the others beside it.
    """
    rivals: Mapping[str, Sequence[tuple[Sequence[Sequence[int]], Sequence[str]]]] = _words()["clock_rivals"]
    return {
        word: [(tuple((begin, end) for begin, end in spans), frozenset(others)) for spans, others in readings]
        for word, readings in rivals.items()
    }


@cache
def month_names() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By ``word_key`` of a month's name its number ("1" to "12") or numbers, with the languages that mean it so."""
    months: Mapping[str, Mapping[str, Sequence[str]]] = _months()["names"]
    return months


def date_forms(language: str) -> Sequence[str]:
    """How a language writes dates whose month is a word, as ``d M y``."""
    forms: Sequence[str] = _months()["dates"].get(language, ())
    return forms


@cache
def app_languages() -> frozenset[str]:
    """The languages of the app, without their regions."""
    return frozenset(_months()["app"])


@cache
def _months() -> Mapping[str, Any]:
    months: Mapping[str, Any] = json.loads(_compiled("app_months.json"))
    return months


def app_strings() -> Iterator[AppString]:
    """Every string of every language as the app has it, from the TOML files (slow; for tests and reviews)."""
    import tomllib

    for file in sorted(files("wa_forensics.locales").joinpath("app").iterdir(), key=lambda entry: entry.name):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        for event, texts in entry.get("events", {}).items():
            for text in texts:
                yield AppString(event=Event(event), language=entry["language"], text=text)


@cache
def _lines() -> Sequence[bytes]:
    """The lines as they stand in the file, sorted by event: few of them are ever looked at."""
    return _compiled("app_lines.tsv").removesuffix(b"\n").split(b"\n")


@cache
def app_line(number: int) -> AppLine:
    """One string in normal form without the closing "Tap to learn more": event, languages, parts.

    ``parts`` alternates literal text and the name of a variable part, literal first and last (maybe empty).
    """
    event, languages, *parts = _lines()[number].decode().split("\t")
    return Event(event), tuple(languages.split(" ")), tuple(parts)


def lines_of(event: Event) -> Sequence[AppLine]:
    """The strings of one event."""
    first = bisect_left(_lines(), f"{event}\t".encode())
    return [app_line(number) for number in range(first, bisect_left(_lines(), f"{event}\n".encode(), first))]


@cache
def line_index() -> Mapping[str, Mapping[str, Sequence[int]]]:
    """Numbers of lines by their literal text: how they ``start``, ``end``, or what stands in the ``middle``."""
    index: Mapping[str, Mapping[str, Sequence[int]]] = json.loads(_compiled("app_index.json"))
    return index


def app_signatures() -> Mapping[str, Sequence[int]]:
    """The first and last eight bytes of what the app writes under a name, as sorted little-endian numbers.

    ``short`` are whole first lines shorter than eight bytes, with their line end.
    """
    signatures: Mapping[str, Sequence[int]] = _words()["signatures"]
    return signatures


@cache
def closings() -> frozenset[str]:
    """Closing sentences ("tap to learn more") in normal form, which some builds leave out."""
    return frozenset(_words()["closings"])


def file_stems() -> Sequence[str]:
    """Templates of the names of export files, ``WhatsApp Chat with {chat}`` and the like."""
    stems: Sequence[str] = _words()["file_stems"]
    return stems


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = json.loads(_compiled("app.json"))
    return words


def _compiled(name: str) -> bytes:
    return files("wa_forensics.locales").joinpath(name).read_bytes()
