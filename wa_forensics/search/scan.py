"""Finds every phrase of a lexicon in folded rows: one Aho-Corasick scan for literals, expressions on candidates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.fold import Folded
from wa_forensics.search.phrases import DIGIT_SIGN, LINK_SIGN, Phrase

# Everything that ends a word, as the scan sees it.
BORDERS_AS_SPACES = bytes.maketrans(b"\n.!?$@%", b"       ")
# Words that stand in so many messages that demanding them costs more than it spares.
COMMON_WORDS = (
    "the to me you is it at in on of my a i and for be we are this that u ur your with no not so ok do can will "
    "have de la que en el o os e um uma da das un una le les des et est pas je tu il die der das ist ich du nicht "
    "und zu di il che non per mi si ka ki ke hai ho se ko na ne to ye yang di ini itu ada ya bir ve bu da w na "
    "nie z op het een "
)
EVERYWHERE = frozenset(b" %s " % word.encode() for word in COMMON_WORDS.split())


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
        demanded = [_worth_demanding(phrase.anchors) for phrase in phrases]
        self.literals = sorted({literal for sets in demanded for literals in sets for literal in literals})
        self.words = frozenset(
            word for literal in self.literals for word in literal.decode().split() if len(word) > 1 or word in "aiou"
        )
        number = self._number = {literal: index for index, literal in enumerate(self.literals)}
        # Anchor sets as literal numbers end to end, each set once; and for each phrase the sets it demands.
        sets = sorted({literals for chosen in demanded for literals in chosen})
        place = {literals: index for index, literals in enumerate(sets)}
        self._members = np.array([number[literal] for literals in sets for literal in literals], dtype=np.int64)
        self._bounds = np.concatenate(([0], np.cumsum([len(literals) for literals in sets]))).astype(np.int64)
        self._demands = [tuple(place[literals] for literals in chosen) for chosen in demanded]
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
        """(row, phrase) pairs whose row holds a literal of every anchor set of the phrase, ordered by phrase."""
        none = np.zeros(0, dtype=np.int64)
        if self._automaton is None or not len(folded.starts):
            return none, none
        literal, row = self._sightings(folded)
        counts = np.bincount(literal, minlength=len(self.literals))
        first = np.concatenate(([0], np.cumsum(counts)))
        totals = np.add.reduceat(counts[self._members], self._bounds[:-1])
        pooled: dict[int, NDArray[np.int64]] = {}

        def rows_with(index: int) -> NDArray[np.int64]:
            if index not in pooled:
                members = self._members[self._bounds[index] : self._bounds[index + 1]].tolist()
                parts = [row[first[m] : first[m + 1]] for m in members if counts[m]]
                pooled[index] = parts[0] if len(parts) == 1 else _distinct(np.concatenate(parts))
            return pooled[index]

        rows, phrases = [none], [none]
        for phrase, demands in enumerate(self._demands):
            # The rarest set goes first: most phrases end there.
            ranked = sorted(demands, key=lambda index: (totals[index], index))
            if not totals[ranked[0]]:
                continue
            met = rows_with(ranked[0])
            for index in ranked[1:]:
                other = rows_with(index)
                at = np.minimum(np.searchsorted(other, met), len(other) - 1)
                met = met[other[at] == met]
                if not len(met):
                    break
            if len(met):
                rows.append(met)
                phrases.append(np.full(len(met), phrase, dtype=np.int64))
        return np.concatenate(rows), np.concatenate(phrases)

    def _sightings(self, folded: Folded) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every literal with the rows that hold it, in the order of literals, then rows."""
        assert self._automaton is not None
        bordered = folded.data.translate(BORDERS_AS_SPACES)
        matches = self._automaton.find_matches_as_indexes(bordered, overlapping=True)
        flat = np.fromiter(chain.from_iterable(matches), dtype=np.int64, count=3 * len(matches)).reshape(-1, 3)
        # A literal may begin with the border before its row.
        row = np.searchsorted(folded.starts, flat[:, 1] + 1, "right") - 1
        pairs = [flat[:, 0] * len(folded.starts) + row]
        data = np.frombuffer(folded.data, dtype=np.uint8)
        for sign, places in ((DIGIT_SIGN, _digits), (LINK_SIGN, _dots)):
            if sign in self._number:
                row = np.searchsorted(folded.starts, places(data), "right") - 1
                pairs.append(self._number[sign] * len(folded.starts) + row[row >= 0])
        literal, row = np.divmod(_distinct(np.concatenate(pairs)), len(folded.starts))
        return literal, row


def _worth_demanding(anchors: tuple[tuple[bytes, ...], ...]) -> tuple[tuple[bytes, ...], ...]:
    """The anchor sets without those that nearly every message meets, if two others remain."""
    rare = tuple(literals for literals in anchors if EVERYWHERE.isdisjoint(literals))
    return rare if len(rare) >= 2 else anchors


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sorted without repeats; ``np.unique`` hashes, which is ten times slower on millions of integers."""
    values.sort()
    return values[np.concatenate(([True], values[1:] != values[:-1]))] if len(values) else values


def _digits(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.flatnonzero((data >= ord("0")) & (data <= ord("9")))


def _dots(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Dots inside words: every host has one."""
    dots = np.flatnonzero(data == ord("."))
    dots = dots[(dots > 0) & (dots < len(data) - 1)]
    return dots[
        (data[dots - 1] > ord("?")) & (data[dots + 1] > ord("?"))
        | _is_digit(data[dots - 1]) & _is_digit(data[dots + 1])
    ]


def _is_digit(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (values >= ord("0")) & (values <= ord("9"))
