"""Sketches of texts (MinHash of words and word pairs), to find the same text with names and amounts
changed.

A sketch is 32 minima of 16 bits, so the share of equal minima estimates the Jaccard similarity of the two
sets of shingles (Broder 1997, "On the resemblance and containment of documents"). Numbers, links and
punctuation are left out before, because these are what a sender changes from chat to chat.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SLOTS = 32
ROWS = 2
SIMILAR = 0.5
# Shorter texts are greetings and thanks, which everybody writes to everybody.
LEAST_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.I)
_MASK = np.uint64(0xFFFFFFFF)


@cache
def _hash_functions() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Odd multipliers and offsets of the 32 hash functions (fixed: the sketch is part of stored results)."""
    random = np.random.Generator(np.random.PCG64(20240901))
    factors = random.integers(1, 2**31, size=SLOTS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return factors, random.integers(0, 2**31, size=SLOTS, dtype=np.uint64)


def words_of(text: str) -> list[str]:
    """The words that count: case-folded, without numbers and links; runs without spaces are cut into
    triples.
    """
    found: list[str] = []
    for word in _WORD.findall(_LINK.sub(" ", text).casefold()):
        if len(word) > 15 and not word.isascii():
            found += [word[i : i + 3] for i in range(len(word) - 2)]
        else:
            found.append(word)
    return found


def sketches(texts: Sequence[str]) -> list[str]:
    """One sketch of 128 hexadecimal digits per text; empty for a text of fewer than six words."""
    out = [""] * len(texts)
    hashes: list[int] = []
    starts: list[int] = []
    rows: list[int] = []
    for row, text in enumerate(texts):
        words = words_of(text)
        if len(words) < LEAST_WORDS:
            continue
        codes = [zlib.crc32(word.encode()) for word in words]
        starts.append(len(hashes))
        rows.append(row)
        hashes += codes
        hashes += [(a * 31 + b * 17 + 1) & 0xFFFFFFFF for a, b in pairwise(codes)]
    if not rows:
        return out
    values = np.asarray(hashes, dtype=np.uint64)
    table = np.empty((len(rows), SLOTS), dtype=">u2")
    factors, offsets = _hash_functions()
    for slot in range(SLOTS):
        mixed = (values * factors[slot] + offsets[slot]) & _MASK
        mixed ^= mixed >> np.uint64(15)
        mixed = (mixed * np.uint64(0x2C1B3C6D)) & _MASK
        table[:, slot] = np.minimum.reduceat(mixed ^ (mixed >> np.uint64(12)), starts) & np.uint64(0xFFFF)
    digits = table.tobytes().hex()
    width = SLOTS * 4
    for place, row in enumerate(rows):
        out[row] = digits[place * width : (place + 1) * width]
    return out


def groups(sketched: Sequence[str]) -> NDArray[np.int64]:
    """Per sketch the number of its group of near-duplicates (the smallest position in it); -1 for an empty
    one.
    """
    group = np.full(len(sketched), -1, dtype=np.int64)
    filled = np.asarray([i for i, value in enumerate(sketched) if value], dtype=np.int64)
    if not len(filled):
        return group
    joined = bytes.fromhex("".join(sketched[i] for i in filled.tolist()))
    table = np.frombuffer(joined, dtype=">u2").astype(np.uint16).reshape(len(filled), SLOTS)
    first, second = _similar_pairs(table)
    group[filled] = filled[_components(len(filled), first, second)]
    return group


def _similar_pairs(table: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that share a band of minima and half of the minima; each bucket is tied to its first and to
    neighbours.
    """
    firsts, seconds = [], []
    for band in range(0, SLOTS, ROWS):
        key = np.zeros(len(table), dtype=np.uint64)
        for column in range(band, band + ROWS):
            key = key << np.uint64(16) | table[:, column].astype(np.uint64)
        order = np.argsort(key, kind="stable")
        same = np.concatenate(([False], np.diff(key[order].astype(np.int64)) == 0))
        head = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
        inside = np.flatnonzero(same)
        firsts += [order[head[inside]], order[inside - 1]]
        seconds += [order[inside], order[inside]]
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    different = first != second
    first, second = first[different], second[different]
    alike = np.empty(len(first), dtype=bool)
    for start in range(0, len(first), 1 << 20):
        part = slice(start, start + (1 << 20))
        alike[part] = (table[first[part]] == table[second[part]]).mean(axis=1) >= SIMILAR
    return first[alike].astype(np.int64), second[alike].astype(np.int64)


def _components(count: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Smallest member of the connected component of each item: labels move along the pairs until nothing
    changes.
    """
    label = np.arange(count, dtype=np.int64)
    while len(first):
        low = np.minimum(label[first], label[second])
        before = label.copy()
        np.minimum.at(label, first, low)
        np.minimum.at(label, second, low)
        label = label[label]
        if np.array_equal(before, label):
            break
    return label
