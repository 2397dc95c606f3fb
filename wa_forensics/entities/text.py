"""Finds the messages worth a closer look for one kind of entity, by whole columns of bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs
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
# Groups are not told apart beyond so many digits.
MANY = 255
# Words that lead to a payee without a number (``payees.FORM`` has the other ways), and the least length of a wallet.
PAYEE_WORDS = (
    *("swift", "bic", "alias", "0x", "bc1", "ltc1", "paypal.me", "cash.app", "venmo", "revolut.me", "wise.com/pay"),
    *("monzo.me", "upi://", "bunq.me", "tikkie.me", "paytm.me", "rzp.io", "stripe.com", "mercadopago", "mpago.la"),
)
SHORTEST_WALLET = 26
# Texts that are joined to be looked at together.
PAGE = 4096
# Bytes that are looked at together: what a block needs beside stays in the cache.
BLOCK = 1 << 20


def clean(text: str) -> str:
    """A copy for reading entities: invisible marks out, spaces plain, digits ASCII."""
    if text.isascii():
        return text
    return SPACES.sub(" ", INVISIBLE.sub("", text)).translate(ASCII_DIGITS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Marks:
    """What each text holds of which entities are made, found in one pass over the buffer.

    ``digits``: how many the longest group has, ``MANY`` for all the longer ones (groups of other scripts count as
    such); ``dot``: one between letters or digits, or ``://``, of which every link and file name has one; ``sign``: an @
    or a $; ``apk``: these three letters, the ending of Android apps.
    """

    digits: NDArray[np.uint8]
    dot: NDArray[np.bool_]
    sign: NDArray[np.bool_]
    apk: NDArray[np.bool_]


def marks_of(buffer: bytes, start: NDArray[np.int64], end: NDArray[np.int64]) -> Marks:
    """The marks of the texts ``buffer[start[m]:end[m]]``, which lie in this order."""
    data = np.frombuffer(buffer, dtype=np.uint8)
    count = len(start)
    digits = np.zeros(count, dtype=np.uint8)
    dot, sign, apk = (np.zeros(count, dtype=bool) for _ in range(3))
    first = 0
    while first < count:
        # A block that fits the cache; its messages end before the next one begins.
        last = max(first + 1, int(np.searchsorted(end, start[first] + BLOCK, "right")))
        origin = start[first]
        part = data[origin : end[last - 1]]
        texts = start[first:last] - origin, end[first:last] - origin
        _count_digits(part, *texts, digits[first:last])
        dot[first + _rows_of(_joining_dots(part), *texts)] = True
        apk[first + _rows_of(_endings(part), *texts)] = True
        sign[first + _rows_of(np.flatnonzero((part == ord("@")) | (part == ord("$"))), *texts)] = True
        first = last
    return Marks(digits=digits, dot=dot, sign=sign, apk=apk)


def _rows_of(positions: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """The messages whose text holds each of the byte positions; positions outside of texts are left out."""
    row = np.searchsorted(start, positions, "right") - 1
    inside = (row >= 0) & (positions < end[np.maximum(row, 0)])
    return row[inside]


def _joining_dots(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Places of dots between letters or digits, and of ``://``."""
    dots = np.flatnonzero(data == ord("."))
    dots = dots[(dots > 0) & (dots < len(data) - 2)]
    joined = _word(data[dots - 1]) & _word(data[dots + 1]) & _word(data[dots + 2])
    # "12.50" is no host; an address of digits is led in by "://" or has four parts, so it shows a slash or more dots.
    digits = _digit(data[dots - 1]) & _digit(data[dots + 1])
    colons = np.flatnonzero(data == ord(":"))
    colons = colons[colons < len(data) - 2]
    colons = colons[(data[colons + 1] == ord("/")) & (data[colons + 2] == ord("/"))]
    return np.concatenate((dots[joined & ~digits], colons))


def _endings(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Places where ``apk`` ends, in capitals or not."""
    ends = np.flatnonzero((data | 0x20) == ord("k"))
    ends = ends[ends > 1]
    found: NDArray[np.int64] = ends[((data[ends - 1] | 0x20) == ord("p")) & ((data[ends - 2] | 0x20) == ord("a"))]
    return found


def may_name_payees(texts: Sequence[bytes]) -> NDArray[np.bool_]:
    """Which texts hold a form or word of which every text has one that names a payee without a long number.

    What is not ASCII may hide one.
    """
    found = np.zeros(len(texts), dtype=bool)
    for low in range(0, len(texts), PAGE):
        page = texts[low : low + PAGE]
        data = np.frombuffer(b"\n".join((*page, b"")), dtype=np.uint8)
        ends = np.cumsum([len(text) + 1 for text in page])
        found[low + np.searchsorted(ends, _payee_forms(data), "right")] = True
    return found


def _payee_forms(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Places of the forms and words, and of what is not ASCII."""
    letter = (data | 0x20) - np.uint8(ord("a")) < 26
    # A handle has letters on both sides of its sign, a cashtag none before.
    signs = np.flatnonzero((data[:-1] == ord("@")) | (data[:-1] == ord("$")))
    before = data[np.maximum(signs - 1, 0)]
    handle = (signs > 0) & (_word(before) | (before == ord("_")))
    signs = signs[letter[signs + 1] & (handle | (data[signs] == ord("$")))]
    # Four letters and a zero begin the code of an Indian bank.
    zeros = np.flatnonzero(data == ord("0"))
    zeros = zeros[zeros > 3]
    led = letter[zeros - 1] & letter[zeros - 2] & letter[zeros - 3] & letter[zeros - 4]
    edges = np.flatnonzero(np.diff(letter | _digit(data), prepend=False, append=False))
    begin, end = edges[::2], edges[1::2]
    words = _payee_words().find_matches_as_indexes(np.where(letter, data | 0x20, data).tobytes())
    named = np.array([start for _, start, _ in words], dtype=np.int64)
    wallets = begin[end - begin >= SHORTEST_WALLET]
    return np.concatenate((signs, zeros[led], wallets, named, np.flatnonzero(data >= 0x80)))


@cache
def _payee_words() -> ahocorasick_rs.BytesAhoCorasick:
    return ahocorasick_rs.BytesAhoCorasick([word.encode() for word in PAYEE_WORDS])


def _count_digits(
    data: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64], longest: NDArray[np.uint8]
) -> None:
    """Note in ``longest`` how many digits the longest group of each text has."""
    digits = np.flatnonzero(_digit(data))
    if len(digits):
        heads = np.flatnonzero(np.concatenate(([True], np.diff(digits) > GROUP_STEP)))
        sizes = np.diff(np.concatenate((heads, [len(digits)])))
        at = digits[heads]
        row = np.searchsorted(start, at, "right") - 1
        inside = (row >= 0) & (at < end[np.maximum(row, 0)])
        np.maximum.at(longest, row[inside], np.minimum(sizes[inside], MANY).astype(np.uint8))
    foreign = np.flatnonzero((data == 0xD9) | (data == 0xDB) | (data == 0xE0))
    if len(foreign):
        longest[_rows_of(foreign[_other_digit(data, foreign)], start, end)] = MANY


def _word(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    letters: NDArray[np.bool_] = (
        ((values | 0x20) >= ord("a")) & ((values | 0x20) <= ord("z")) | _digit(values) | (values >= 0x80)
    )
    return letters


def _digit(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    digits: NDArray[np.bool_] = (values - np.uint8(ord("0"))) < 10
    return digits


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
