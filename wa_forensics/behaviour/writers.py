"""Every sender of a chat measured against the others: one score per message, from models that never saw it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wa_forensics.behaviour.division import (
    MOST_ROWS,
    MOST_ROWS_CROWDED,
    Division,
    divide,
    may_part,
    model_of,
    sittings_of,
    teaching_rows,
)
from wa_forensics.behaviour.generic import Traits, joined, nearest
from wa_forensics.behaviour.grams import Grams, Points, Room, read_grams
from wa_forensics.behaviour.hands import (
    LONG_HISTORY,
    PASSAGE,
    PASSAGE_PENALTY,
    FoldModels,
    fit_folds,
    joint_models,
    leave_out_means,
    lengths_of,
    partition,
    score_texts,
    texts_between,
    weight_of,
)
from wa_forensics.behaviour.kernels import PENALTY, Background, without_sender
from wa_forensics.behaviour.marks import Scaling, read_marks, scaled, scaling_of
from wa_forensics.behaviour.ratios import Counts, count_features
from wa_forensics.behaviour.rows import Rows, Weighting, choose_features, count_texts, kernel_of, make_rows
from wa_forensics.behaviour.styled import Texts, styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

# Below this many own messages, or messages of others, nothing is measured.
FEWEST_OWN = 24
FEWEST_OTHERS = 24
# Up to this history every stretch is left out by itself: five folds would learn from half of a short splice.
SHORT_HISTORY = 200
SHORT_SIZES = (4, 5, 6, 8, 10, 12, 15, 20)
# With fewer messages of others than this, or fewer writers among them, the generic background of the language stands
# beside them: one other writer does not show what strangers are like.
FEW_OTHERS = 400
FEW_WRITERS = 4


class Size(NamedTuple):
    """What is learned from in chats of up to so many senders: own messages, own passages, texts of others, columns."""

    senders: int
    own: int
    passages: int
    others: int
    width: int


# A long history has a model of passages alone, of no more than so many.
LONG_PASSAGES = 100
# More in each column costs time and gains little (docs/behaviour.md).
SIZES = (Size(10, 240, 160, 800, 4096), Size(60, 240, 100, 400, 3072), Size(1 << 31, 200, 80, 320, 2048))


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """The style-bearing messages of one sender, in order, with a score each (positive: like somebody else).

    ``tracks`` holds the scores under each partition into folds, ``folds`` the fold of each message there.
    ``left_out`` counts texts without style of their own: links, repeats, lists, code. With a short history,
    ``means`` holds the mean score of every stretch of some sizes, from models of everything outside it, and ``tracks``
    is empty.
    """

    sender: int
    message: NDArray[np.int64]
    tracks: tuple[NDArray[np.float64], ...]
    folds: tuple[NDArray[np.int64], ...]
    left_out: int
    means: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    division: Division | None = None


def measure(texts: Texts, senders: int) -> Iterator[Measured]:
    """Scores of every sender that has enough history, in the order of the sender codes."""
    counts = np.bincount(texts.sender, minlength=senders)
    known = np.flatnonzero(counts >= FEWEST_OWN)
    if len(known) == 0 or len(texts.message) - int(counts[known].min()) < FEWEST_OTHERS:
        return
    size = next(size for size in SIZES if len(known) <= size.senders)
    sample = make_sample(texts, counts, size)
    order = np.argsort(texts.sender, kind="stable")
    first, room = np.concatenate(([0], np.cumsum(counts))), Room()
    for code in known.tolist():
        own = texts.take(order[first[code] : first[code + 1]])
        found = _measure_one(own, code, sample, size, room)
        if found is not None:
            yield found


def measure_sender(texts: Texts, senders: int, code: int) -> Measured | None:
    """Scores of one sender alone, None if there is too little of it or of others."""
    counts = np.bincount(texts.sender, minlength=senders)
    own = int(counts[code])
    if own < FEWEST_OWN or len(texts.message) - own < FEWEST_OTHERS:
        return None
    size = SIZES[0]
    return _measure_one(texts.take(np.flatnonzero(texts.sender == code)), code, make_sample(texts, counts, size), size)


def quotas(counts: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Share a total out so that no sender gives more than it has and the largest give equally."""
    low, high = 0, int(counts.max(initial=0))
    while low < high:
        middle = (low + high + 1) // 2
        if int(np.minimum(counts, middle).sum()) <= total:
            low = middle
        else:
            high = middle - 1
    # With more senders than places each still gives one.
    return np.minimum(counts, max(low, 1))


