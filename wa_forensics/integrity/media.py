"""Checks of attachments: ordinals and times on iOS, dates on Android, and the files beside the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.evidence import PROGRAMS
from wa_forensics.integrity.export import About, Export, attachments, result, some_lines
from wa_forensics.integrity.export import messages as messages_of
from wa_forensics.model import Attachment, Check, Said, Source, Verdict, counted, joined, listed, phrase, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDINALS = About(
    id="I06",
    title="iOS attachment ordinals",
    looks_at="the number in names like 00000012-PHOTO-…, against the position of the message in the file",
    innocent_causes=(
        "the app counts messages that it does not write into the text",
        "messages could not be exported",
    ),
    basis="public exports, in which ordinal minus position stays constant; few files show it",
    proven=False,
)
NAME_TIMES = About(
    id="I07",
    title="iOS attachment times",
    looks_at="the time in names like …-PHOTO-2024-07-10-13-38-12.jpg, against the time of the message",
    innocent_causes=("the file was forwarded", "this type of file keeps another time", "another time zone"),
    basis="iOS names a file after the time of its message; in one file the difference is constant",
)
NAME_DATES = About(
    id="I08",
    title="Android attachment dates",
    looks_at="the date in names like IMG-20240203-WA0001.jpg, against the date of the message",
    innocent_causes=("the file was received, downloaded or forwarded later",),
    basis="Android names a file after the day on which it was sent or received",
)
FILES = About(
    id="I15",
    title="Attached files",
    looks_at=("files that the text names and the zip lacks, files that no message names, empty files, type by content"),
    innocent_causes=(
        "the chat was exported without media, or some media were no longer on the phone",
        "the sender gave the file another ending",
    ),
    basis="the zip's own list; the type is read from the first bytes of each file",
)
# Files that can run are named one by one, up to so many.
MOST_NAMED = 5
IOS_NAME = re.compile(r"^(\d{8})-([^-]+)-(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)\b")
IOS_ORDINAL = re.compile(r"^(\d{8})-")
ANDROID_NAME = re.compile(r"^[A-Z]{3}-(\d{4})(\d\d)(\d\d)-WA(\d{4,})\b")
MOST_SEARCHES = 500
FAMILIES: dict[str, tuple[str, ...]] = {
    "image": ("jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "tif", "tiff", "avif"),
    "video": ("mp4", "mov", "3gp", "m4v", "mkv", "avi", "webm"),
    "audio": ("opus", "ogg", "mp3", "m4a", "aac", "amr", "wav", "flac"),
    "application/pdf": ("pdf",),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Jumps:
    """Where ordinal minus position changes: the attachment after each jump, and by how much."""

    messages: NDArray[np.int64]
    steps: NDArray[np.int64]
    first_offset: int
    count: int


def ordinals(export: Export) -> Check:
    """I06: a rise by n fits n messages taken out before that attachment, a fall fits n put in."""
    found = _jumps(export)
    if found is None:
        return result(export, ORDINALS, Verdict.NOT_TESTABLE, say("Fewer than two attachments carry an ordinal."))
    counts: dict[str, int | float | str] = {
        "attachments": found.count,
        "jumps": len(found.messages),
        "first_offset": found.first_offset,
        "missing": int(found.steps[found.steps > 0].sum()),
        "added": int(-found.steps[found.steps < 0].sum()),
    }
    lines = export.lines_of(found.messages.tolist())
    if not len(found.messages):
        files = attachments(found.count)
        if abs(found.first_offset) <= 2:
            statement = say("The ordinals of %(attachments)s keep step with the messages.", attachments=files)
            return result(export, ORDINALS, Verdict.CONSISTENT, statement, counts=counts)
        statement = say(
            "The ordinals of %(attachments)s keep step with the messages, but run %(ahead)s ahead: the beginning of "
            "the chat may be missing.",
            attachments=files,
            ahead=found.first_offset,
        )
        return result(export, ORDINALS, Verdict.NO_CONCLUSION, statement, counts=counts)
    statement = counted(
        "The ordinals lose step %(num)s time (%(lines)s): as if %(missing)s were missing and %(added)s added before.",
        "The ordinals lose step %(num)s times (%(lines)s): as if %(missing)s were missing and %(added)s added before.",
        len(lines),
        lines=some_lines(lines),
        missing=messages_of(int(counts["missing"])),
        added=int(counts["added"]),
    )
    return result(export, ORDINALS, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)


def name_times(export: Export) -> Check:
    """I07: an odd message time is inconsistent only where the name's time fits the neighbours better."""
    named = [(m, match) for m, name in _names(export) if (match := IOS_NAME.match(name))]
    if len(named) < 2 or not export.is_ios:
        return result(export, NAME_TIMES, Verdict.NOT_TESTABLE, say("Fewer than two attachments carry a time."))
    messages = np.array([m for m, _ in named], dtype=np.int64)
    said = _stamps([match for _, match in named])
    valid = said >= 0
    messages, said = messages[valid], said[valid]
    difference = said - export.times[messages]
    offsets, numbers = np.unique(difference, return_counts=True)
    usual = int(offsets[np.argmax(numbers)]) if len(offsets) else 0
    odd = messages[np.abs(difference - usual) > 1]
    counts: dict[str, int | float | str] = {
        "attachments": len(messages),
        "usual_difference_seconds": usual,
        "other_difference": len(odd),
    }
    if not len(odd):
        statement = say(
            "The times in the names of %(attachments)s agree with their messages.",
            attachments=attachments(len(messages)),
        )
        return result(export, NAME_TIMES, Verdict.CONSISTENT, statement, counts=counts)
    lines = export.lines_of(odd.tolist())
    own = (said - usual)[np.abs(difference - usual) > 1]
    altered = [m for m, time in zip(odd.tolist(), own.tolist(), strict=True) if _fits_better(export, m, time)]
    statement = say(
        "%(odd)s of %(attachments)s with another time than the message (%(lines)s).",
        odd=len(odd),
        attachments=attachments(len(messages)),
        lines=some_lines(lines),
    )
    if altered and numbers.max() * 2 > len(messages):
        counts["fit_their_place_only_by_name"] = len(altered)
        misplaced = say(
            "At %(lines)s the message stands out of order and the time in the name would stand in it: the time of the "
            "message was not written by the app.",
            lines=some_lines(export.lines_of(altered)),
        )
        statement = joined([statement, misplaced])
        return result(export, NAME_TIMES, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)
    return result(export, NAME_TIMES, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)


