"""Check for merged files: the same run of messages twice, and the opening notice a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.integrity.export import About, Export, result, some_lines
from wa_forensics.integrity.export import messages as messages_of
from wa_forensics.model import Check, Verdict, counted, say
from wa_forensics.vocabulary import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPEATS = About(
    id="I17",
    title="Repeated blocks",
    looks_at="three or more messages in a row that occur twice with the same times, senders and texts",
    innocent_causes=("two overlapping exports were joined", "the app delivered or exported messages twice"),
    basis="a block that spans several minutes and returns with the same times cannot follow from one writing",
)
SHORTEST = 3
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def repeats(export: Export) -> Check:
    """I17: a second copy of a block is inconsistent with one writing; two opening notices alone are not."""
    blocks = _blocks(export)
    openings = _openings(export)
    counts: dict[str, int | float | str] = {
        "blocks": len(blocks),
        "messages_repeated": sum(length for _, _, length in blocks),
        "openings": len(openings),
    }
    if blocks:
        first, second, length = max(blocks, key=lambda block: (block[2], -block[0]))
        lines = export.lines_of([message for _, again, size in blocks for message in range(again, again + size)])
        places = export.lines_of([first, second])
        statement = counted(
            "%(num)s block of messages twice in the file; it has %(messages)s and begins at lines %(first)s and "
            "%(second)s.",
            "%(num)s blocks of messages twice in the file; the longest has %(messages)s and begins at lines %(first)s "
            "and %(second)s.",
            len(blocks),
            messages=messages_of(length),
            first=str(places[0]),
            second=str(places[1]),
        )
        return result(export, REPEATS, Verdict.INCONSISTENT, statement, counts=counts, lines=lines)
    if len(openings) > 1:
        lines = export.lines_of(openings)
        wordings = len({export.chat.text(message).strip("\u200e ") for message in openings})
        counts["wordings"] = wordings
        facts: dict[str, str | int] = {"times": len(openings), "lines": some_lines(lines)}
        if wordings > 1:
            statement = say(
                "The opening notice of a chat occurs %(times)s times (%(lines)s), in %(wordings)s wordings, which "
                "differ between versions of the app.",
                **facts,
                wordings=wordings,
            )
        else:
            statement = say("The opening notice of a chat occurs %(times)s times (%(lines)s).", **facts)
        return result(export, REPEATS, Verdict.NO_CONCLUSION, statement, counts=counts, lines=lines[1:])
    return result(export, REPEATS, Verdict.CONSISTENT, say("No block of messages occurs twice."), counts=counts)


def _blocks(export: Export) -> list[tuple[int, int, int]]:
    """Maximal repeated runs as (first message, first message of the copy, number of messages)."""
    n = len(export.chat)
    times = export.times
    behind = np.flatnonzero(times[1:] < np.maximum.accumulate(times)[:-1]) + 1
    # A second copy begins at an earlier time than the first copy ends: without a step back there is none.
    if n < 2 * SHORTEST or not len(behind):
        return []
    twice = np.isin(times[: n - 2], np.unique(times[behind]))
    keys = _keys(export)
    runs = keys[: n - 2] * MULTIPLIER ^ keys[1 : n - 1] * (MULTIPLIER << np.uint64(1)) ^ keys[2:]
    # A block inside one minute may be people repeating themselves; it has to span two different times.
    spans = export.times[2:] != export.times[:-2]
    candidates = np.flatnonzero(spans & twice)
    order = candidates[np.argsort(runs[candidates], kind="stable")]
    same = np.flatnonzero(runs[order[1:]] == runs[order[:-1]])
    pairs = sorted(zip(order[same].tolist(), order[same + 1].tolist(), strict=True))
    blocks: list[tuple[int, int, int]] = []
    for first, second in pairs:
        if blocks:
            start, again, length = blocks[-1]
            if second - again == first - start and first < start + length:
                continue
        length = _common(export, first, second)
        if length >= SHORTEST and second - first >= length:
            blocks.append((first, second, length))
    return blocks


def _keys(export: Export) -> NDArray[np.uint64]:
    """A number for each message from time, sender, length and ends of its text; equal for equal messages."""
    columns = export.chat.columns
    octets = np.concatenate([export.octets, np.zeros(8, dtype=np.uint8)])
    length = columns.text_end - columns.text_start
    keys = export.times.astype(np.uint64) * MULTIPLIER
    keys ^= (columns.sender.astype(np.int64) + 2).astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    keys ^= length.astype(np.uint64) * np.uint64(0x165667B19E3779F9)
    for place in range(6):
        keys *= np.uint64(0x100000001B3)
        keys += octets[columns.text_start + np.minimum(place, length)]
        keys *= np.uint64(0x100000001B3)
        keys += octets[np.maximum(columns.text_end - 1 - place, columns.text_start)]
    return keys ^ (keys >> np.uint64(29))


def _common(export: Export, first: int, second: int) -> int:
    """How many messages from ``first`` and from ``second`` on are the same, byte for byte."""
    columns, buffer = export.chat.columns, export.chat.buffer
    length = 0
    while second + length < len(export.chat) and first + length < second:
        a, b = first + length, second + length
        if export.times[a] != export.times[b] or columns.sender[a] != columns.sender[b]:
            break
        if buffer[columns.text_start[a] : columns.text_end[a]] != buffer[columns.text_start[b] : columns.text_end[b]]:
            break
        length += 1
    return length


def _openings(export: Export) -> list[int]:
    """The notices with which the app opens a chat; more than one of a kind hints at more than one export."""
    found = export.chat.messages_with(events=(Event.E2E_NOTICE, Event.GROUP_CREATED))
    by_event: dict[str, list[int]] = {}
    for message in found.tolist():
        by_event.setdefault(str(export.chat.event(message)), []).append(message)
    return max(by_event.values(), key=lambda messages: len(messages)) if by_event else []