def spread(count: int, wanted: int) -> NDArray[np.int64]:
    """``wanted`` of ``count`` positions, evenly spaced, ascending."""
    if wanted >= count:
        return np.arange(count, dtype=np.int64)
    return (np.arange(wanted, dtype=np.int64) * count) // max(1, wanted)


def read_traits(points: Points, room: Room | None = None) -> Traits:
    return Traits(grams=read_grams(points, room), marks=read_marks(points, room))


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """What every sender of a chat is compared with: texts of all senders, one sender after the other.

    ``sender`` names the sender of each text; ``chosen`` is an even choice of them.
    """

    traits: Traits
    sender: NDArray[np.int64]
    counts: NDArray[np.float32]
    chosen: NDArray[np.int64]
    weighting: Weighting
    scaling: Scaling

    @cached_property
    def messages(self) -> Background:
        """The chosen texts one by one."""
        return Background(rows=self.rows(self.traits, self.chosen), sender=self.sender[self.chosen], penalty=PENALTY)

    @cached_property
    def passages(self) -> Background:
        """Neighbours of one sender among the chosen texts as passages."""
        sender = self.sender[self.chosen]
        run = np.flatnonzero(np.diff(sender, prepend=-1))
        within = np.arange(len(sender)) - np.repeat(run, np.diff(run, append=len(sender)))
        first = np.flatnonzero(within % PASSAGE == 0)
        passage = np.repeat(np.arange(len(first)), np.diff(first, append=len(sender)))
        rows = self.rows(self.traits, self.chosen, passage)
        return Background(rows=rows, sender=sender[first], penalty=PASSAGE_PENALTY)

    def rows(self, traits: Traits, chosen: NDArray[np.int64], passage: NDArray[np.int64] | None = None) -> Rows:
        """Some texts as rows, one by one or by the passage that is named for each."""
        return make_rows(traits.grams, chosen, self.weighting, scaled(traits.marks[chosen], self.scaling), passage)


