"""Finds every phrase of a lexicon in folded rows: one Aho-Corasick scan for literals, expressions on candidates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.fold import Folded
from wa_forensics.search.phrases import Phrase

# At most so many anchor sets of a phrase are demanded before its expression runs.
DEMANDED = 3
LONG = 4
# Everything that ends a word, as the scan sees it.
BORDERS_AS_SPACES = bytes.maketrans(b"\n.!?$@%", b"       ")


@dataclass(frozen=True, kw_only=True, eq=False)
class Hits:
    """Where phrases stand: ``messages`` ascending, with the index of the phrase in the lexicon and its weight."""

    messages: NDArray[np.int64]
    phrases: NDArray[np.int32]
    weights: NDArray[np.float64]


class Lexicon:
    """Phrases ready for scanning; made once and shared."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.phrases = tuple(phrases)
        demanded = _demanded(self.phrases)
        self.literals = sorted({literal for sets in demanded for literals in sets for literal in literals})
        number = {literal: index for index, literal in enumerate(self.literals)}
        self.needs = np.array([(1 << len(sets)) - 1 for sets in demanded], dtype=np.uint8)
        pairs = sorted(
            (number[literal], phrase, 1 << bit)
            for phrase, sets in enumerate(demanded)
            for bit, literals in enumerate(sets)
            for literal in literals
        )
        table = np.array(pairs, dtype=np.int64).reshape(-1, 3)
        self.first = np.searchsorted(table[:, 0], np.arange(len(self.literals) + 1))
        self.target = table[:, 1]
        self.bit = table[:, 2].astype(np.uint8)
        self.words = frozenset(
            word for literal in self.literals for word in literal.decode().split() if len(word) > 1 or word in "aiou"
        )
        self._automaton = ahocorasick_rs.BytesAhoCorasick(self.literals) if self.literals else None
        self._expressions: dict[int, re.Pattern[bytes]] = {}

    def expression(self, phrase: int) -> re.Pattern[bytes]:
        """The compiled expression of a phrase; most are never needed, so each is compiled on first use."""
        found = self._expressions.get(phrase)
        if found is None:
            found = self._expressions[phrase] = re.compile(self.phrases[phrase].expression)
        return found

    def scan(self, folded: Folded) -> Hits:
        """All hits, ordered by message, then phrase."""
        rows, phrases = self._candidates(folded)
        keep = np.zeros(len(rows), dtype=bool)
        starts, ends = folded.starts[rows].tolist(), folded.ends[rows].tolist()
        data = folded.data
        for at, phrase in enumerate(phrases.tolist()):
            # endpos would hide the row end from the look-ahead; it is a border either way.
            keep[at] = self.expression(phrase).search(data, starts[at], ends[at]) is not None
        messages, phrases = folded.messages[rows[keep]], phrases[keep]
        order = np.lexsort((phrases, messages))
        messages, phrases = messages[order], phrases[order]
        if len(messages):
            fresh = np.concatenate(([True], (np.diff(messages) != 0) | (np.diff(phrases) != 0)))
            messages, phrases = messages[fresh], phrases[fresh]
        weights = np.array([phrase.weight for phrase in self.phrases], dtype=np.float64)
        return Hits(messages=messages, phrases=phrases.astype(np.int32), weights=weights[phrases])

    def _candidates(self, folded: Folded) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(row, phrase) pairs whose row holds a literal of every demanded set, ordered by phrase."""
        none = np.zeros(0, dtype=np.int64)
        if self._automaton is None or not len(folded.starts):
            return none, none
        bordered = folded.data.translate(BORDERS_AS_SPACES)
        matches = self._automaton.find_matches_as_indexes(bordered, overlapping=True)
        if not matches:
            return none, none
        flat = np.fromiter(chain.from_iterable(matches), dtype=np.int64, count=3 * len(matches)).reshape(-1, 3)
        # A literal may begin with the border before its row.
        row = np.searchsorted(folded.starts, flat[:, 1] + 1, "right") - 1
        pair = np.unique(row * len(self.literals) + flat[:, 0])
        row, literal = np.divmod(pair, len(self.literals))
        count = self.first[literal + 1] - self.first[literal]
        begin = np.repeat(self.first[literal] - np.concatenate(([0], np.cumsum(count)[:-1])), count)
        slot = begin + np.arange(int(count.sum()))
        key = np.repeat(row, count) * len(self.phrases) + self.target[slot]
        order = np.argsort(key, kind="stable")
        key, bit = key[order], self.bit[slot][order]
        heads = np.flatnonzero(np.concatenate(([True], np.diff(key) != 0)))
        bits = np.bitwise_or.reduceat(bit, heads)
        row, phrase = np.divmod(key[heads], len(self.phrases))
        met = bits == self.needs[phrase]
        row, phrase = row[met], phrase[met]
        order = np.argsort(phrase, kind="stable")
        return row[order], phrase[order]


def _demanded(phrases: Sequence[Phrase]) -> list[tuple[tuple[bytes, ...], ...]]:
    """The anchor sets to demand of each phrase: long literals that occur in few phrases come first.

    Sets with a short word are demanded only where there is nothing else: they are found in every other message.
    """
    spread = Counter(literal for phrase in phrases for literals in phrase.anchors for literal in literals)
    chosen = []
    for phrase in phrases:
        ranked = sorted(
            phrase.anchors,
            key=lambda sets: (max(spread[literal] for literal in sets) / _shortest(sets), sets),
        )
        long = [sets for sets in ranked if _shortest(sets) >= LONG]
        chosen.append(tuple(long[:DEMANDED] or ranked[:1]))
    return chosen


def _shortest(literals: Sequence[bytes]) -> int:
    return min(len(literal.strip()) for literal in literals)
