"""The phrases of a lexicon as columns: what each one means, and the literals a text must hold for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import overload

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search.phrases import Phrase


@dataclass(frozen=True, kw_only=True, eq=False)
class PhraseTable(Sequence[Phrase]):
    """Phrases in order; as a sequence it makes them one by one.

    Set ``s`` is the literals ``members[bounds[s] : bounds[s + 1]]``, places in ``literals`` (ascending); phrase ``p``
    has the anchor sets ``sets[first[p] : first[p + 1]]``, in the order of the phrase. ``lines`` gives text and
    expression of each phrase as ``text TAB expression``; they are not needed before a candidate is met.
    """

    concepts: Sequence[str]
    languages: Sequence[str]
    weights: NDArray[np.float64]
    leads: NDArray[np.bool_]
    plain: NDArray[np.bool_]
    literals: Sequence[bytes]
    members: NDArray[np.int32]
    bounds: NDArray[np.int32]
    sets: NDArray[np.int32]
    first: NDArray[np.int32]
    lines: Callable[[], Sequence[bytes]]

    def __len__(self) -> int:
        return len(self.concepts)

    @overload
    def __getitem__(self, at: int) -> Phrase: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Phrase]: ...
    def __getitem__(self, at: int | slice) -> Phrase | Sequence[Phrase]:
        if isinstance(at, slice):
            return tuple(self[phrase] for phrase in range(*at.indices(len(self))))
        phrase = range(len(self))[at]
        text, _, expression = self._lines[phrase].partition(b"\t")
        return Phrase(
            text=text.decode(),
            concept=self.concepts[phrase],
            language=self.languages[phrase],
            weight=float(self.weights[phrase]),
            expression=expression,
            anchors=tuple(map(self._literals_of, self.sets[self.first[phrase] : self.first[phrase + 1]].tolist())),
            leads=bool(self.leads[phrase]),
            plain=bool(self.plain[phrase]),
        )

    def expression(self, phrase: int) -> bytes:
        """The expression of one phrase."""
        return self._lines[phrase].partition(b"\t")[2]

    def place_of(self, literal: bytes) -> int | None:
        """The place of a literal, None for one that no phrase has."""
        at = bisect_left(self.literals, literal)
        return at if at < len(self.literals) and self.literals[at] == literal else None

    @cached_property
    def concept_names(self) -> Sequence[str]:
        """Every concept once, in order of the alphabet."""
        return sorted(set(self.concepts))

    @cached_property
    def concept_codes(self) -> NDArray[np.int64]:
        """Of each phrase the place of its concept in ``concept_names``."""
        place = {name: index for index, name in enumerate(self.concept_names)}
        return np.array([place[concept] for concept in self.concepts], dtype=np.int64)

    @cached_property
    def native(self) -> NDArray[np.bool_]:
        """Which phrases stand in a script other than Latin."""
        foreign = ~np.array(list(map(bytes.isascii, self.literals)), dtype=bool)
        return self.any_of_phrase(self.any_of_set(foreign)[self.sets])

    def any_of_set(self, literals: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each set, whether one of its literals is marked."""
        found: NDArray[np.bool_] = np.logical_or.reduceat(literals[self.members], self.bounds[:-1])
        return found

    def any_of_phrase(self, anchors: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each phrase, whether one of its anchors (``sets`` marked one by one) is marked."""
        found: NDArray[np.bool_] = np.logical_or.reduceat(anchors, self.first[:-1])
        return found

    @cached_property
    def _lines(self) -> Sequence[bytes]:
        return self.lines()

    def _literals_of(self, index: int) -> tuple[bytes, ...]:
        places = self.members[self.bounds[index] : self.bounds[index + 1]].tolist()
        return tuple([self.literals[place] for place in places])


def table_of(phrases: Sequence[Phrase]) -> PhraseTable:
    """The table of compiled phrases."""
    sets = sorted({literals for phrase in phrases for literals in phrase.anchors})
    number = {literals: index for index, literals in enumerate(sets)}
    literals = sorted({literal for found in sets for literal in found})
    place = {literal: index for index, literal in enumerate(literals)}
    lines = [b"\t".join((phrase.text.encode(), phrase.expression)) for phrase in phrases]
    return PhraseTable(
        concepts=[phrase.concept for phrase in phrases],
        languages=[phrase.language for phrase in phrases],
        weights=np.array([phrase.weight for phrase in phrases], dtype=np.float64),
        leads=np.array([phrase.leads for phrase in phrases], dtype=bool),
        plain=np.array([phrase.plain for phrase in phrases], dtype=bool),
        literals=literals,
        members=np.array([place[literal] for found in sets for literal in found], dtype=np.int32),
        bounds=np.array(_ends(map(len, sets)), dtype=np.int32),
        sets=np.array([number[anchor] for phrase in phrases for anchor in phrase.anchors], dtype=np.int32),
        first=np.array(_ends(len(phrase.anchors) for phrase in phrases), dtype=np.int32),
        lines=lambda: lines,
    )


def _ends(sizes: Iterable[int]) -> list[int]:
    return list(accumulate(sizes, initial=0))
