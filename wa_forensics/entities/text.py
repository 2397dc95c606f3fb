"""Finds the messages worth a closer look for one kind of entity, by whole columns of bytes."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
DIGIT_SCRIPTS = "".join(chr(start + d) for start in (0x660, 0x6F0, 0x966, 0x9E6, 0xFF10) for d in range(10))
ASCII_DIGITS = str.maketrans(DIGIT_SCRIPTS, "0123456789" * 5)
# A run of digits goes on over one separator (space, dash, dot, slash, bracket).
GROUP_STEP = 2


def clean(text: str) -> str:
    """A copy for reading entities: invisible marks out, spaces plain, digits ASCII."""
    if text.isascii():
        return text
    return SPACES.sub(" ", INVISIBLE.sub("", text)).translate(ASCII_DIGITS)


def rows_of(positions: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """The messages whose text holds one of the byte positions, ascending."""
    row = np.searchsorted(start, positions, "right") - 1
    inside = (row >= 0) & (positions < end[np.maximum(row, 0)])
    return np.unique(row[inside])


def with_dots(data: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Messages with a dot between letters or digits, or with ``://``: all that can hold a link or a file name."""
    dots = np.flatnonzero(data == ord("."))
    dots = dots[(dots > 0) & (dots < len(data) - 2)]
    joined = _word(data[dots - 1]) & _word(data[dots + 1]) & _word(data[dots + 2])
    # "12.50" is no host; an address of digits is led in by "://" or has four parts, so it shows a slash or more dots.
    digits = _digit(data[dots - 1]) & _digit(data[dots + 1])
    colons = np.flatnonzero(data == ord(":"))
    colons = colons[colons < len(data) - 2]
    colons = colons[(data[colons + 1] == ord("/")) & (data[colons + 2] == ord("/"))]
    return rows_of(np.sort(np.concatenate((dots[joined & ~digits], colons))), start, end)


def with_digits(
    data: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64], least: int
) -> NDArray[np.int64]:
    """Messages with a group of at least ``least`` digits (digits of other scripts are let through)."""
    digits = np.flatnonzero(_digit(data))
    foreign = np.flatnonzero((data == 0xD9) | (data == 0xDB) | (data == 0xE0))
    rows = rows_of(foreign[_other_digit(data, foreign)], start, end)
    if len(digits) < least:
        return rows
    heads = np.flatnonzero(np.concatenate(([True], np.diff(digits) > GROUP_STEP)))
    sizes = np.diff(np.concatenate((heads, [len(digits)])))
    return np.union1d(rows, rows_of(digits[heads[sizes >= least]], start, end))


def with_sign(
    data: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64], sign: str
) -> NDArray[np.int64]:
    """Messages with an ASCII sign."""
    return rows_of(np.flatnonzero(data == ord(sign)), start, end)


def _word(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    letters: NDArray[np.bool_] = (
        ((values | 0x20) >= ord("a")) & ((values | 0x20) <= ord("z")) | _digit(values) | (values >= 0x80)
    )
    return letters


def _digit(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (values >= ord("0")) & (values <= ord("9"))


def _other_digit(data: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Is this the lead byte of an Arabic-Indic, extended Arabic-Indic or Devanagari digit?"""
    lead = data[at]
    following = data[np.minimum(at + 1, len(data) - 1)]
    third = data[np.minimum(at + 2, len(data) - 1)]
    arabic = (lead == 0xD9) & (following >= 0xA0) & (following <= 0xA9)
    extended = (lead == 0xDB) & (following >= 0xB0) & (following <= 0xB9)
    devanagari = (lead == 0xE0) & (following == 0xA5) & (third >= 0xA6) & (third <= 0xAF)
    found: NDArray[np.bool_] = arabic | extended | devanagari
    return found