def make_sample(texts: Texts, counts: NDArray[np.int64], size: Size) -> Sample:
    """Draw a sample of the whole chat, and let it choose the features."""
    # Half more is drawn than the classifier learns from: links, repeats and code drop out, and counts are cheap.
    order = np.argsort(texts.sender, kind="stable")
    first = np.concatenate(([0], np.cumsum(counts)))
    share = quotas(counts, size.others + size.others // 2)
    rows = [order[first[c] + spread(int(counts[c]), int(share[c]))] for c in np.flatnonzero(share).tolist()]
    sample = texts.take(np.concatenate(rows))
    points, kept = styled(sample)
    traits, sender = read_traits(points), sample.sender[kept]
    found, occurs = count_features(traits.grams), count_texts(traits.grams)
    writers = np.count_nonzero(counts >= FEWEST_OWN) - 1
    if writers < FEW_WRITERS or len(texts.message) - int(counts.max()) < FEW_OTHERS:
        near = nearest(found)
        if near is not None:
            found, occurs = found + near.counts, occurs + near.occurs
            traits = joined(traits, near.traits)
            # No sender has this code, so the background is part of every comparison.
            sender = np.append(sender, np.full(len(near.traits.grams), len(counts)))
    return Sample(
        traits=traits,
        sender=sender,
        counts=found,
        chosen=spread(len(traits.grams), size.others),
        weighting=choose_features(occurs, len(traits.grams), size.width),
        scaling=scaling_of(traits.marks),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Hand:
    """One sender against the others: the models of every fold, or the stretches left out of a short history.

    ``edges`` holds the borders of the folds of each partition; without any there is one model, of everything.
    """

    sample: Sample
    edges: tuple[NDArray[np.int64], ...]
    models: FoldModels | None
    means: Mapping[int, NDArray[np.float64]]

    def folds(self) -> tuple[NDArray[np.int64], ...]:
        """The fold of every own message under each partition; folds are numbered through."""
        sizes = [np.diff(edge) for edge in self.edges]
        begin = np.cumsum([0, *map(len, sizes)])
        return tuple(
            np.repeat(first + np.arange(len(size)), size) for first, size in zip(begin[:-1], sizes, strict=True)
        )

    def score(self, traits: Traits, folds: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.float64], ...]:
        """Scores of texts, each by the model of the fold that is named for it (ascending); a track for each naming."""
        models = self.models
        if models is None:
            message = "a short history has no models of folds"
            raise ValueError(message)
        length = lengths_of(traits.grams, models.weighting)
        return tuple(
            score_texts(traits.grams, traits.marks, self.sample.scaling, length, fold, models) for fold in folds
        )


def learn(traits: Traits, code: int, sample: Sample, size: Size, *, whole: bool = False) -> Hand | None:
    """Learn the hand of a sender from its styled texts; None if there are too few of them or of others.

    ``whole`` learns one model from everything, for texts that are not among these.
    """
    grams, count = traits.grams, len(traits.grams)
    if count < FEWEST_OWN or np.count_nonzero(sample.sender[sample.chosen] != code) < FEWEST_OTHERS:
        return None
    if count <= SHORT_HISTORY and not whole:
        others = without_sender(sample.messages, code)
        means = leave_out_means(sample.rows(traits, np.arange(count)), others, SHORT_SIZES, weight_of(grams))
        return Hand(sample=sample, edges=(), models=None, means=means)
    edges, common = () if whole else partition(count), sample.weighting.common
    # Passages of neighbours, evenly over the history.
    both = count <= LONG_HISTORY
    begin = PASSAGE * spread(count // PASSAGE, size.passages if both else min(LONG_PASSAGES, size.passages))
    chosen, passage = (begin[:, None] + np.arange(PASSAGE)).ravel(), np.repeat(np.arange(len(begin)), PASSAGE)
    others = without_sender(sample.passages, code)
    fits = [fit_folds(sample.rows(traits, chosen, passage), begin, PASSAGE, edges, others, common)]
    if both:
        begin, others = spread(count, size.own), without_sender(sample.messages, code)
        fits.append(fit_folds(sample.rows(traits, begin), begin, 1, edges, others, common))
    models = joint_models(fits, sample.weighting, _counts(grams, edges, code, sample))
    return Hand(sample=sample, edges=edges, models=models, means={})


def _counts(grams: Grams, edges: Sequence[NDArray[np.int64]], code: int, sample: Sample) -> Counts:
    """The features of the own texts, of each of their folds and of others."""
    low, high = (int(place) for place in np.searchsorted(sample.sender, (code, code + 1)))
    others = sample.counts - count_features(texts_between(sample.traits.grams, low, high))
    if not edges:
        return Counts(own=count_features(grams), others=others, folds=())
    folds = tuple(
        count_features(texts_between(grams, first, last)) for edge in edges for first, last in pairwise(edge.tolist())
    )
    # The folds of one partition are everything.
    return Counts(own=np.sum(folds[: len(edges[0]) - 1], axis=0), others=others, folds=folds)


def _measure_one(own: Texts, code: int, sample: Sample, size: Size, room: Room | None = None) -> Measured | None:
    points, kept = styled(own, room)
    traits = read_traits(points, room)
    hand = learn(traits, code, sample, size)
    if hand is None:
        return None
    folds = hand.folds()
    return Measured(
        sender=code,
        message=own.message[kept],
        tracks=hand.score(traits, folds) if hand.models else (),
        folds=folds,
        left_out=len(own.message) - len(kept),
        means=hand.means,
        division=_divided(traits, own.seconds[kept], sample) if len(own.seconds) else None,
    )


def _divided(traits: Traits, seconds: NDArray[np.int64], sample: Sample) -> Division | None:
    senders = len(np.unique(sample.sender[sample.chosen]))
    # In a crowd the cost is not worth it: shops and offices write to few.
    if senders > SIZES[1].senders + 1:
        return None
    sitting = sittings_of(seconds)
    crowded = senders > SIZES[0].senders + 1
    taught = teaching_rows(sitting, MOST_ROWS_CROWDED if crowded else MOST_ROWS)
    if len(taught) == 0 or not may_part(scaled(traits.marks[taught], sample.scaling), taught, sitting):
        return None

    weighting = sample.weighting
    rows = sample.rows(traits, taught)

    def judge(alpha: NDArray[np.float64]) -> NDArray[np.float64]:
        models = model_of(rows.weighted(alpha[:, None], weighting.common)[:, 0], float(alpha.sum()), weighting)
        length, fold = lengths_of(traits.grams, weighting), np.zeros(len(sitting), dtype=np.int64)
        return -score_texts(traits.grams, traits.marks, sample.scaling, length, fold, models)

    return divide(kernel_of(rows), taught, sitting, judge)
