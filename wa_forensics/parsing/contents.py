"""What each message is: kind, event, attachment and edit mark, looking closely only at likely messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import EVENT_CODE, KIND_CODE
from wa_forensics.locales.app_words import lines_of, normal_line
from wa_forensics.model import Kind, Platform
from wa_forensics.parsing.events import (
    KINDS_OF_EVENTS,
    Recognised,
    any_line,
    placeholder_line,
)
from wa_forensics.parsing.layout import Layout
from wa_forensics.parsing.likely import likely_rows
from wa_forensics.parsing.senders import Speakers
from wa_forensics.parsing.words import words_at
from wa_forensics.vocabulary import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 15
_LONGEST = 4096
# Texts of so many words of eight bytes are looked at for being the same where so many rows of a block have them.
_SHORT, _MANY, _TRIES = 3, 64, 4
_PLAIN_NAME = re.compile(rb"[\w.() -]+>")
_FILE = re.compile(r"^(?P<file>[^\n\r<>:\"|?*]{1,255}\.\w{1,10})\s*$")


@dataclass(kw_only=True, eq=False)
class Contents:
    """Columns ``kind``, ``event``, ``edited``; attachment names by message; languages, most lines first."""

    kind: NDArray[np.uint8]
    event: NDArray[np.int16]
    edited: NDArray[np.bool_]
    attachments: dict[int, str]
    languages: tuple[str, ...]
    notices: tuple[int, ...]
    system: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one text is; ``by_app`` when the app speaks itself although a name stands before the text."""

    kind: Kind = Kind.TEXT
    event: Event | None = None
    attachment: str | None = None
    edited: bool = False
    by_app: bool = False
    languages: tuple[str, ...] = ()


