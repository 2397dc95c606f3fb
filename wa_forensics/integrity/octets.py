"""Checks of the bytes: byte order marks and line ends, and damage to the encoding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.integrity.export import About, Export, result, some_lines
from wa_forensics.model import Check, Verdict, counted, joined, phrase, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

HABITS = About(
    id="I04",
    title="Byte habits",
    looks_at=("encoding, byte order marks, the line end after each message and inside messages, the final newline"),
    innocent_causes=(
        "the text was opened and saved in an editor, or went through a mail program or version control",
        "parts of it were copied from another system",
    ),
    basis=("588,409 messages of public exports: Android ends a message with LF, iOS with CR LF; UTF-8 throughout"),
)
DAMAGE = About(
    id="I20",
    title="Encoding damage",
    looks_at="bytes that are no UTF-8, replacement characters, UTF-8 that was read as Latin-1, NUL bytes",
    innocent_causes=(
        "a transfer or an editor that used another encoding",
        "a sender whose phone sent such characters",
    ),
    basis=("the app writes valid UTF-8; sequences such as U+00C3 U+00A9 come from decoding UTF-8 a second time"),
)
# Second and third characters of UTF-8 that was decoded as Windows-1252 or Latin-1 and encoded again.
MOJIBAKE = re.compile(
    rb"\xc3[\x83\x82]\xc2[\x80-\xbf]"
    rb"|\xc3[\xa2\xa0\x98\x99\x9a\x90\x91](?:\xe2\x82\xac|\xc2[\x80-\xbf]|\xc5.|\xe2..)"
    rb"|\xc3\xb0(?:\xc5\xb8|\xc2\x9f)|\xc3\x82\xc2[\xa0-\xbf]"
)
BLOCK = 1 << 20


def habits(export: Export) -> Check:
    """I04: one program writes one kind of line end; two kinds in one place are two programs."""
    encoding = export.raw.source.encoding
    crlf = export.carriage_returns
    at_ends = crlf[export.boundaries]
    inside = np.ones(len(crlf), dtype=bool)
    inside[export.boundaries] = False
    if len(crlf):
        inside[len(crlf) - 1] = False
    counts: dict[str, int | float | str] = {
        "encoding": encoding,
        "ends_crlf": int(at_ends.sum()),
        "ends_lf": int((~at_ends).sum()),
        "inside_crlf": int((crlf & inside).sum()),
        "inside_lf": int((~crlf & inside).sum()),
    }
    if encoding.startswith("utf-16"):
        statement = say("The text is UTF-16; the app writes UTF-8, so another program has saved it.")
        return result(export, HABITS, Verdict.INCONSISTENT, statement, counts=counts)
    marks = _inner_marks(export)
    few = _minority(export, at_ends)
    if marks or few:
        signs = []
        if few:
            signs.append(
                counted(
                    "%(num)s message ends otherwise than the others (%(lines)s)",
                    "%(num)s messages end otherwise than the others (%(lines)s)",
                    len(few),
                    lines=some_lines(few),
                )
            )
        if marks:
            signs.append(say("a byte order mark stands inside the text (%(lines)s)", lines=some_lines(marks)))
        statement = say("One program did not write the whole text: %(signs)s.", signs=joined(signs, "; "))
        counts |= {"other_ends": len(few), "inner_marks": len(marks)}
        return result(export, HABITS, Verdict.INCONSISTENT, statement, counts=counts, lines=few + marks)
    return _uniform(export, counts)


def _uniform(export: Export, counts: dict[str, int | float | str]) -> Check:
    departures = []
    if export.raw.source.encoding == "utf-8-sig":
        departures.append(say("it begins with a byte order mark"))
    if export.is_android and counts["ends_crlf"]:
        departures.append(say("messages end with CR LF, where Android writes LF"))
    if export.is_ios and counts["ends_lf"]:
        departures.append(say("messages end with LF, where an iPhone writes CR LF"))
    if export.is_ios and counts["inside_crlf"] and counts["ends_crlf"]:
        departures.append(say("line breaks inside messages are CR LF, where an iPhone writes LF"))
    if not export.chat.buffer.endswith(b"\n"):
        departures.append(say("the final newline is missing"))
    if len(export.chat) < 2:
        statement = say("A single message shows no habit.")
        return result(export, HABITS, Verdict.NOT_TESTABLE, statement, counts=counts)
    if departures:
        signs = joined(departures, "; ")
        statement = say("The text was probably saved by another program: %(signs)s.", signs=signs)
        return result(export, HABITS, Verdict.NO_CONCLUSION, statement, counts=counts)
    if export.is_android or export.is_ios:
        statement = say("Encoding and line ends are one kind throughout, as the app writes them.")
    else:
        statement = say("Encoding and line ends are one kind throughout.")
    return result(export, HABITS, Verdict.CONSISTENT, statement, counts=counts)


def _minority(export: Export, at_ends: NDArray[np.bool_]) -> list[int]:
    """Last lines of the messages whose end is of the rarer kind, where both kinds occur."""
    if not len(at_ends) or at_ends.all() or not at_ends.any():
        return []
    rare = bool(at_ends.sum() * 2 <= len(at_ends))
    # Line end number n closes physical line n + 1.
    return [int(line) for line in export.boundaries[at_ends == rare] + 1]


def _inner_marks(export: Export) -> list[int]:
    buffer = export.chat.buffer
    if b"\xef" not in buffer or buffer.find(b"\xef\xbb\xbf", 1) < 0:
        return []
    feeds = export.line_feeds
    starts = feeds[feeds < len(buffer) - 3] + 1
    octets = export.octets
    marked = (octets[starts] == 0xEF) & (octets[starts + 1] == 0xBB) & (octets[starts + 2] == 0xBF)
    return [int(line) for line in np.flatnonzero(marked) + 2]


def damage(export: Export) -> Check:
    """I20: counts what cannot have been typed; a few odd characters are reported, not judged."""
    buffer = export.chat.buffer
    lost = export.raw.source.decode_errors
    replaced = _count(buffer, b"\xef\xbf\xbd") - (len(export.raw.repairs) if export.raw.repairs is not None else 0)
    nul = _count(buffer, b"\0")
    foreign = 0 if buffer.isascii() else _leading_bytes(export)
    doubled = [match.start() for match in MOJIBAKE.finditer(buffer)] if b"\xc3" in buffer else []
    questioned = _questioned(export) if not foreign else 0
    counts: dict[str, int | float | str] = {
        "undecodable_bytes": lost,
        "replacement_characters": replaced,
        "doubly_encoded": len(doubled),
        "nul_bytes": nul,
        "characters_beyond_ascii": foreign,
    }
    lines = _lines_at(export, doubled + _places(buffer, b"\xef\xbf\xbd") + _places(buffer, b"\0"))
    # A doubly encoded character shows as two or three; half of what is not ASCII is more than chance.
    mostly_doubled = len(doubled) >= 3 and len(doubled) * 4 >= foreign
    if lost or mostly_doubled:
        what = (
            counted("%(num)s byte is no UTF-8", "%(num)s bytes are no UTF-8", lost)
            if lost
            else say("%(characters)s characters are encoded twice", characters=len(doubled))
        )
        statement = say("The text is not as the app wrote it: %(what)s. Names and words may be damaged.", what=what)
        return result(export, DAMAGE, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)
    if replaced > 0 or nul or doubled or questioned >= 3:
        signs = []
        if replaced > 0:
            signs.append(counted("%(num)s replacement character", "%(num)s replacement characters", replaced))
        if nul:
            signs.append(counted("%(num)s NUL byte", "%(num)s NUL bytes", nul))
        if doubled:
            signs.append(counted("%(num)s doubly encoded character", "%(num)s doubly encoded characters", len(doubled)))
        if questioned >= 3:
            template = phrase("%(marks)s question marks inside words and no letter beyond ASCII")
            signs.append(say(template, marks=questioned))
        statement = say("There are signs of lost characters: %(signs)s.", signs=joined(signs, ", "))
        return result(export, DAMAGE, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines)
    return result(export, DAMAGE, Verdict.CONSISTENT, say("No sign of encoding damage."), counts=counts)


def _leading_bytes(export: Export) -> int:
    """Number of characters beyond ASCII, counted in blocks that fit the cache."""
    octets = export.octets
    return sum(int((octets[begin : begin + BLOCK] >= 0xC0).sum()) for begin in range(0, len(octets), BLOCK))


def _questioned(export: Export) -> int:
    """How often question marks stand between two ASCII letters, each letter counted once."""
    octets = export.octets
    blocks = range(0, len(octets), BLOCK)
    marks = np.concatenate([begin + np.flatnonzero(octets[begin : begin + BLOCK] == ord("?")) for begin in blocks])
    marks = marks[(marks > 0) & (marks < len(octets) - 1)]
    apart = np.flatnonzero(np.diff(marks) > 1)
    first, last = marks[np.append(0, apart + 1)[: len(marks)]], marks[np.append(apart, len(marks) - 1)[: len(marks)]]
    inside = _is_letter(octets[first - 1]) & _is_letter(octets[last + 1])
    first, last = first[inside], last[inside]
    # In "a?b?c" the second pair has no letter of its own on the left.
    chains = np.flatnonzero(np.append(True, first[1:] - last[:-1] > 2)[: len(first)])
    return int(((np.diff(np.append(chains, len(first))) + 1) // 2).sum())


def _is_letter(octets: NDArray[np.uint8]) -> NDArray[np.bool_]:
    letters: NDArray[np.bool_] = ((octets | 0x20) >= ord("a")) & ((octets | 0x20) <= ord("z"))
    return letters


def _count(buffer: bytes, needle: bytes) -> int:
    # Whether a single byte stands anywhere is known a hundred times faster.
    return buffer.count(needle) if needle[:1] in buffer else 0


def _places(buffer: bytes, needle: bytes, most: int = 1000) -> list[int]:
    found: list[int] = []
    place = buffer.find(needle) if needle[:1] in buffer else -1
    while place >= 0 and len(found) < most:
        found.append(place)
        place = buffer.find(needle, place + 1)
    return found


def _lines_at(export: Export, places: list[int]) -> list[int]:
    return [int(line) for line in np.searchsorted(export.line_feeds, np.array(places, dtype=np.int64)) + 1]
