"""Checks of the message headers: one shape in the whole file, and headers that stand inside a message."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.integrity.export import About, Export, messages, result, some_lines
from wa_forensics.model import Check, Said, Verdict, counted, joined, phrase, say
from wa_forensics.ordering import out_of_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = About(
    id="I05",
    title="One header shape",
    looks_at=("punctuation, spaces, padding, year width and AM/PM form of the date and time before each message"),
    innocent_causes=("two exports were joined", "a chat from another phone was pasted into a message"),
    basis="an export is written in one go with one date format; 31 shapes in 468 public files, one to a file",
)
INSIDE = About(
    id="I09",
    title="Header inside a message",
    looks_at=("lines that look like the header of a message but were read as text, and messages that stand oddly"),
    innocent_causes=("somebody copied messages and pasted them into a message",),
    basis="iOS ends a message with CR LF and breaks lines inside it with LF (seven public chats)",
    proven=False,
)
MARKS = re.compile("[\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WORDS = re.compile(r"([Aax])\1*(?:[ \u00a0\u202f]+\1+)*")
ZEROS = re.compile("0+")
HEADER_BYTES = 48
BLOCK = 1 << 14
HEADER = re.compile(r"\[?([^\]\n]{6,60}?)(?:\] ?| - )")
# A date of three numbers, a time, something that ends a header, a name.
NEARLY = re.compile(
    r"[\[(]?\s?\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}[,.\u060c\uff0c]?\s[^\n\d]{0,12}\d{1,2}[:.]\d{1,2}"
    r"[^\n]{0,24}?[\])\u2013\u2014-]\s*([^:\n]{1,60}):\s"
)
OPENING = (ord("["), ord("("), 0xD9, 0xDB, 0xE0, 0xE2, 0xEF)
LONGEST = 2000
# Each candidate is looked for in the whole text.
MOST_CANDIDATES = 200
FEWEST = 50


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """Messages whose header differs: why, and where."""

    what: Said
    messages: tuple[int, ...]


def shape(export: Export) -> Check:
    """I05: the rarer shapes are named; where they could be a pasted chat, nothing is concluded."""
    chat = export.chat
    if len(chat) < 2:
        return result(export, SHAPE, Verdict.NOT_TESTABLE, say("A single message has nothing to be compared with."))
    families = _families(export)
    oddities = _other_families(export, families) + _other_padding(export, families)
    counts: dict[str, int | float | str] = {
        "shapes": len(chat.shapes),
        "forms": len(families),
        "messages_in_other_forms": sum(len(oddity.messages) for oddity in oddities),
    }
    if not oddities:
        statement = say("The headers of %(messages)s have one form.", messages=messages(len(chat)))
        return result(export, SHAPE, Verdict.CONSISTENT, statement, counts=counts)
    odd = np.unique(np.concatenate([np.array(oddity.messages, dtype=np.int64) for oddity in oddities]))
    lines = export.lines_of(odd.tolist())
    what = joined((oddity.what for oddity in oddities), "; ")
    if _could_be_pasted(export, odd):
        statement = say(
            "%(what)s (%(lines)s). Each of them is dated before the message above it, so it can be a pasted chat.",
            what=what,
            lines=some_lines(lines),
        )
        return result(export, SHAPE, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)
    statement = say("The headers were not written in one go: %(what)s (%(lines)s).", what=what, lines=some_lines(lines))
    return result(export, SHAPE, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)


def inside(export: Export) -> Check:
    """I09: a header-shaped text that carries the conversation on was not pasted into a message."""
    chat = export.chat
    candidates = sorted({line for line, _ in chat.possible_forgeries} | set(_nearly(export)))
    same_form = [line for line, reason in chat.possible_forgeries if "bare line feed" in reason]
    counts: dict[str, int | float | str] = {"headers_in_text": len(candidates)}
    strange = _strangers_out_of_order(export) if export.is_android else []
    if strange and not candidates:
        lines = export.lines_of(strange)
        statement = say(
            "%(messages)s (%(lines)s) from names that hardly occur, out of the order of time: possibly text inside a "
            "message, pasted or typed, that looks like a message.",
            messages=messages(len(strange)),
            lines=some_lines(lines),
        )
        counts["possible"] = len(strange)
        return result(export, INSIDE, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)
    if not candidates:
        statement = say("No line inside a message looks like a header of this file.")
        return result(export, INSIDE, Verdict.CONSISTENT, statement, counts=counts)
    impossible = [line for line in sorted(same_form)[:MOST_CANDIDATES] if _cannot_be_pasted(export, line)]
    counts["cannot_be_pasted"] = len(impossible)
    if impossible:
        statement = counted(
            "%(num)s header-like line ends like a line of text inside a message (%(lines)s), while time and sender "
            "carry the conversation on and the words stand nowhere else. The app writes no message so, and an older "
            "message pasted in would not fit.",
            "%(num)s header-like lines end like a line of text inside a message (%(lines)s), while time and sender "
            "carry the conversation on and the words stand nowhere else. The app writes no message so, and an older "
            "message pasted in would not fit.",
            len(impossible),
            lines=some_lines(impossible),
        )
        return result(export, INSIDE, Verdict.INCONSISTENT, statement, counts=counts, lines=candidates)
    statement = counted(
        "%(num)s header-like line stands inside a message (%(lines)s) and was read as text. People paste messages into "
        "messages.",
        "%(num)s header-like lines stand inside a message (%(lines)s) and were read as text. People paste messages "
        "into messages.",
        len(candidates),
        lines=some_lines(candidates),
    )
    return result(export, INSIDE, Verdict.NO_CONCLUSION, statement, counts=counts, lines=candidates)


def form_of(pattern: str) -> str:
    """A shape without what may differ inside one file: marks, number of digits, which AM/PM word."""
    plain = ZEROS.sub("0", MARKS.sub("", pattern).replace("{half}", "half"))
    styled = "".join(_style(char) for char in plain)
    # A day has more words than AM and PM in some languages: "in the afternoon" and "at night" are one form.
    return WORDS.sub(r"\1", styled).strip()


def _style(char: str) -> str:
    """``A`` or ``a`` for a letter with case, ``x`` for one without or for a mark on a letter."""
    if unicodedata.category(char)[0] not in "LM":
        return char
    return "A" if char.isupper() else "a" if char.islower() else "x"


def _families(export: Export) -> dict[str, list[int]]:
    """Shapes by form; forms that differ in words alone are one where each word has its own half of the day."""
    families: dict[str, list[int]] = {}
    for code, item in enumerate(export.chat.shapes):
        families.setdefault(form_of(item.pattern), []).append(code)
    without_words: dict[str, list[str]] = {}
    for form in families:
        without_words.setdefault(re.sub(r"[Aax. \u00a0\u202f]", "", form), []).append(form)
    for forms in without_words.values():
        halves = [_halves(export, families[form]) for form in forms]
        if len(forms) == 2 and not halves[0] & halves[1]:
            families[forms[0]] += families.pop(forms[1])
    return families


def _halves(export: Export, codes: list[int]) -> set[bool]:
    """Whether messages of these shapes are of the morning, of the afternoon, or of both."""
    afternoon = export.times[np.isin(export.chat.columns.shape, codes)] // 3600 % 24 >= 12
    return set(np.unique(afternoon).tolist())


def _other_families(export: Export, families: dict[str, list[int]]) -> list[Oddity]:
    shapes = export.chat.shapes
    sizes = {form: sum(shapes[code].count for code in codes) for form, codes in families.items()}
    usual = max(sizes, key=lambda form: (sizes[form], form))
    found = []
    for form in sorted(families):
        if form != usual:
            those = np.flatnonzero(np.isin(export.chat.columns.shape, families[form]))
            pattern = shapes[families[form][0]].pattern.strip()
            if len(those):
                what = say("%(headers)s in the form %(form)s", headers=_headers(len(those)), form=repr(pattern))
                found.append(Oddity(what=what, messages=tuple(those.tolist())))
    return found


def _other_padding(export: Export, families: dict[str, list[int]]) -> list[Oddity]:
    """Numbers below ten written both as ``5`` and as ``05`` in the same place of the header."""
    found = []
    shape = export.chat.columns.shape
    for codes in families.values():
        widths = {code: [len(zeros) for zeros in ZEROS.findall(export.chat.shapes[code].pattern)] for code in codes}
        for place in range(min(len(width) for width in widths.values())):
            if len({width[place] for width in widths.values()}) < 2:
                continue
            those = np.flatnonzero(np.isin(shape, codes))
            first, width = _number_at(export, place, those)
            short, padded = those[width == 1], those[(width == 2) & (first == 0)]
            fewer, template = short, phrase("%(headers)s without the leading zero")
            if len(padded) < len(short):
                fewer, template = padded, phrase("%(headers)s with a leading zero")
            if len(short) and len(padded):
                what = say(template, headers=_headers(len(fewer)))
                found.append(Oddity(what=what, messages=tuple(fewer.tolist())))
    return found


def _headers(count: int) -> Said:
    return counted("%(num)s header", "%(num)s headers", count)


def _number_at(export: Export, place: int, messages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First digit and number of digits of the number at a place of each header (ASCII digits only)."""
    firsts, widths = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    octets = np.concatenate([export.octets, np.zeros(HEADER_BYTES, dtype=np.uint8)])
    windows = np.lib.stride_tricks.sliding_window_view(octets, HEADER_BYTES)
    for begin in range(0, len(messages), BLOCK):
        rows = windows[export.line_starts[messages[begin : begin + BLOCK]]]
        is_digit = (rows - np.uint8(48)) < 10
        begins = is_digit.copy()
        begins[:, 1:] &= ~is_digit[:, :-1]
        inside = is_digit & (np.cumsum(begins, axis=1) == place + 1)
        widths.append(inside.sum(axis=1))
        firsts.append(rows[np.arange(len(rows)), inside.argmax(axis=1)].astype(np.int64) - 48)
    return np.concatenate(firsts), np.concatenate(widths)


