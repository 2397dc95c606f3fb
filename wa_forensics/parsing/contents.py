"""What each message is: kind, event, attachment and edit mark, looking closely only at likely messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.chat import EVENT_CODE, KIND_CODE
from wa_forensics.locales.app_words import lines_of, normal_line
from wa_forensics.model import Kind, Platform
from wa_forensics.parsing.attachments import attachment, has_plain_ending, is_plain_name, words_around
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
        attachments={row: judge.attachments[row] for row in sorted(judge.attachments)},
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


def _begin_with(buffer: bytes, places: NDArray[np.int64], head: bytes) -> NDArray[np.bool_]:
    """At which places the buffer, long enough there, goes on with ``head``, which does not end in a zero byte."""
    if not len(places) or not head:
        return np.ones(len(places), dtype=bool)
    shape = (len(buffer) - len(head) + 1,)
    found: NDArray[np.bool_] = np.ndarray(shape, dtype=f"S{len(head)}", buffer=buffer, strides=(1,))[places] == head
    return found


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
        self._unnamed: dict[bytes, tuple[list[int], str | None]] = {}

    def read(self, rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], named: bool) -> None:
        """Judge the texts of messages, all of which stand behind a sender or none."""
        if named:
            others = self._read_attached(rows, starts, ends)
            rows, starts, ends = rows[others], starts[others], ends[others]
        left = self._read_common(rows, starts, ends, named)
        self._read_each(rows[left].tolist(), starts[left].tolist(), ends[left].tolist(), named)

    def _read_attached(
        self, rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Judge texts ``<attached: file>`` and ``file (file attached)`` many at once; which texts are left."""
        buffer = self.buffer
        left = np.ones(len(rows), dtype=bool)
        at = np.flatnonzero((ends - starts > 8) & (ends - starts <= _LONGEST))
        named_behind = _begin_with(buffer, starts[at], b"\xe2\x80\x8e<") & _begin_with(buffer, ends[at] - 1, b">")
        at = at[named_behind | _begin_with(buffer, ends[at] - 1, b")")]
        for _ in range(_TRIES):
            if not len(at):
                break
            around = words_around(buffer[starts[at[0]] : ends[at[0]]])
            if around is None:
                at = at[1:]
                continue
            head, tail, event, languages = around
            begin, stop = starts[at] + len(head), ends[at] - len(tail)
            same = begin < stop
            same[same] = _begin_with(buffer, starts[at[same]], head)
            same[same] = _begin_with(buffer, stop[same], tail)
            found, at, pieces = at[same], at[~same], zip(begin[same].tolist(), stop[same].tolist(), strict=True)
            names = [buffer[first:last] for first, last in pieces]
            if event is Event.FILE_ATTACHED or not is_plain_name(b"".join(names)):
                fits = has_plain_ending if event is Event.FILE_ATTACHED else is_plain_name
                plain = [fits(name) for name in names]
                found, names = found[plain], list(compress(names, plain))
            self.attachments.update(zip(rows[found].tolist(), b"\n".join(names).decode().split("\n"), strict=False))
            contacts = np.array([name[-4:].lower() == b".vcf" for name in names], dtype=bool)
            for kind, of_kind in ((Kind.MEDIA, found[~contacts]), (Kind.CONTACT, found[contacts])):
                if len(of_kind):
                    judgement = Judgement(kind=kind, event=event, languages=languages)
                    self._slot(judgement)[0].extend(rows[of_kind].tolist())
            left[found] = False
        return left

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
                found = self._slot(judge(text.decode("utf-8", "replace"), named, self.platform))
                if len(memory) < 50_000:
                    memory[text] = found
            found[0].append(row)
            if found[1] is not None:
                attachments[row] = found[1]

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
    attached = attachment(body)
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
