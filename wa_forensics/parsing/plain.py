"""A line as plain characters: digits of every script as 0 to 9, odd spaces as spaces, no marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Three digits of a header stand among so many characters of its line.
HEAD = 30

MARKS = frozenset("\u200b\u200c\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def plain_line(text: str) -> tuple[str, Sequence[int], int]:
    """The plain characters, the byte of the text behind each, and how many of the first ``HEAD`` are digits."""
    if text.isascii():
        return text, range(1, len(text) + 1), sum(map(str.isdigit, text[:HEAD]))
    plain: list[str] = []
    ends: list[int] = []
    offset = digits = 0
    for place, char in enumerate(text):
        read, is_digit, size = _plain(char)
        offset += size
        if read:
            plain.append(read)
            ends.append(offset)
            digits += is_digit and place < HEAD
    return "".join(plain), ends, digits


@lru_cache(maxsize=1 << 12)
def _plain(char: str) -> tuple[str, bool, int]:
    """What a character reads as (nothing for a mark), whether it is a digit, and its length in bytes."""
    size = len(char.encode("utf-8", "surrogateescape"))
    if char in MARKS:
        return "", False, size
    digit = unicodedata.decimal(char, -1)
    # The digits of mathematics, which no locale uses, are the only ones whose zero is elsewhere in its block.
    if digit >= 0 and (ord(char) - digit) & 0xF in (0, 6):
        return str(digit), True, size
    if digit >= 0:
        return "\ufffd", False, size
    if "\uff01" <= char <= "\uff5e":
        # Fullwidth punctuation, as in ２０２４／０２／０３ １６：０５.
        return chr(ord(char) - 0xFEE0), False, size
    is_space = char == "\u0640" or (char != " " and unicodedata.category(char) == "Zs")
    return " " if is_space else char, False, size
