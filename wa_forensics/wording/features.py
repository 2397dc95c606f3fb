"""Turns texts into hashed features, as columns: pieces of words, words, pairs of words, concepts, facts.

Folded text with digits masked is read as one buffer. Pieces are 3 to 5 bytes of one row; words lie between borders.
Each block of a row counts its distinct features and is scaled to length one, so that long texts do not outweigh
short ones; concepts and facts follow as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search import Folded, fold_messages, known_words, lexicon
from wa_forensics.vocabulary import Concept
from wa_forensics.wording.facts import FACTS, read_facts

BUCKETS = 1 << 17
PIECES = (3, 4, 5)
CONCEPTS = tuple(concept.value for concept in Concept)
# Columns: hashed pieces and words, then one per concept, then one per fact.
WIDTH = BUCKETS + len(CONCEPTS) + len(FACTS)
LONGEST_WORD = 24
BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]+")
MIX = np.uint64(0x9E3779B97F4A7C15)
BASE = 0x100000001B3
# What a concept or a fact is worth beside a block of pieces of length one; found by leaving sources out in turn.
CONCEPT_SIZE, FACT_SIZE = 0.7, 0.5
ROW_END, SPACE, ZERO = 10, 32, 48
BORDERS = np.zeros(256, dtype=bool)
BORDERS[[ord(c) for c in " .!?\n"]] = True


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """Sparse rows: entry ``i`` says that row ``rows[i]`` has ``columns[i]`` with ``values[i]``; ascending by row.

    ``texts[r]`` is the number of the text that row ``r`` reads (a disguised text has several rows); ``begins`` and
    ``ends`` give the bytes of ``data`` that made an entry, -1 for concepts and facts.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float32]
    texts: NDArray[np.int64]
    data: bytes
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


def features(texts: Sequence[str]) -> Features:
    """The features of texts, one row per reading of a text, in the order of the folded rows."""
    shown, facts = zip(*(read_facts(text) for text in texts), strict=True) if texts else ((), ())
    # Wide gaps stay: between letters set apart they tell where words end.
    pieces = [BREAKS.sub(" ", text).encode("utf-8", "replace") + b"\n" for text in shown]
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    ends = np.cumsum(lengths)
    folded = fold_messages(
        b"".join(pieces), ends - lengths, ends - 1, np.arange(len(pieces), dtype=np.int64), known_words
    )
    parts = [*_hashed(folded), _concepts(folded), _facts(folded, facts)]
    rows, columns, values, begins, stops = (np.concatenate([part[i] for part in parts]) for i in range(5))
    order = np.argsort(rows, kind="stable")
    return Features(
        rows=rows[order],
        columns=columns[order],
        values=values[order].astype(np.float32),
        texts=folded.messages,
        data=folded.data,
        begins=begins[order],
        ends=stops[order],
    )


# Row, column, first and last byte of each entry; and the same with the value of each entry.
Places = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def _hashed(folded: Folded) -> list[Part]:
    data = np.frombuffer(folded.data, dtype=np.uint8).copy()
    data[(data >= ZERO) & (data < ZERO + 10)] = ZERO
    row_of = np.zeros(len(data), dtype=np.int64)
    row_of[folded.starts] = 1
    # Rows may lie in any order in the buffer; their starts tell which one a byte belongs to.
    order = np.argsort(folded.starts, kind="stable")
    row_of = order[np.maximum(np.cumsum(row_of) - 1, 0)]
    return [_unit(_pieces(data, row_of)), _unit(_words(data, row_of))]


