"""Checks of the message headers: one shape in the whole file, and headers that stand inside a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.integrity.export import About, Export, result, several, some_lines
from wa_forensics.model import Check, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = About(
    id="I05",
    title="One header shape",
    looks_at=(
        "punctuation, spaces, padding, year width and AM/PM form of the date and time before each message"
    ),
    innocent_causes=("two exports were joined", "a chat from another phone was pasted into a message"),
    basis="an export is written in one go with one date format; 31 shapes in 468 public files, one to a file",
)
INSIDE = About(
    id="I09",
    title="Header inside a message",
    looks_at=(
        "lines that look like the header of a message but were read as text, and messages that stand oddly"
    ),
    innocent_causes=("somebody copied messages and pasted them into a message",),
    basis="iOS ends a message with CR LF and breaks lines inside it with LF (seven public chats)",
    proven=False,
)
MARKS = re.compile("[\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LETTERS = re.compile(r"[^\W\d_]+")
ZEROS = re.compile("0+")


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """Messages whose header differs: why, and where."""

    what: str
    messages: tuple[int, ...]


def shape(export: Export) -> Check:
    """I05: the rarer shapes are named; where they could be a pasted chat, nothing is concluded."""
    chat = export.chat
    if len(chat) < 2:
        return result(
            export, SHAPE, Verdict.NOT_TESTABLE, "A single message has nothing to be compared with."
        )
    families = _families(export)
    oddities = _other_families(export, families) + _other_padding(export, families)
    counts: dict[str, int | float | str] = {
        "shapes": len(chat.shapes),
        "forms": len(families),
        "messages_in_other_forms": sum(len(oddity.messages) for oddity in oddities),
    }
    if not oddities:
        statement = f"The headers of the {several(len(chat), 'message')} have one form."
        return result(export, SHAPE, Verdict.CONSISTENT, statement, counts=counts)
    messages = sorted({message for oddity in oddities for message in oddity.messages})
    lines = export.lines_of(messages)
    what = "; ".join(f"{several(len(o.messages), 'header')} {o.what}" for o in oddities)
    if all(_could_be_pasted(export, message) for message in messages):
        statement = (
            f"{what} ({some_lines(lines)}). Each of them is dated before the message above it, so "
            f"it can be a "
            "pasted chat."
        )
        return result(export, SHAPE, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)
    statement = f"The headers were not written in one go: {what} ({some_lines(lines)})."
    return result(export, SHAPE, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)


def inside(export: Export) -> Check:
    """I09: a header-shaped text dated after the message that holds it was not pasted into that message."""
    chat = export.chat
    candidates = sorted({line for line, _ in chat.possible_forgeries})
    counts: dict[str, int | float | str] = {"headers_in_text": len(candidates)}
    if not candidates:
        statement = "No line inside a message looks like a header of this file."
        return result(export, INSIDE, Verdict.CONSISTENT, statement, counts=counts)
    impossible = [line for line in candidates if _dated_after_its_message(export, line)]
    counts["dated_after_their_message"] = len(impossible)
    if impossible:
        statement = (
            f"{several(len(impossible), 'header-like line')} inside a message "
            f"({some_lines(impossible)}) end like a "
            "line of text but bear a time that is not before the message they stand in: neither a "
            "message that "
            "the app wrote nor an older one pasted in."
        )
        return result(export, INSIDE, Verdict.INCONSISTENT, statement, counts=counts, lines=candidates)
    statement = (
        f"{several(len(candidates), 'header-like line')} stand inside messages "
        f"({some_lines(candidates)}); they "
        "were read as text. They are older than the message that holds them, as pasted messages are."
    )
    return result(export, INSIDE, Verdict.NO_CONCLUSION, statement, counts=counts, lines=candidates)


def form_of(pattern: str) -> str:
    """A shape without what may differ inside one file: marks, number of digits, which AM/PM word."""
    plain = MARKS.sub("", pattern)
    return LETTERS.sub(_style, ZEROS.sub("0", plain)).strip()


def _style(match: re.Match[str]) -> str:
    word = match[0]
    return "A" if word.isupper() else "a" if word.islower() else "x"


def _families(export: Export) -> dict[str, list[int]]:
    families: dict[str, list[int]] = {}
    for code, item in enumerate(export.chat.shapes):
        families.setdefault(form_of(item.pattern), []).append(code)
    return families


def _other_families(export: Export, families: dict[str, list[int]]) -> list[Oddity]:
    shapes = export.chat.shapes
    sizes = {form: sum(shapes[code].count for code in codes) for form, codes in families.items()}
    usual = max(sizes, key=lambda form: (sizes[form], form))
    found = []
    for form in sorted(families):
        if form != usual:
            messages = np.flatnonzero(np.isin(export.chat.columns.shape, families[form]))
            pattern = shapes[families[form][0]].pattern.strip()
            if len(messages):
                found.append(Oddity(what=f"have the form {pattern!r}", messages=tuple(messages.tolist())))
    return found


def _other_padding(export: Export, families: dict[str, list[int]]) -> list[Oddity]:
    """Numbers below ten written both as ``5`` and as ``05`` in the same place of the header."""
    found = []
    for codes in families.values():
        patterns = [MARKS.sub("", export.chat.shapes[code].pattern) for code in codes]
        places = min(len(ZEROS.findall(pattern)) for pattern in patterns)
        for place in range(places):
            single = [c for c, p in zip(codes, patterns, strict=True) if len(ZEROS.findall(p)[place]) == 1]
            double = [c for c, p in zip(codes, patterns, strict=True) if len(ZEROS.findall(p)[place]) == 2]
            if not single or not double:
                continue
            short = np.flatnonzero(np.isin(export.chat.columns.shape, single))
            padded = np.concatenate([_padded(export, code, place) for code in double])
            fewer = short if len(short) <= len(padded) else padded
            if len(fewer):
                words = "are without the leading zero" if fewer is short else "have a leading zero"
                found.append(Oddity(what=words, messages=tuple(np.sort(fewer).tolist())))
    return found


def _padded(export: Export, code: int, place: int) -> NDArray[np.int64]:
    """Messages of a shape whose two-digit number at ``place`` begins with a zero."""
    pattern = export.chat.shapes[code].pattern
    messages = np.flatnonzero(export.chat.columns.shape == code)
    position = len(pattern[: [match.start() for match in ZEROS.finditer(pattern)][place]].encode())
    starts = export.line_starts[messages] + position
    octets = export.octets[np.minimum(starts, len(export.octets) - 1)]
    zero: NDArray[np.int64] = messages[octets == 0x30]
    return zero


def _could_be_pasted(export: Export, message: int) -> bool:
    return message > 0 and bool(export.times[message] < export.times[message - 1])


def _dated_after_its_message(export: Export, line: int) -> bool:
    """Whether a header-like line is dated at or after the message that holds it, but not after the next."""
    chat = export.chat
    holder = int(np.searchsorted(chat.columns.line, line, side="right")) - 1
    time = _time_of(export, line)
    if holder < 0 or time is None:
        return False
    following = export.times[holder + 1] if holder + 1 < len(chat) else None
    return bool(time >= export.times[holder]) and (following is None or bool(time <= following))


def _time_of(export: Export, line: int) -> int | None:
    """The time of a header-like line, read with the shapes and the date order of this file."""
    feeds = export.line_feeds
    start = int(feeds[line - 2]) + 1 if line > 1 else 0
    end = int(feeds[line - 1]) if line <= len(feeds) else len(export.chat.buffer)
    text = MARKS.sub("", export.chat.buffer[start : min(end, start + 120)].decode("utf-8", "replace"))
    head = re.match(r"\[?([^\]\n]{6,60}?)(?:\] ?| - )", text)
    if head is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", head[1])]
    if len(numbers) < 5:
        return None
    first_is_time = ":" in head[1][:3] or 31 < numbers[0] < 1000
    date, clock = (numbers[2:5], numbers[:2]) if first_is_time else (numbers[:3], numbers[3:6])
    return _seconds(date, clock, export.chat.date_order.order, head[1].lower())


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
