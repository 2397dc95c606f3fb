"""Clock words that are the morning in one language and the afternoon in another: read as the file's other words are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.locales.app_words import Spans, clock_rivals
from wa_forensics.parsing.shapes import Matches
from wa_forensics.parsing.templates import hour_table
from wa_forensics.parsing.words import words_at

if TYPE_CHECKING:
    from numpy.typing import NDArray


def agree_halves(
    matches: Matches, data: NDArray[np.uint8], starts: NDArray[np.int64]
) -> tuple[Matches, frozenset[str]]:
    """The matches with their seconds as the clock words of the whole file mean them, and the words left open.

    "MD" is PM in Albanian and, beside "ZD", AM in Mara. A word left open ("UT" without "KI" or "UK") names no half
    where an hour shows that the clock has 24.
    """
    rivals = clock_rivals()
    present = zip(matches.templates, matches.counts.tolist(), strict=True)
    halves = [template.header.half if count else "" for template, count in present]
    used = set(halves)
    seconds = matches.seconds
    open_words = set()
    for word in sorted(used & rivals.keys()):
        readings = {spans for spans, others in rivals[word] if others & used}
        readings = readings or {spans for spans, others in rivals[word] if not others}
        codes = [code for code, half in enumerate(halves) if half == word]
        rows = [np.flatnonzero(matches.template == code) for code in codes]
        written = [_written_hours(matches, code, lines, data, starts) for code, lines in zip(codes, rows, strict=True)]
        spans: Spans = ()
        if len(readings) == 1:
            spans = readings.pop()
        elif not any(((hours > 12) | (hours == 0)).any() for hours in written):
            open_words.add(word)
        if seconds is matches.seconds:
            seconds = seconds.copy()
        for lines, hours in zip(rows, written, strict=True):
            known = lines[seconds[lines] >= 0]
            moments = hour_table(spans)[hours[seconds[lines] >= 0]] * 3600 + seconds[known] % 3600
            seconds[known] = moments
    return replace(matches, seconds=seconds), frozenset(open_words)


def _written_hours(
    matches: Matches, code: int, rows: NDArray[np.int64], data: NDArray[np.uint8], starts: NDArray[np.int64]
) -> NDArray[np.int16]:
    """The hours of one template's rows as they stand in their headers."""
    template = matches.templates[code]
    words = words_at(data, starts[matches.line[rows]], None, -(-template.header.width // 8))
    return template.number(words, "hour")
