"""Names of attached files in what the app writes about them, in the words of every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from wa_forensics.locales.app_words import lines_of, normal_line
from wa_forensics.vocabulary import Event

_FILE = re.compile(r"^(?P<file>[^\n\r<>:\"|?*]{1,255}\.\w{1,10})\s*$")
# Names of these bytes only need no closer look.
_PLAIN_NAME = re.compile(rb"[\w.() -]+")
_TYPED_NAME = re.compile(rb"\w[\w.() -]{0,190}\.\w{1,10}")
_PLAIN_BYTES = bytes(byte for byte in range(128) if _PLAIN_NAME.fullmatch(bytes([byte])))


def is_plain_name(name: bytes) -> bool:
    """Whether a file name is written in letters, digits and signs that mean nothing to the app."""
    return bool(name) and not name.translate(None, _PLAIN_BYTES)


def has_plain_ending(name: bytes) -> bool:
    """Whether a plain name is one that also stands before a marker as it is: no odd spaces, and a type behind a dot."""
    return _TYPED_NAME.fullmatch(name) is not None


def words_around(text: bytes) -> tuple[bytes, bytes, Event, tuple[str, ...]] | None:
    """What the app writes before and behind the name in a text that names a file and nothing else.

    With the event and the languages; None for what needs a closer look.
    """
    if text.startswith(b"\xe2\x80\x8e<"):
        marker, colon, _ = text.partition(b": ")
        languages = plain_markers().get(marker)
        return (marker + colon, b">", Event.ATTACHED_IOS, languages) if languages and colon else None
    name, _, words = text.rpartition(b" (")
    languages = _android_markers().get(normal_line("(" + words.decode("utf-8", "replace")))
    mark = b"\xe2\x80\x8e" if name.startswith(b"\xe2\x80\x8e") else b""
    return (mark, b" (" + words, Event.FILE_ATTACHED, languages) if languages else None


def attachment(body: str) -> tuple[Event, str, tuple[str, ...]] | None:
    """The file named by an attachment marker on the first line, as written."""
    line = body.split("\n", 1)[0].rstrip("\r").strip("\u200e\u200f \u2068\u2069")
    if line.startswith("<") and line.endswith(">"):
        inner = normal_line(line[1:-1])
        for before, after, languages in _ios_markers():
            if inner.startswith(before) and inner.endswith(after) and len(inner) > len(before) + len(after):
                name = _cut_file(line[1:-1], before, after)
                if name:
                    return Event.ATTACHED_IOS, name, languages
        return None
    name, bracket, words = line.rpartition(" <")
    spoken = _old_markers().get(normal_line(bracket.strip() + words))
    if spoken and _FILE.match(name):
        return Event.ATTACHED_IOS, name, spoken
    for name, words in _android_candidates(line):
        used = _android_markers().get(normal_line(words))
        if used and _FILE.match(name):
            return Event.FILE_ATTACHED, name.strip("\u200e\u200f\u2068\u2069 "), used
    return None


def _android_candidates(line: str) -> Iterable[tuple[str, str]]:
    name, bracket, words = line.rpartition("(")
    if bracket:
        yield name.rstrip(), bracket + words
    dot = line.rfind(".")
    found = re.match(r"\.\w{1,10}", line[dot:]) if dot > 0 else None
    if found:
        # Tamil writes no brackets, Persian puts the words first.
        yield line[: dot + found.end()], line[dot + found.end() :].strip()
        for words in _leading_markers():
            if normal_line(line).startswith(words):
                yield line[len(words) :].strip(), words


@cache
def _android_markers() -> Mapping[str, tuple[str, ...]]:
    markers: dict[str, set[str]] = {}
    for _, languages, parts in lines_of(Event.FILE_ATTACHED):
        markers.setdefault(normal_line(parts[0] + parts[-1]), set()).update(languages)
    return {words: tuple(sorted(languages)) for words, languages in markers.items()}


@cache
def _leading_markers() -> tuple[str, ...]:
    return tuple(parts[0].strip() for _, _, parts in lines_of(Event.FILE_ATTACHED) if parts[0])


def _cut_file(inner: str, before: str, after: str) -> str | None:
    """The file name between marker words, from the text as written."""
    words = len(before.split())
    if before:
        pieces = re.split(r"(?<=[:\uff1a])\s*|\s+", inner, maxsplit=words)
        inner = pieces[-1] if ":" in before else inner.split(maxsplit=words)[-1]
    if after:
        inner = inner.rsplit(maxsplit=len(after.split()))[0]
    return inner.strip(" \u200e\u200f\u2068\u2069\u202f\u00a0") or None


@cache
def _ios_markers() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Text between ``<`` and the file name, text between it and ``>``, languages; the frequent form first."""
    return tuple(
        (parts[0][1:].strip(), parts[-1][:-1].strip(), languages)
        for _, languages, parts in sorted(lines_of(Event.ATTACHED_IOS), key=lambda line: "en" not in line[1])
        if parts[0]
    )


@cache
def _old_markers() -> Mapping[str, tuple[str, ...]]:
    """What stood behind the file name until about 2018: ``2016-06-27-PHOTO-00000042.jpg <attached>``."""
    return {parts[-1].strip(): languages for _, languages, parts in lines_of(Event.ATTACHED_IOS) if not parts[0]}


@cache
def plain_markers() -> Mapping[bytes, tuple[str, ...]]:
    """The bytes before the colon and the file name, for the markers that are written with ``: ``."""
    return {
        b"\xe2\x80\x8e" + parts[0][:-2].encode(): languages
        for _, languages, parts in lines_of(Event.ATTACHED_IOS)
        if parts[0].endswith(": ") and parts[-1] == ">"
    }
