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
from wa_forensics.vocabulary import SIGN_WEIGHTS, Concept
from wa_forensics.wording.facts import CONTACTS, FACTS, read_facts
from wa_forensics.wording.hashing import BORDERS, Words, word_hashes
from wa_forensics.wording.topics import TOPICS, held_topics, rows_of_bytes

BUCKETS = 1 << 17
PIECES = (3, 4, 5)
CONCEPTS = tuple(concept.value for concept in Concept)
# From so many kinds of topics on it counts that they are many.
SEVERAL = (3, 5, 7)
SIGNS = ("signs by phrases", "signs by phrases, with a contact")
NAMES = (
    *(concept.replace("_", " ") for concept in CONCEPTS),
    *FACTS,
    *(f"about: {topic}" for topic in TOPICS),
    *(f"about: {topic}, with a contact" for topic in TOPICS),
    *(f"about {count} topics" for count in SEVERAL),
    *(f"about {count} topics, with a contact" for count in SEVERAL),
    "speaks to the reader only",
    "speaks to the reader only, with a contact",
    *SIGNS,
)
# Who speaks, who is spoken to and the talk of developers are no topics that count among several.
UNCOUNTED = ("you", "me", "everyone", "program")
# Columns: hashed pieces and words, then one per name.
WIDTH = BUCKETS + len(NAMES)
LONGEST_WORD = 24
BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]+")
MIX = np.uint64(0x9E3779B97F4A7C15)
# What a concept or a fact is worth beside a block of pieces of length one; found by leaving sources out in turn.
CONCEPT_SIZE, FACT_SIZE, TOPIC_SIZE = 0.7, 0.5, 0.4
SIZES = np.repeat(
    [CONCEPT_SIZE, FACT_SIZE, TOPIC_SIZE],
    [len(CONCEPTS), len(FACTS), len(NAMES) - len(SIGNS) - len(CONCEPTS) - len(FACTS)],
)
# The weights of the phrases as evidence tell of concepts that no training text expresses.
WEIGHTS = np.array([SIGN_WEIGHTS.get(concept, 0.0) for concept in Concept])
SIGN_SIZE, DAMPING = 0.3, 0.85
ROW_END, SPACE, ZERO = 10, 32, 48


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
    data = np.frombuffer(folded.data, dtype=np.uint8).copy()
    data[(data >= ZERO) & (data < ZERO + 10)] = ZERO
    row_of, words = rows_of_bytes(folded), word_hashes(data)
    told = _told(folded, facts, row_of, words)
    parts = [_unit(_pieces(data, row_of)), _unit(_words(words, row_of)), told]
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


def _words(words: Words, row_of: NDArray[np.int64]) -> Places:
    keep = np.flatnonzero(words.ends - words.begins <= LONGEST_WORD)
    begins, ends, word = words.begins[keep], words.ends[keep], words.whole()[keep]
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


def _told(folded: Folded, facts: Sequence[Sequence[int]], row_of: NDArray[np.int64], words: Words) -> Part:
    """The named features of each row, as ``NAMES`` orders them."""
    concepts, topics = _concepts(folded), held_topics(len(folded.starts), row_of, words)
    fact = np.zeros((len(concepts), len(FACTS)), dtype=bool)
    for row, text in enumerate(folded.messages.tolist()):
        fact[row, list(facts[text])] = True
    contact = fact[:, sorted(CONTACTS)].any(axis=1, keepdims=True)
    count = topics[:, [TOPICS.index(name) for name in TOPICS if name not in UNCOUNTED]].sum(axis=1)
    several = count[:, None] >= np.array(SEVERAL)
    reader = topics[:, [TOPICS.index("you")]] & ~topics[:, [TOPICS.index("me")]]
    signs = SIGN_SIZE * _signs(concepts)
    held = np.hstack((concepts, fact, topics, topics & contact, several, several & contact, reader, reader & contact))
    values = np.hstack((held * SIZES, signs, signs * contact))
    rows, columns = values.nonzero()
    none = np.full(len(rows), -1, dtype=np.int64)
    return rows, BUCKETS + columns, values[rows, columns], none, none


def _signs(concepts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What the phrases of each row say together by the weights they have as evidence, weaker ones less."""
    ranked = -np.sort(-(concepts * WEIGHTS), axis=1)
    total: NDArray[np.float64] = (ranked * DAMPING ** np.arange(len(CONCEPTS))).sum(axis=1, keepdims=True)
    return total


def _concepts(folded: Folded) -> NDArray[np.bool_]:
    rows = Folded(data=folded.data, starts=folded.starts, ends=folded.ends, messages=np.arange(len(folded.starts)))
    hits = lexicon().scan(rows)
    phrases = lexicon().phrases
    code = {name: number for number, name in enumerate(CONCEPTS)}
    names = np.array([code[name] for name in phrases.concept_names], dtype=np.int64)
    concept = names[phrases.concept_codes[hits.phrases]]
    held = np.zeros((len(folded.starts), len(CONCEPTS)), dtype=bool)
    held[hits.messages, concept] = True
    return held