def _could_be_pasted(export: Export, messages: NDArray[np.int64]) -> bool:
    """Whether each of the messages is dated before the one above it, as pasted older messages are."""
    later = messages[messages > 0]
    return len(later) == len(messages) and bool((export.times[later] < export.times[later - 1]).all())


def _cannot_be_pasted(export: Export, line: int) -> bool:
    """Whether a header-like line continues the chat where it stands, which a pasted older message does not.

    It bears a time between the message that holds it and the next one, the name of a sender of this chat, and
    a text that stands nowhere else in the file.
    """
    chat = export.chat
    holder = int(np.searchsorted(chat.columns.line, line, side="right")) - 1
    text = _line_text(export, line)
    head = HEADER.match(text)
    time = _time_of(head[1], chat.date_order.order) if head else None
    if holder < 0 or head is None or time is None or time < export.times[holder]:
        return False
    if holder + 1 < len(chat) and time > export.times[holder + 1]:
        return False
    name, _, words = text[head.end() :].partition(": ")
    known = {MARKS.sub("", sender) for sender in chat.senders}
    return name in known and chat.buffer.count(words.strip().encode()) == 1


def _nearly(export: Export) -> list[int]:
    """Lines inside messages that begin like a header of no form of this file and name a sender of this chat.

    A header that was altered so that it no longer is one swallows its message into the one above.
    """
    first = np.zeros(len(export.line_feeds) + 2, dtype=bool)
    first[export.chat.columns.line] = True
    inner = np.flatnonzero(~first[1:]) + 1
    starts = np.concatenate([np.zeros(1, dtype=np.int64), export.line_feeds + 1])[inner - 1]
    inner, starts = inner[starts < len(export.octets)], starts[starts < len(export.octets)]
    octets = export.octets[starts]
    # A digit, an opening bracket, or the first byte of an invisible mark or of a digit of another script.
    likely = ((octets >= ord("0")) & (octets <= ord("9"))) | np.isin(octets, OPENING)
    known = {MARKS.sub("", sender).strip() for sender in export.chat.senders}
    found = []
    for line in inner[likely].tolist():
        head = NEARLY.match(_line_text(export, line))
        if head and head[1].strip() in known:
            found.append(line)
    return found