def name_dates(export: Export) -> Check:
    """I08: a file named after its message's day supports the date; a later day is common and says little."""
    named = [(m, match) for m, name in _names(export) if (match := ANDROID_NAME.match(name))]
    if not named or export.is_ios:
        return result(export, NAME_DATES, Verdict.NOT_TESTABLE, say("No attachment carries a date."))
    days = [_day(match) for _, match in named]
    messages = np.array([m for (m, _), day in zip(named, days, strict=True) if day is not None], dtype=np.int64)
    said = np.array([day for day in days if day is not None], dtype=np.int64)
    apart = export.times[messages] // 86_400 - said
    odd = messages[np.abs(apart) > 1]
    counts: dict[str, int | float | str] = {"attachments": len(messages), "other_day": len(odd)}
    if not len(odd):
        statement = say(
            "The dates in the names of %(attachments)s agree with their messages.",
            attachments=attachments(len(messages)),
        )
        return result(export, NAME_DATES, Verdict.CONSISTENT, statement, counts=counts)
    lines = export.lines_of(odd.tolist())
    statement = say(
        "%(odd)s of %(attachments)s named after another day than the message (%(lines)s).",
        odd=len(odd),
        attachments=attachments(len(messages)),
        lines=some_lines(lines),
    )
    return result(export, NAME_DATES, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)


