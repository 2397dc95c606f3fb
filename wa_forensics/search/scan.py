"""Finds every phrase of a lexicon in folded rows: one Aho-Corasick scan for literals, expressions on candidates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.fold import Folded
from wa_forensics.search.phrases import CLASSES, CURRENCIES, DIGIT_SIGN, DOT_SIGN, LINK_SIGN, MONEY_SIGN, SIGNS, Phrase
from wa_forensics.search.table import PhraseTable, table_of

# Everything that ends a word, as the scan sees it.
BORDERS_AS_SPACES = bytes.maketrans(b"\n.!?$@%", b"       ")
# Words that stand in so many messages that demanding them costs more than it spares.
COMMON_WORDS = (
    "the to me you is it at in on of my a i and for be we are this that u ur your with no not so ok do can will "
    "have de la que en el o os e um uma da das un una le les des et est pas je tu il die der das ist ich du nicht "
    "und zu di il che non per mi si ka ki ke hai ho se ko na ne to ye yang di ini itu ada ya bir ve bu da w na "
    "nie z op het een "
)
# What noting a literal and trying an expression cost, in microseconds.
SIGHTING, TRIAL = 0.25, 5.0
# So many messages repay a look at a sample of them, to learn which words are rare there.
LONG, SAMPLE = 50_000, 2_000
EVERYWHERE = frozenset(b" %s " % word.encode() for word in COMMON_WORDS.split())


@dataclass(frozen=True, kw_only=True, eq=False)
class Hits:
    """Where phrases stand: ``messages`` ascending, with the index of the phrase in the lexicon and its weight."""

    messages: NDArray[np.int64]
    phrases: NDArray[np.int32]
    weights: NDArray[np.float64]


class Lexicon:
    """Phrases ready for scanning; made once and shared."""

    def __init__(self, phrases: Sequence[Phrase], demanded: NDArray[np.bool_] | None = None) -> None:
        table = self.phrases = phrases if isinstance(phrases, PhraseTable) else table_of(phrases)
        if demanded is None:
            demanded = _worth_demanding(table)
        sets = np.zeros(len(table.bounds) - 1, dtype=bool)
        sets[table.sets[demanded]] = True
        looked_for = np.zeros(len(table.literals), dtype=bool)
        looked_for[table.members[np.repeat(sets, np.diff(table.bounds))]] = True
        # The literals that are looked for, as places in the table, and the sets of which every literal is.
        self._looked_for = np.flatnonzero(looked_for)
        self._known = ~table.any_of_set(~looked_for) if len(sets) else sets
        self._demanded = table.sets[demanded]
        self._demanded_from = np.concatenate(([0], np.cumsum(demanded)))[table.first]
        # For phrases that begin with their first set, and demand it: the set.
        first = table.first[:-1]
        self._leads = np.where(table.leads & demanded[first], table.sets[first], -1)
        places = {sign: table.place_of(sign) for sign in sorted(SIGNS)}
        self._signs = {sign: place for sign, place in places.items() if place is not None and looked_for[place]}
        self._literals = [table.literals[place] for place in self._looked_for.tolist()]
        seen = [literal.translate(BORDERS_AS_SPACES) for literal in self._literals]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(seen) if seen else None
        self._longest = max(map(len, self._literals), default=1)
        self._expressions: dict[int, re.Pattern[bytes]] = {}
        self._searched = 0
        self._suited: Lexicon | None = None

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of what is looked for."""
        words = frozenset(b"\n".join(self._literals).decode().split())
        return frozenset([word for word in words if len(word) > 1 or word in "aiou"])

    def expression(self, phrase: int) -> re.Pattern[bytes]:
        """The compiled expression of a phrase; most are never needed, so each is compiled on first use."""
        found = self._expressions.get(phrase)
        if found is None:
            found = self._expressions[phrase] = re.compile(self.phrases.expression(phrase))
        return found

    def suited(self, messages: int, sample: Callable[[], Folded]) -> Lexicon:
        """What to search so many more messages with: from ``LONG`` on, in one chat or several, tuned to a sample.

        Which texts were the sample changes the time of a search, never a hit.
        """
        self._searched += messages
        if messages >= LONG or (self._suited is None and self._searched >= LONG and messages >= SAMPLE):
            self._suited = self.tuned(sample())
        return self._suited or self

    def tuned(self, sample: Folded) -> Lexicon:
        """The same phrases with the same hits, demanding of each the anchors that are rare in texts like the sample.

        Looking for a word that stands everywhere costs more than the expressions it spares.
        """
        table, rows = self.phrases, len(sample.starts)
        literal, _ = self._sightings(sample)
        share = np.bincount(literal, minlength=len(table.literals)) / rows
        common = np.minimum(1.0, np.add.reduceat(share[table.members], table.bounds[:-1]) + 0.5 / rows)
        # A phrase is tried only where its first set stands, if it begins with that.
        spared = np.ones(len(table.sets))
        spared[table.first[:-1][table.leads]] = 0.2
        demanded = np.zeros(len(table.sets), dtype=bool)
        owner = np.repeat(np.arange(len(table)), np.diff(table.first))
        ranked = np.lexsort((table.sets, common[table.sets], owner))
        ranked = ranked[self._known[table.sets[ranked]]]
        columns = (ranked, owner[ranked], common[table.sets[ranked]], spared[ranked])
        phrase, left = -1, 1.0
        for anchor, its_phrase, its_share, spares in zip(*(column.tolist() for column in columns), strict=True):
            if its_phrase != phrase:
                phrase, left = its_phrase, 1.0
            elif its_share * SIGHTING >= left * TRIAL * (1.0 - spares * its_share):
                continue
            demanded[anchor] = True
            left *= its_share
        made = Lexicon(table, demanded)
        made._expressions = self._expressions
        return made

    def scan(self, folded: Folded, heard: Callable[[int], NDArray[np.bool_] | None] = lambda _: None) -> Hits:
        """All hits, ordered by message, then phrase.

        ``heard`` tells in which rows a phrase is looked for, None for all of them.
        """
        hit_rows, hit_phrases = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for phrase, rows, places in self._candidates(folded, heard):
            met = self._try_at(folded, phrase, places) if places is not None else self._try_in(folded, phrase, rows)
            hit_rows.append(met)
            hit_phrases.append(np.full(len(met), phrase, dtype=np.int64))
        messages, phrases = folded.messages[np.concatenate(hit_rows)], np.concatenate(hit_phrases)
        order = np.lexsort((phrases, messages))
        messages, phrases = messages[order], phrases[order]
        if len(messages):
            fresh = np.concatenate(([True], (np.diff(messages) != 0) | (np.diff(phrases) != 0)))
            messages, phrases = messages[fresh], phrases[fresh]
        return Hits(messages=messages, phrases=phrases.astype(np.int32), weights=self.phrases.weights[phrases])

    def _try_in(self, folded: Folded, phrase: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows in which the expression is found."""
        search, data = self.expression(phrase).search, folded.data
        # endpos would hide the row end from the look-ahead; it is a border either way.
        bounds = zip(folded.starts[rows].tolist(), folded.ends[rows].tolist(), strict=True)
        return rows[[search(data, start, end) is not None for start, end in bounds]]

    def _try_at(self, folded: Folded, phrase: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows in which the expression begins at one of the places."""
        rows = _rows_of(places, folded)
        if self.phrases.plain[phrase]:
            return rows
        match, data = self.expression(phrase).match, folded.data
        bounds = zip((places + 1).tolist(), folded.ends[rows].tolist(), strict=True)
        return rows[[match(data, start, end) is not None for start, end in bounds]]

    def _candidates(
        self, folded: Folded, heard: Callable[[int], NDArray[np.bool_] | None]
    ) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64] | None]]:
        """Phrase, the rows that hold a literal of every set it demands, and where it may begin if that is known."""
        if self._automaton is None or not len(folded.starts):
            return
        literal, place = self._sightings(folded)
        row = _rows_of(place, folded)
        table = self.phrases
        counts = np.bincount(literal, minlength=len(table.literals))
        first = np.concatenate(([0], np.cumsum(counts)))
        totals = np.add.reduceat(counts[table.members], table.bounds[:-1])
        pooled: dict[int, NDArray[np.int64]] = {}

        def parts_of(index: int) -> list[slice]:
            members = table.members[table.bounds[index] : table.bounds[index + 1]].tolist()
            return [slice(first[m], first[m + 1]) for m in members if counts[m]]

        def rows_with(index: int) -> NDArray[np.int64]:
            if index not in pooled:
                pooled[index] = _distinct(np.concatenate([row[part] for part in parts_of(index)]))
            return pooled[index]

        # Most phrases demand a set that stands nowhere; they end here, all at once.
        possible = np.minimum.reduceat(totals[self._demanded], self._demanded_from[:-1])
        for phrase in np.flatnonzero(possible).tolist():
            only = heard(phrase)
            if only is not None and not only.any():
                continue
            demands = self._demanded[self._demanded_from[phrase] : self._demanded_from[phrase + 1]].tolist()
            # The rarest set goes first: many more end there.
            ranked = sorted(demands, key=lambda index: (totals[index], index))
            met = rows_with(ranked[0])
            met = met if only is None else met[only[met]]
            for index in ranked[1:]:
                if not len(met):
                    break
                other = rows_with(index)
                met = met[_among(met, other)] if len(other) else other
            if not len(met):
                continue
            places = None
            if self._leads[phrase] >= 0:
                places = np.concatenate([place[part] for part in parts_of(int(self._leads[phrase]))])
                whole = only is None and len(demands) == 1
                places = places if whole else places[_among(_rows_of(places, folded), met)]
            yield phrase, met, places

    def _sightings(self, folded: Folded) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every literal with the places where it begins, in the order of literals, then places."""
        assert self._automaton is not None
        bordered = folded.data.translate(BORDERS_AS_SPACES)
        size = len(folded.data)
        pairs = []
        for begin in range(0, max(size, 1), PIECE):
            piece = bordered[begin : begin + PIECE + self._longest - 1]
            matches = self._automaton.find_matches_as_indexes(piece, overlapping=True)
            flat = np.fromiter(chain.from_iterable(matches), dtype=np.int64, count=3 * len(matches)).reshape(-1, 3)
            flat = flat[flat[:, 1] < PIECE] if len(piece) > PIECE else flat
            pairs.append(self._looked_for[flat[:, 0]] * size + flat[:, 1] + begin)
        data = np.frombuffer(folded.data, dtype=np.uint8)
        digits = _digits(data)
        if DIGIT_SIGN in self._signs:
            pairs.append(self._signs[DIGIT_SIGN] * size + digits - 1)
        if LINK_SIGN in self._signs:
            pairs.append(self._signs[LINK_SIGN] * size + _dots(data) - 1)
        if DOT_SIGN in self._signs:
            pairs.append(self._signs[DOT_SIGN] * size + _leading_dots(data) - 1)
        if MONEY_SIGN in self._signs:
            pairs.append(self._signs[MONEY_SIGN] * size + _money(folded, digits) - 1)
        keys = np.concatenate(pairs)
        keys.sort()
        literal, place = np.divmod(keys, size)
        return literal, place


def _rows_of(places: NDArray[np.int64], folded: Folded) -> NDArray[np.int64]:
    """The rows of places; a literal may begin with the border before its row."""
    return np.searchsorted(folded.starts, places + 1, "right") - 1


def _among(values: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which values stand among others (ascending, not empty)?"""
    at = np.minimum(np.searchsorted(others, values), len(others) - 1)
    found: NDArray[np.bool_] = others[at] == values
    return found


