"""Every sender of a chat measured against the others: one score per message, from models that never saw it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.grams import Points, mask_foreign, read_grams, read_points
from wa_forensics.behaviour.hands import (
    Background,
    Weighting,
    choose_features,
    dense_rows,
    fit_folds,
    leave_out_means,
    make_background,
    partition,
    score_texts,
    without_sender,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

# Below this many own messages, or messages of others, nothing is measured.
FEWEST_OWN = 24
FEWEST_OTHERS = 24
# Up to this history every stretch is left out by itself: five folds would learn from half of a short splice.
SHORT_HISTORY = 200
SHORT_SIZES = (4, 5, 6, 8, 10, 12, 15, 20)
# What trains a model, by the number of senders up to which it holds: own messages, messages of others, width of
# the dense rows. More cost time and gain little (docs/behaviour.md).
SIZES = ((10, 480, 1000, 8192), (60, 300, 480, 4096), (1 << 31, 240, 320, 3072))
# A text of at least this many letters that the sender wrote before is a template.
REPEAT_LETTERS = 24
LONGEST_LINES = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """Texts of a chat: slices of a UTF-8 buffer, the sender code of each, and their message ids, ascending."""

    buffer: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    sender: NDArray[np.int64]
    message: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Texts:
        return Texts(
            buffer=self.buffer,
            start=self.start[rows],
            end=self.end[rows],
            sender=self.sender[rows],
            message=self.message[rows],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """The style-bearing messages of one sender, in order, with a score each (positive: like somebody else).

    ``tracks`` holds the scores of one or two partitions into folds; a stretch is judged by the higher of its means.
    ``left_out`` counts texts without style of their own: links, repeats, lists, code. With a short history,
    ``means`` holds the mean score of every stretch of some sizes, from models of everything outside it.
    """

    sender: int
    message: NDArray[np.int64]
    tracks: tuple[NDArray[np.float64], ...]
    others: int
    left_out: int
    means: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def score(self) -> NDArray[np.float64]:
        return self.tracks[0]


def measure(texts: Texts, senders: int) -> Iterator[Measured]:
    """Scores of every sender that has enough history, in the order of the sender codes."""
    counts = np.bincount(texts.sender, minlength=senders)
    known = np.flatnonzero(counts >= FEWEST_OWN)
    if len(known) == 0 or len(texts.message) - int(counts[known].min()) < FEWEST_OTHERS:
        return
    _, sample, total, width = next(size for size in SIZES if len(known) <= size[0])
    background, weighting = make_sample(texts, counts, width, total)
    order = np.argsort(texts.sender, kind="stable")
    first = np.concatenate(([0], np.cumsum(counts)))
    for code in known.tolist():
        own = texts.take(order[first[code] : first[code + 1]])
        found = _measure_one(own, code, background, weighting, sample)
        if found is not None:
            yield found


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


def make_sample(texts: Texts, counts: NDArray[np.int64], width: int, total: int) -> tuple[Background, Weighting]:
    """The sample of the whole chat that every sender is compared with, and the features it chooses."""
    # A quarter more is drawn, since links, repeats and code drop out.
    order = np.argsort(texts.sender, kind="stable")
    first = np.concatenate(([0], np.cumsum(counts)))
    share = quotas(counts, total + total // 4)
    rows = [order[first[c] + spread(int(counts[c]), int(share[c]))] for c in np.flatnonzero(share).tolist()]
    sample = texts.take(np.sort(np.concatenate(rows)))
    points, kept = styled(sample)
    grams = read_grams(points)
    weighting = choose_features(grams, width)
    chosen = spread(len(grams), total)
    return make_background(dense_rows(grams, chosen, weighting), sample.sender[kept][chosen]), weighting


def _measure_one(own: Texts, code: int, background: Background, weighting: Weighting, sample: int) -> Measured | None:
    points, kept = styled(own)
    others, inverse = without_sender(background, code)
    if len(kept) < FEWEST_OWN or len(others) < FEWEST_OTHERS:
        return None
    grams = read_grams(points)
    folds = partition(len(kept))
    chosen = spread(len(kept), sample)
    rows = dense_rows(grams, chosen, weighting)
    models = fit_folds(rows, [fold[chosen] for fold in folds], others, inverse, weighting)
    return Measured(
        sender=code,
        message=own.message[kept],
        tracks=tuple(score_texts(grams, fold, models, weighting) for fold in folds),
        others=len(others),
        left_out=len(own.message) - len(kept),
        means=leave_out_means(rows, others, inverse, SHORT_SIZES) if len(kept) <= SHORT_HISTORY else {},
    )


def styled(texts: Texts) -> tuple[Points, NDArray[np.int64]]:
    """The texts that carry a style, masked, and their positions: no links, repeats, lists, code, bare numbers."""
    points, linked = mask_foreign(read_points(texts.buffer, texts.start, texts.end))
    code, first = points.code, points.first
    letter = _letters(code)
    letters = _count(letter, first)
    size = np.diff(first) - 1
    signs = size - letters - _count((code == 32) | (code == 10), first)
    lines = _count(code == 10, first)
    plain = (size > 0) & (lines <= LONGEST_LINES) & ~(linked & (letters < 12))
    # Code and tables: many signs, few letters. Short messages of emoji or marks are style.
    plain &= ~((size > 40) & (signs * 4 > letters))
    plain &= ~_repeated(np.where(letter, code, 0), first, letters)
    keep = np.flatnonzero(plain)
    length = first[keep + 1] - first[keep]
    begin = np.concatenate(([0], np.cumsum(length)))
    take = np.arange(begin[-1]) + np.repeat(first[keep] - begin[:-1], length)
    return Points(code=code[take], first=begin.astype(np.int64)), keep


def _letters(code: NDArray[np.uint32]) -> NDArray[np.bool_]:
    lower = code | np.uint32(32)
    found = ((lower >= 97) & (lower <= 122)) | ((code >= 0xAA) & (code < 0x2000))
    return found | ((code >= 0x2C00) & (code < 0xE000)) | ((code >= 0xF900) & (code < 0xFE00))


def _count(mask: NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros(len(mask) + 1, dtype=np.int64)
    np.cumsum(mask, out=total[1:])
    return total[first[1:]] - total[first[:-1]]


def _repeated(code: NDArray[np.uint32], first: NDArray[np.int64], letters: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Texts of some length whose letters the same sender wrote before (within these texts)."""
    if len(letters) == 0:
        return np.zeros(0, dtype=bool)
    value = (code.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (code.astype(np.uint64) << np.uint64(7))
    # Order matters only through pairs of neighbours, enough to tell templates from chance.
    value[1:] *= (code[:-1].astype(np.uint64) | np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F) | np.uint64(1)
    prefix = np.zeros(len(value) + 1, dtype=np.uint64)
    np.cumsum(value, out=prefix[1:])
    key = prefix[first[1:]] - prefix[first[:-1]]
    _, earliest, inverse = np.unique(key, return_index=True, return_inverse=True)
    again: NDArray[np.bool_] = earliest[inverse] < np.arange(len(key))
    return again & (letters >= REPEAT_LETTERS)