def describe(
    buffer: bytes, data: NDArray[np.uint8], layout: Layout, speakers: Speakers, platform: Platform
) -> Contents:
    """Find kind and event of every message."""
    start, end = speakers.text_start, layout.stop
    judge = _Judge(buffer, platform)
    for begin in range(0, len(start), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        first_stop = end[part].copy()
        several = np.flatnonzero(layout.multiline(part))
        first_stop[several] = np.minimum(layout.first_line_end(several + begin) - 1, first_stop[several])
        named = speakers.code[part] >= 0
        likely = likely_rows(data, start[part], end[part], first_stop, named)
        for spoken in (True, False):
            at = likely[named[likely] == spoken] + begin
            judge.read(at, start[at], end[at], spoken)
    return _columns(len(start), judge)


def _piece(buffer: bytes, first: int, last: int) -> bytes:
    """The text, or the beginning and end of a very long one."""
    if last - first <= _LONGEST:
        return buffer[first:last]
    return buffer[first : first + _LONGEST] + buffer[max(last - 80, first + _LONGEST) : last]


def _columns(count: int, judge: _Judge) -> Contents:
    kind = np.full(count, KIND_CODE[Kind.TEXT], dtype=np.uint8)
    event = np.full(count, -1, dtype=np.int16)
    edited = np.zeros(count, dtype=bool)
    languages: Counter[str] = Counter()
    system: list[int] = []
    notices: list[int] = []
    for judgement, found in judge.rows.items():
        rows = np.array(found, dtype=np.int64)
        kind[rows] = KIND_CODE[judgement.kind]
        event[rows] = -1 if judgement.event is None else EVENT_CODE[judgement.event]
        edited[rows] = judgement.edited
        if judgement.by_app:
            system += found
        if judgement.event in _NOTICES:
            notices += found
        # A string that many languages share says little about any of them.
        used = judgement.languages[:6]
        for language in used:
            languages[language] += len(rows) * 12 // len(used)
    return Contents(
        kind=kind,
        event=event,
        edited=edited,
        attachments=dict(sorted(judge.attachments.items())),
        languages=_ranked(languages),
        notices=tuple(sorted(notices)),
        system=np.array(sorted(system), dtype=np.int64),
    )


_NOTICES = frozenset({Event.E2E_NOTICE, Event.E2E_NOTICE_BUSINESS, Event.E2E_NOTICE_NOW_ENCRYPTED})


def _ranked(languages: Counter[str]) -> tuple[str, ...]:
    if not languages:
        return ()
    top = max(languages.values())
    return tuple(sorted((code for code, n in languages.items() if n * 3 >= top), key=lambda c: (-languages[c], c)))[:3]


class _Judge:
    """Reads texts, remembering what it read: most lines of the app are the same few strings.

    ``rows`` are the messages of each judgement, ``attachments`` the file names by message.
    """

    def __init__(self, buffer: bytes, platform: Platform) -> None:
        self.buffer = buffer
        self.platform = platform
        self.rows: dict[Judgement, list[int]] = {}
        self.attachments: dict[int, str] = {}
        self._named: dict[bytes, tuple[list[int], str | None]] = {}
        self._plain: dict[tuple[bytes, Kind], list[int]] = {}
        self._unnamed: dict[bytes, tuple[list[int], str | None]] = {}

    def read(self, rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], named: bool) -> None:
        """Judge the texts of messages, all of which stand behind a sender or none."""
        left = self._read_common(rows, starts, ends, named)
        self._read_each(rows[left].tolist(), starts[left].tolist(), ends[left].tolist(), named)

    def _read_common(
        self, rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], named: bool
    ) -> NDArray[np.int64]:
        """Judge the short texts that many messages share (``<Media omitted>``), each once; the places of the others."""
        short = np.flatnonzero(ends - starts <= 8 * _SHORT)
        rest = np.ones(len(rows), dtype=bool)
        if len(short) >= _MANY:
            lengths = ends[short] - starts[short]
            columns = [lengths, *words_at(np.frombuffer(self.buffer, dtype=np.uint8), starts[short], lengths, _SHORT)]
            for _ in range(_TRIES):
                same = np.logical_and.reduce([column == column[0] for column in columns])
                found = short[same]
                self._read_each(rows[found[:1]].tolist(), starts[found[:1]].tolist(), ends[found[:1]].tolist(), named)
                memory = self._named if named else self._unnamed
                known = memory.get(self.buffer[starts[found[0]] : ends[found[0]]])
                if known is not None and known[1] is None:
                    known[0].extend(rows[found[1:]].tolist())
                    rest[found] = False
                else:
                    rest[found[0]] = False
                short, columns = short[~same], [column[~same] for column in columns]
                if len(short) < _MANY:
                    break
        return np.flatnonzero(rest)

    def _read_each(self, rows: Sequence[int], starts: Sequence[int], ends: Sequence[int], named: bool) -> None:
        buffer, attachments = self.buffer, self.attachments
        memory = self._named if named else self._unnamed
        for row, first, last in zip(rows, starts, ends, strict=True):
            text = buffer[first:last] if last - first <= _LONGEST else _piece(buffer, first, last)
            found = memory.get(text)
            if found is None:
                found = self._plain_attachment(text) if named and text.endswith(b">") else None
                if found is None:
                    found = self._slot(judge(text.decode("utf-8", "replace"), named, self.platform))
                    if len(memory) < 50_000:
                        memory[text] = found
            found[0].append(row)
            if found[1] is not None:
                attachments[row] = found[1]

    def _plain_attachment(self, text: bytes) -> tuple[list[int], str | None] | None:
        """``<attached: file>`` in the words of a language that writes a colon: every name is another."""
        marker, colon, file = text.partition(b": ")
        words = _plain_markers().get(marker)
        if words is None or not colon or not _PLAIN_NAME.fullmatch(file):
            return None
        kind = Kind.CONTACT if file[-5:].lower() == b".vcf>" else Kind.MEDIA
        rows = self._plain.get((marker, kind))
        if rows is None:
            judgement = Judgement(kind=kind, event=Event.ATTACHED_IOS, languages=words)
            rows = self._plain[marker, kind] = self._slot(judgement)[0]
        return rows, file[:-1].decode()

    def _slot(self, judgement: Judgement) -> tuple[list[int], str | None]:
        key = judgement if judgement.attachment is None else replace(judgement, attachment=None)
        return self.rows.setdefault(key, []), judgement.attachment