def _strangers_out_of_order(export: Export) -> list[int]:
    """Messages of senders with one or two messages in the whole chat that break the order of time."""
    people = export.written
    if len(people) < FEWEST:
        return []
    out = people[out_of_order(export.times[people])]
    senders = export.chat.columns.sender
    counts = np.bincount(senders[people])
    return [int(message) for message in out if counts[senders[message]] <= 2]


def _line_text(export: Export, line: int) -> str:
    feeds = export.line_feeds
    start = int(feeds[line - 2]) + 1 if line > 1 else 0
    end = int(feeds[line - 1]) if line <= len(feeds) else len(export.chat.buffer)
    return MARKS.sub("", export.chat.buffer[start : min(end, start + LONGEST)].decode("utf-8", "ignore"))


def _time_of(header: str, order: str) -> int | None:
    """The time of a header-like line, read with the date order of this file."""
    numbers = [int(number) for number in re.findall(r"\d+", header)]
    if len(numbers) < 5:
        return None
    is_time_first = ":" in header[:3]
    date, clock = (numbers[2:5], numbers[:2]) if is_time_first else (numbers[:3], numbers[3:6])
    return _seconds(date, clock, order, header.lower())


def _seconds(date: list[int], clock: list[int], order: str, words: str) -> int | None:
    fields = dict(zip(order, date, strict=False))
    year, month, day = fields.get("Y", 0), fields.get("M", 0), fields.get("D", 0)
    year += 2000 if year < 100 else 0
    hour, minute, second = [*clock, 0, 0][:3]
    half = re.search(r"([ap])\.?\s?m\b", words)
    if half:
        hour = hour % 12 + (12 if half[1] == "p" else 0)
    try:
        stamp = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}", "s")
    except ValueError:
        return None
    return int(stamp.astype(np.int64))
