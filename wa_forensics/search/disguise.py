"""Undoes writing meant to slip past word lists: digits for letters, letters set apart by spaces.

Each disguised message gets one more folded row beside its plain one, so nothing that was found is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.fold import Folded, fold_rows, squeeze

LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i"}
# A digit inside a word of p455w0rd is three steps away from its letters at most.
LEET_PASSES = 3
MANY_SIGNS = 3
SPACED_LETTERS = 4
# A letter, or a sign that Indic scripts and Arabic set on one.
LETTER = "[\\w\u064b-\u0652\u0900-\u0dff]"
SPACED = re.compile(rf"(?<!{LETTER}){LETTER}(?:((?!{LETTER})[^\n]){LETTER})(?:\1{LETTER})*(?!{LETTER})")
# A chat made of nothing but spaced letters must not stop the scan; so many are read in each block of texts.
MOST_SPACED_ROWS = 5_000
LONGEST_RUN = 300
LONGEST_WORD = 18
SHORTEST_RUN = 5


def _table(characters: str) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[[ord(character) for character in characters]] = True
    return table


LETTERS = _table("abcdefghijklmnopqrstuvwxyz")
LETTERS[128:] = True
DIGITS = _table("0123456789")
LEET_SIGNS = _table("".join(LEET))
BORDERS = ~(LETTERS | DIGITS)


def leet_rows(folded: Folded) -> Folded | None:
    """The rows with digits or signs inside or before letters, with these read as letters; None if there are none."""
    data = np.frombuffer(folded.data, dtype=np.uint8)
    signs = np.flatnonzero(LEET_SIGNS[data])
    signs = signs[(signs > 0) & (signs < len(data) - 2)]
    before, after = data[signs - 1], data[signs + 1]
    inside = LETTERS[before] & LETTERS[after]
    leading = ~LETTERS[before] & ~DIGITS[before] & LETTERS[after] & (LETTERS[data[signs + 2]] | DIGITS[data[signs + 2]])
    at = signs[inside | leading]
    rows, counts = np.unique(np.searchsorted(folded.starts, at, "right") - 1, return_counts=True)
    if not len(rows):
        return None
    variants = [_read_leet(folded, rows, "i")]
    ones = [row for row in rows.tolist() if b"1" in folded.data[folded.starts[row] : folded.ends[row]]]
    if ones:
        variants.append(_read_leet(folded, np.array(ones, dtype=np.int64), "l"))
    # Who writes many words so writes "70" for "to" as well; the reading above keeps whole numbers.
    if (counts >= MANY_SIGNS).any():
        variants.append(_read_leet(folded, rows[counts >= MANY_SIGNS], "i", numbers=True))
    return join_folded(variants)


def _read_leet(folded: Folded, rows: NDArray[np.int64], one: str, *, numbers: bool = False) -> Folded:
    data, offsets = cut_rows(folded, rows)
    letters = np.arange(256, dtype=np.uint8)
    for sign, letter in LEET.items():
        letters[ord(sign)] = ord(one if sign == "1" else letter)
    if numbers:
        change = LEET_SIGNS[data] & DIGITS[data]
        data[change] = letters[data[change]]
    for _ in range(LEET_PASSES):
        is_letter = LETTERS[data]
        touches = np.zeros(len(data), dtype=bool)
        touches[1:] |= is_letter[:-1]
        touches[:-1] |= is_letter[1:]
        change = touches & LEET_SIGNS[data]
        data[change] = letters[data[change]]
    data, cuts = squeeze(data, offsets)
    return as_folded(data.tobytes(), cuts, folded.messages[rows])


def spaced_messages(folded: Folded) -> NDArray[np.int64]:
    """Messages with several single letters in a row, as in ``s e n d``."""
    data = np.frombuffer(folded.data, dtype=np.uint8)
    borders = np.flatnonzero(BORDERS[data])
    if len(borders) <= SPACED_LETTERS:
        return np.zeros(0, dtype=np.int64)
    gaps = np.diff(borders)
    # One letter between borders is 2 bytes on in Latin, 3 in Greek or Arabic, 4 in Indic scripts.
    found: list[NDArray[np.int64]] = []
    for gap in (2, 3, 4):
        equal = gaps == gap
        chain = equal[: len(equal) - SPACED_LETTERS + 1].copy()
        for step in range(1, SPACED_LETTERS):
            chain &= equal[step : len(equal) - SPACED_LETTERS + 1 + step]
        at = borders[np.flatnonzero(chain)] + 1
        found.append(at[LETTERS[data[at]] & ((data[at] >= 128) == (gap > 2))])
    rows = np.unique(np.searchsorted(folded.starts, np.concatenate(found), "right") - 1)
    return folded.messages[rows[:MOST_SPACED_ROWS]]


def joined_rows(texts: Iterable[tuple[int, str]], words: Callable[[], frozenset[str]]) -> Folded | None:
    """The texts with letters that stand apart drawn together, cut into known words where no gap tells."""
    pieces = [b""]
    messages: list[int] = []
    for message, text in texts:
        joined = SPACED.sub(lambda match: match.group().replace(match.group(1), ""), text)
        pieces.append(joined.replace("\n", " ").encode() + b"\n")
        messages.append(message)
    if not messages:
        return None
    offsets = np.cumsum([len(piece) for piece in pieces])
    folded = fold_rows(b"".join(pieces), offsets.astype(np.int64))
    known = words()
    rows = []
    for start, end in zip(folded.starts.tolist(), folded.ends.tolist(), strict=True):
        tokens = folded.data[start:end].decode().split(" ")
        rows.append(" ".join(cut_into_words(token, known) for token in tokens).encode() + b"\n")
    cuts = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    return as_folded(b"".join(rows), cuts.astype(np.int64), np.array(messages, dtype=np.int64))


def cut_into_words(run: str, words: frozenset[str]) -> str:
    """The reading of a run of letters with the fewest letters outside known words, then the fewest words."""
    if run in words or not SHORTEST_RUN < len(run) <= LONGEST_RUN:
        return run
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(run) + 1):
        lost, count, _ = best[end - 1]
        choice = (lost + 1, count + 1, end - 1)
        for start in range(max(0, end - LONGEST_WORD), end):
            if run[start:end] in words:
                lost, count, _ = best[start]
                choice = min(choice, (lost, count + 1, start))
        best.append(choice)
    cuts = [len(run)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][2])
    cuts.reverse()
    return " ".join(run[start:end] for start, end in pairwise(cuts))


def cut_rows(folded: Folded, rows: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of some rows end to end, row ends included, and their offsets."""
    pieces = [folded.data[folded.starts[row] : folded.ends[row] + 1] for row in rows.tolist()]
    offsets = np.concatenate(([0], np.cumsum([len(piece) for piece in pieces]))).astype(np.int64)
    return np.frombuffer(bytearray(b"".join(pieces)), dtype=np.uint8), offsets


def as_folded(data: bytes, cuts: NDArray[np.int64], messages: NDArray[np.int64]) -> Folded:
    """Rows that lie end to end, each closed by its row end, as a ``Folded``."""
    return Folded(data=b"\n" + data, starts=cuts[:-1] + 1, ends=cuts[1:], messages=messages)


def join_folded(parts: Iterable[Folded]) -> Folded:
    """Several folded buffers as one."""
    chosen = list(parts)
    shifts = np.concatenate(([0], np.cumsum([len(part.data) for part in chosen]))).astype(np.int64)
    return Folded(
        data=b"".join(part.data for part in chosen),
        starts=np.concatenate([part.starts + shift for part, shift in zip(chosen, shifts, strict=False)]),
        ends=np.concatenate([part.ends + shift for part, shift in zip(chosen, shifts, strict=False)]),
        messages=np.concatenate([part.messages for part in chosen]),
    )