def judge(text: str, named: bool, platform: Platform) -> Judgement:
    """Read one text; ``named`` when it stands behind a sender."""
    edited = False
    body = text
    tail = re.search(r"(?<![ \u200e\u200f])[ \u200e\u200f]*(<[^<>\n]{4,60}>)[\u200e\u200f]*$", text)
    if tail and normal_line(tail[1]) in _edit_marks():
        edited = True
        body = text[: tail.start()]
    marked = text[:1] in ("\u200e", "\u200f")
    if not named:
        return _by_app(body, edited)
    attached = _attachment(body)
    if attached is not None:
        event, name, languages = attached
        kind = Kind.CONTACT if name.lower().endswith(".vcf") else Kind.MEDIA
        return Judgement(kind=kind, event=event, attachment=name, edited=edited, languages=languages)
    poll = _poll(body)
    if poll is not None:
        return Judgement(kind=Kind.POLL, event=Event.POLL_HEADER, edited=edited, languages=poll)
    document = _document(body, edited)
    if document.event is not None:
        return document
    line = body.split("\n", 1)[0] if platform is Platform.ANDROID else body
    found = (any_line() if marked else placeholder_line()).find(line.rstrip("\r"))
    if found is None:
        return Judgement(edited=edited)
    if "\n" in body.strip("\r\n") and not marked:
        # A placeholder stands alone; only an attachment has a caption.
        return Judgement(edited=edited)
    if found.event in KINDS_OF_EVENTS:
        return Judgement(
            kind=KINDS_OF_EVENTS[found.event],
            event=found.event,
            attachment=_named_file(found),
            edited=edited,
            languages=found.languages,
        )
    return Judgement(kind=Kind.SYSTEM, event=found.event, by_app=True, languages=found.languages)


def _by_app(body: str, edited: bool) -> Judgement:
    found = any_line().find(body)
    if found is None:
        return Judgement(kind=Kind.SYSTEM, by_app=True, edited=edited)
    kind = KINDS_OF_EVENTS.get(found.event, Kind.SYSTEM)
    return Judgement(kind=kind, event=found.event, by_app=True, languages=found.languages)


def _document(body: str, edited: bool) -> Judgement:
    """``Plan.pdf • <mark>2 pages <mark>document omitted``: the file name stands before the app's words."""
    pieces = re.split("[\u200e\u200f]", body.lstrip("\u200e\u200f"))
    if len(pieces) > 1 and len(body) < 400:
        found = placeholder_line().find(pieces[-1])
        if found is not None and found.event is Event.DOCUMENT_OMITTED:
            name = re.split(r"\s\u2022\s", pieces[0])[0].strip()
            return Judgement(
                kind=Kind.MEDIA,
                event=found.event,
                attachment=name or None,
                edited=edited,
                languages=found.languages,
            )
    return Judgement(edited=edited)


def _named_file(found: Recognised) -> str | None:
    return next((value.strip() for name, value in found.values if name == "file"), None)


def _attachment(body: str) -> tuple[Event, str, tuple[str, ...]] | None:
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
def _plain_markers() -> Mapping[bytes, tuple[str, ...]]:
    """The bytes before the colon and the file name, for the markers that are written with ``: ``."""
    return {
        b"\xe2\x80\x8e" + parts[0][:-2].encode(): languages
        for _, languages, parts in lines_of(Event.ATTACHED_IOS)
        if parts[0].endswith(": ") and parts[-1] == ">"
    }


@cache
def _edit_marks() -> frozenset[str]:
    return frozenset(parts[0] for _, _, parts in lines_of(Event.EDITED_MARKER))


def _poll(body: str) -> tuple[str, ...] | None:
    """Languages of a poll: its header on the first line and options below."""
    first, _, rest = body.strip("\u200e\u200f").partition("\n")
    if not rest:
        return None
    return _poll_headers().get(normal_line(first.rstrip("\r")))


@cache
def _poll_headers() -> Mapping[str, tuple[str, ...]]:
    return {parts[0]: languages for _, languages, parts in lines_of(Event.POLL_HEADER)}