def files(export: Export) -> Check:
    """I15: compares the files with the text; a nameless file where an ordinal is missing is inconsistent."""
    source = export.chat.source
    if source.zip is None and not source.attachments:
        return result(export, FILES, Verdict.NOT_TESTABLE, say("The text came alone; no files can be compared."))
    beside = {item.name.rsplit("/", 1)[-1]: item for item in source.attachments}
    named = {name: message for message, name in reversed(_names(export))}
    missing = sorted(set(named) - set(beside))
    loose = [] if _shares_zip(source) else _unreferenced(export, sorted(set(beside) - set(named)))
    programs = [item for item in source.attachments if item.detected in PROGRAMS]
    disguised = [item for item in source.attachments if _disguised(item)]
    empty = [item for item in source.attachments if item.size == 0 and item.sha256]
    counts: dict[str, int | float | str] = {
        "files": len(beside),
        "named_in_text": len(named),
        "missing": len(missing),
        "unreferenced": len(loose),
        "programs": len(programs),
        "other_type_than_name": len(disguised),
        "empty": len(empty),
    }
    lines = export.lines_of(sorted(named[name] for name in missing))
    facts = _file_facts(beside, missing, loose, programs, disguised, empty)
    cut_out = _cut_out(export, loose)
    if cut_out:
        statement = counted(
            "%(num)s file of the zip (%(first)s) named by no message, with an ordinal that falls exactly where "
            "messages are missing. %(facts)s",
            "%(num)s files of the zip (the first is %(first)s) named by no message, with ordinals that fall exactly "
            "where messages are missing. %(facts)s",
            len(cut_out),
            first=repr(cut_out[0]),
            facts=facts,
        )
        return result(export, FILES, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)
    if missing or loose or programs or disguised or empty:
        return result(export, FILES, Verdict.NO_CONCLUSION, facts, counts=counts, lines=lines)
    if not beside:
        return result(export, FILES, Verdict.CONSISTENT, say("No file lies beside the text and none is named in it."))
    return result(export, FILES, Verdict.CONSISTENT, facts, counts=counts)


def _file_facts(
    beside: dict[str, Attachment],
    missing: list[str],
    loose: list[str],
    programs: list[Attachment],
    disguised: list[Attachment],
    empty: list[Attachment],
) -> Said:
    facts = [counted("%(num)s file lies beside the text", "%(num)s files lie beside the text", len(beside))]
    if missing:
        template = phrase("%(files)s named in the text are missing (the first is %(first)s)")
        facts.append(say(template, files=len(missing), first=repr(missing[0])))
    if loose:
        template = phrase("%(files)s are named by no message (the first is %(first)s)")
        facts.append(say(template, files=len(loose), first=repr(loose[0])))
    if programs:
        kinds = [f"{item.name!r} ({PROGRAMS[item.detected or '']})" for item in programs]
        template = phrase("%(files)s can run, by their content: %(named)s")
        facts.append(say(template, files=len(programs), named=listed(kinds, MOST_NAMED)))
    if disguised:
        item = disguised[0]
        template = phrase("%(files)s are of another type than their name says (%(first)s: %(type)s)")
        facts.append(say(template, files=len(disguised), first=repr(item.name), type=str(item.detected)))
    if empty:
        template = phrase("%(files)s are empty (the first is %(first)s)")
        facts.append(say(template, files=len(empty), first=repr(empty[0].name)))
    return say("%(facts)s.", facts=joined(facts, "; "))


def _names(export: Export) -> list[tuple[int, str]]:
    strip = "\u200e\u200f\ufeff \u202f"
    return [(message, name.strip(strip)) for message, name in sorted(export.chat.attachments.items())]