def _pieces(data: NDArray[np.uint8], row_of: NDArray[np.int64]) -> Places:
    plain = data.copy()
    plain[BORDERS[data] & (data != ROW_END)] = SPACE
    key = plain.astype(np.uint64)
    rows, columns, begins, ends = [], [], [], []
    value, ended = key, plain == ROW_END
    crossed = ended
    for length in range(2, min(max(PIECES), len(data)) + 1):
        value = value[:-1] * np.uint64(257) + key[length - 1 :]
        crossed = crossed[:-1] | ended[length - 1 :]
        if length not in PIECES:
            continue
        at = np.flatnonzero(~crossed)
        rows.append(row_of[at])
        columns.append(_bucket(value[at] * np.uint64(8) + np.uint64(length)))
        begins.append(at)
        ends.append(at + length)
    none = np.zeros(0, dtype=np.int64)
    found = (np.concatenate([none, *parts]) for parts in (rows, columns, begins, ends))
    return next(found), next(found), next(found), next(found)


def _words(data: NDArray[np.uint8], row_of: NDArray[np.int64]) -> Places:
    border = BORDERS[data]
    begins = np.flatnonzero(border[:-1] & ~border[1:]) + 1
    ends = np.flatnonzero(~border[:-1] & border[1:]) + 1
    keep = (ends - begins) <= LONGEST_WORD
    begins, ends = begins[keep], ends[keep]
    # Sums of byte times power: what a word adds, divided by the power at its beginning, is the word's own number.
    powers = np.cumprod(np.concatenate((np.ones(1, dtype=np.uint64), np.full(len(data), BASE, dtype=np.uint64))))
    inverse = np.uint64(pow(BASE, -1, 1 << 64))
    backs = np.cumprod(np.concatenate((np.ones(1, dtype=np.uint64), np.full(len(data), inverse, dtype=np.uint64))))
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(data.astype(np.uint64) * powers[:-1])))
    word = (sums[ends] - sums[begins]) * backs[begins]
    rows = row_of[begins]
    pair = np.flatnonzero(rows[:-1] == rows[1:]) if len(rows) else np.zeros(0, dtype=np.int64)
    both = (word[pair] * np.uint64(31)) ^ (word[pair + 1] * MIX) if len(pair) else word[:0]
    return (
        np.concatenate((rows, rows[pair])),
        np.concatenate((_bucket(word ^ np.uint64(0x5851F42D)), _bucket(both))),
        np.concatenate((begins, begins[pair])),
        np.concatenate((ends, ends[pair + 1] if len(pair) else ends[:0])),
    )


def _bucket(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    mixed = (values ^ (values >> np.uint64(29))) * MIX
    return ((mixed >> np.uint64(32)) % np.uint64(BUCKETS)).astype(np.int64)


def _unit(places: Places) -> Part:
    """Each column of a row once, scaled so that a row has length one."""
    rows, columns, begins, ends = places
    key = rows * BUCKETS + columns
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = order[np.concatenate(([True], key[1:] != key[:-1]))] if len(key) else order
    rows, columns = rows[first], columns[first]
    size = np.sqrt(np.bincount(rows))
    return rows, columns, 1.0 / size[rows], begins[first], ends[first]


def _concepts(folded: Folded) -> Part:
    rows = Folded(data=folded.data, starts=folded.starts, ends=folded.ends, messages=np.arange(len(folded.starts)))
    hits = lexicon().scan(rows)
    code = {name: number for number, name in enumerate(CONCEPTS)}
    concept = np.array([code[concept] for concept in lexicon().phrases.concepts], dtype=np.int64)[hits.phrases]
    key = np.unique(hits.messages * len(CONCEPTS) + concept)
    at, concept = np.divmod(key, len(CONCEPTS))
    none = np.full(len(at), -1, dtype=np.int64)
    return at, BUCKETS + concept, np.full(len(at), CONCEPT_SIZE), none, none


def _facts(folded: Folded, facts: Sequence[Sequence[int]]) -> Part:
    counts = np.array([len(facts[text]) for text in folded.messages.tolist()], dtype=np.int64)
    rows = np.repeat(np.arange(len(counts)), counts)
    flat = np.array([fact for text in folded.messages.tolist() for fact in facts[text]], dtype=np.int64)
    none = np.full(len(rows), -1, dtype=np.int64)
    return rows, BUCKETS + len(CONCEPTS) + flat, np.full(len(rows), FACT_SIZE), none, none