MONEY = re.compile(CLASSES["money"])
AMOUNT_ENDS = re.compile(rb" ?(?:k |hundred |thousand )?(?:\$|%s)" % CURRENCIES)
LEADING_CURRENCIES = tuple(word + after for word in (b"$", *CURRENCIES.split(b"|")) for after in (b"", b" "))
LONGEST_CURRENCY = max(map(len, LEADING_CURRENCIES))
# Bytes that are searched for literals at once: what the automaton hands out of them still lies in the cache when the
# next ones are searched, and one message may be as long as a book.
PIECE = 32 << 10


def _worth_demanding(table: PhraseTable) -> NDArray[np.bool_]:
    """The anchors without those that nearly every message meets, of phrases of which two others remain."""
    is_common = np.zeros(len(table.literals), dtype=bool)
    is_common[[place for word in EVERYWHERE if (place := table.place_of(word)) is not None]] = True
    if not len(table):
        return np.zeros(0, dtype=bool)
    rare = ~table.any_of_set(is_common)[table.sets]
    enough = np.add.reduceat(rare, table.first[:-1], dtype=np.int64) >= 2
    return rare | ~np.repeat(enough, np.diff(table.first))


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sorted without repeats; ``np.unique`` hashes, which is ten times slower on millions of integers."""
    values.sort()
    return values[np.concatenate(([True], values[1:] != values[:-1]))] if len(values) else values


def _digits(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.flatnonzero((data >= ord("0")) & (data <= ord("9")))


def _money(folded: Folded, digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the first amount of each row begins."""
    data = folded.data
    begin, end = digits[np.diff(digits, prepend=-2) > 1], digits[np.diff(digits, append=len(data) + 1) > 1] + 1
    # Most numbers are no amounts: the expression is tried where a currency stands beside one.
    beside = [
        data[max(0, first - LONGEST_CURRENCY) : first].endswith(LEADING_CURRENCIES) or AMOUNT_ENDS.match(data, last)
        for first, last in zip(begin.tolist(), end.tolist(), strict=True)
    ]
    rows = _distinct(_rows_of(begin[np.array(beside, dtype=bool)] - 1, folded))
    bounds = zip(folded.starts[rows].tolist(), folded.ends[rows].tolist(), strict=True)
    found = (MONEY.search(data, start, end) for start, end in bounds)
    return np.array([match.start() for match in found if match], dtype=np.int64)


def _dots(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Dots inside words: every host has one."""
    dots = np.flatnonzero(data == ord("."))
    dots = dots[(dots > 0) & (dots < len(data) - 1)]
    return dots[_in_word(data[dots - 1]) & _in_word(data[dots + 1])]


def _leading_dots(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Dots that no space follows, as in every link."""
    dots = np.flatnonzero(data[:-1] == ord("."))
    found: NDArray[np.int64] = dots[(data[dots + 1] != ord(" ")) & (data[dots + 1] != ord("\n"))]
    return found


def _in_word(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (values > ord("?")) | (values >= ord("0")) & (values <= ord("9"))