def _jumps(export: Export) -> Jumps | None:
    named = [(m, int(match[1])) for m, name in _names(export) if (match := IOS_ORDINAL.match(name))]
    if len(named) < 2 or not export.is_ios:
        return None
    messages = np.array([m for m, _ in named], dtype=np.int64)
    numbers = np.array([number for _, number in named], dtype=np.int64)
    is_written = np.zeros(len(export.chat), dtype=np.int64)
    is_written[export.written] = 1
    best: Jumps | None = None
    # Whether lines of the app are counted is not known: the reading with fewer jumps is taken.
    for positions in (np.arange(len(export.chat), dtype=np.int64), np.cumsum(is_written) - 1):
        offsets = numbers - positions[messages] - 1
        steps = np.diff(offsets)
        at = np.flatnonzero(steps)
        found = Jumps(messages=messages[at + 1], steps=steps[at], first_offset=int(offsets[0]), count=len(messages))
        if best is None or len(found.messages) < len(best.messages):
            best = found
    return best


def _fits_better(export: Export, message: int, time: int) -> bool:
    """Whether ``time`` stands between the neighbours of the message and the message's own time does not."""
    people = export.written
    place = int(np.searchsorted(people, message))
    around = people[max(0, place - 1) : place + 2]
    before = [int(export.times[m]) for m in around if m < message]
    after = [int(export.times[m]) for m in around if m > message]
    low, high = (before or [time])[0], (after or [time])[0]
    own = int(export.times[message])
    return low <= time <= high and not low <= own <= high


def _stamps(matches: list[re.Match[str]]) -> NDArray[np.int64]:
    """The times in the names as seconds, -1 where a name holds no valid time."""
    texts = ["{}-{}-{}T{}:{}:{}".format(*match.groups()[2:8]) for match in matches]
    try:
        return np.array(texts, dtype="datetime64[s]").astype(np.int64)
    except ValueError:
        return np.array([_stamp(text) for text in texts], dtype=np.int64)


def _stamp(text: str) -> int:
    try:
        return int(np.datetime64(text, "s").astype(np.int64))
    except ValueError:
        return -1


def _day(match: re.Match[str]) -> int | None:
    try:
        return int(np.datetime64(f"{match[1]}-{match[2]}-{match[3]}", "D").astype(np.int64))
    except ValueError:
        return None


def _unreferenced(export: Export, names: list[str]) -> list[str]:
    """Names that stand nowhere in the text, whatever the parser made of it."""
    buffer = export.chat.buffer
    return [name for name in names[:MOST_SEARCHES] if name.encode() not in buffer] + names[MOST_SEARCHES:]


def _shares_zip(source: Source) -> bool:
    """Whether other chats lie in the same zip: then a file may belong to any of them."""
    if source.zip is None:
        return False
    beside = {item.name for item in source.attachments}
    texts = [member.name for member in source.zip.members if member.name.lower().endswith(".txt")]
    return any(name not in beside and name != source.member and "__MACOSX" not in name for name in texts)


def _cut_out(export: Export, loose: list[str]) -> list[str]:
    found = _jumps(export)
    if found is None or not (found.steps > 0).any():
        return []
    present = {int(match[1]) for _, name in _names(export) if (match := IOS_ORDINAL.match(name))}
    after = sorted(present)
    jumped = {
        int(match[1])
        for message, name in _names(export)
        if (match := IOS_ORDINAL.match(name)) and message in set(found.messages[found.steps > 0].tolist())
    }
    spans = [(max((n for n in after if n < number), default=0), number) for number in sorted(jumped)]
    return [
        name
        for name in loose
        if (match := IOS_ORDINAL.match(name)) and any(low < int(match[1]) < high for low, high in spans)
    ]


@lru_cache(maxsize=256)
def _family(suffix: str) -> str:
    return next((family for family, suffixes in FAMILIES.items() if suffix in suffixes), "")


def _disguised(item: Attachment) -> bool:
    """Whether the content is of another kind than the ending of the name promises."""
    suffix = item.name.rsplit(".", 1)[-1].lower()
    family = _family(suffix)
    if not item.detected or not family or item.detected in ("damaged", "unreadable"):
        return False
    if family in ("audio", "video") and item.detected.startswith(("audio/", "video/", "application/ogg")):
        return False
    return not item.detected.startswith(family)
