"""One sender against others: a ridge classifier on hashed features, cross-fitted over stretches in closed form.

The weights solve a kernel ridge regression (own +1, others -1). The others are eliminated by the Cholesky factor of
their kernel; what remains is the Schur complement of the own rows, and leaving a stretch out is a block of its inverse,
so all models of a sender cost one solution (leave-out identity of ridge regression, e.g. Rifkin & Lippert 2007).

One model learns from single messages, another from the means of passages of three: what is looked for are stretches,
and single messages differ by more than what parts two hands. The mean of both errs less often than either; a long
history has the second alone, which costs a third.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.behaviour.grams import FEATURES, SPACE, Grams
from wa_forensics.behaviour.kernels import Others, inverted
from wa_forensics.behaviour.marks import Scaling, scaled
from wa_forensics.behaviour.ratios import Counts
from wa_forensics.behaviour.rows import Rows, Weighting, kernel_of, parts, products

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Messages of a passage, and its ridge penalty: what a passage says is surer than what a message says.
PASSAGE = 3
PASSAGE_PENALTY = 0.5
FOLDS = 5
# In a history longer than this a stretch of 50 is too small a part to teach a model its style.
LONG_HISTORY = 1500
# Model output is about -1 to +1; this scale makes it comparable to log-odds.
SCALE = 4.5
CLIP = 4.5
# What a message can add through the ratios of its features is bounded too: sums without a bound have fatal tails.
RATIO_SCALE = 0.05
RATIO_CLIP = 3.0
# Texts that are looked at together.
PAGE_OF_SUMS = 4096
# A text of this many characters counts half: one letter is no evidence.
HALF_LENGTH = 5.0


def texts_between(grams: Grams, low: int, high: int) -> Grams:
    """The features of a run of texts, as views."""
    c, w = grams.char_first, grams.word_first
    return Grams(
        chars=grams.chars[c[low] : c[high]],
        char_first=c[low : high + 1] - c[low],
        words=grams.words[w[low] : w[high]],
        word_first=w[low : high + 1] - w[low],
    )


def partition(count: int) -> tuple[NDArray[np.int64], ...]:
    """The borders of contiguous folds of ``count`` messages, for all but long histories also shifted by half a fold.

    A stretch of up to half a fold lies whole in a fold of one of the two, so one model never saw any of it. Larger
    folds, or margins beside them, hide the topics around a stretch from its model and raise more false alarms.
    """
    plain = np.arange(FOLDS + 1, dtype=np.int64) * count // FOLDS
    if count > LONG_HISTORY:
        return (plain,)
    return plain, np.concatenate(([0], (2 * np.arange(FOLDS, dtype=np.int64) + 1) * count // (2 * FOLDS), [count]))


@dataclass(frozen=True, kw_only=True, eq=False)
class FoldModels:
    """For each left-out stretch a weight of each column, of the marks, and an intercept; and counts for log ratios."""

    weighting: Weighting
    weights: NDArray[np.float64]
    marks: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    counts: Counts | None


def joint_models(
    fits: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]], weighting: Weighting, counts: Counts
) -> FoldModels:
    """The mean of the models of some ``fit_folds``; ``counts`` holds the counts of each fold, numbered through."""
    weights, intercepts = (np.mean(part, axis=0) for part in zip(*fits, strict=True))
    return FoldModels(
        weighting=weighting,
        weights=weights[:, : weighting.width],
        marks=weights[:, weighting.width :],
        intercepts=intercepts,
        counts=counts,
    )


def fit_folds(
    own: Rows, begin: NDArray[np.int64], each: int, edges: Sequence[NDArray[np.int64]], others: Others, common: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and intercepts of own (+1) against others (-1), each learned without one fold of the own messages.

    A row of the weights holds the columns and the marks. ``begin`` are the first positions of the own rows, ascending,
    each of ``each`` messages; ``edges`` holds the borders of the folds (``partition``), nothing if none is left out.
    A passage that a border cuts is left out on either side. ``common`` is that of the weighting.
    """
    solved = _solve(own, others)
    middle, alpha = solved.middle, solved.alpha
    ranges = [
        (int(np.searchsorted(begin + each, first, side="right")), int(np.searchsorted(begin, last)))
        for edge in edges
        for first, last in pairwise(edge.tolist())
    ]
    own_part = np.repeat(alpha[:, None], max(1, len(ranges)), axis=1)
    for k, (low, high) in enumerate(ranges):
        if low < high:
            own_part[:, k] -= middle[:, low:high] @ np.linalg.solve(middle[low:high, low:high], alpha[low:high])
            own_part[low:high, k] = 0
    other_part = -others.factor.backward(solved.level[:, None] + solved.bridge @ own_part)
    weights = SCALE * (own.weighted(own_part, common) + others.rows.weighted(other_part, common)).T
    return weights, SCALE * (own_part.sum(axis=0) + other_part.sum(axis=0))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Solved:
    """The system of own and others with the others eliminated.

    ``middle`` is the own block of the inverse, ``alpha`` the solution there; ``bridge`` and ``level`` are the inverse
    of the others' factor times what joins others and own, and times ones.
    """

    middle: NDArray[np.float64]
    alpha: NDArray[np.float64]
    bridge: NDArray[np.float64]
    level: NDArray[np.float64]


def _solve(own: Rows, others: Others) -> _Solved:
    # Both sides weigh the same: the larger side is the more penalized one.
    penalty = others.penalty * max(0.25, len(own) / max(1, len(others.rows)))
    joint = np.ones((len(others.rows), len(own) + 1))
    joint[:, :-1] += products(others.rows, own)
    reached = others.factor.forward(joint)
    bridge, level = np.ascontiguousarray(reached[:, :-1]), reached[:, -1]
    schur = kernel_of(own) + 1.0 - bridge.T @ bridge
    schur[np.diag_indices_from(schur)] += penalty
    middle = inverted(schur)
    return _Solved(middle=middle, alpha=middle @ (1.0 + bridge.T @ level), bridge=bridge, level=level)


def leave_out_means(
    own: Rows, others: Others, sizes: Sequence[int], weight: NDArray[np.float64]
) -> dict[int, NDArray[np.float64]]:
    """For every stretch of each size: its mean score from a model of everything but the stretch, exactly.

    The own rows are single messages; ``weight`` is what each counts.
    """
    solved = _solve(own, others)
    middle, alpha = solved.middle, solved.alpha
    found: dict[int, NDArray[np.float64]] = {}
    for size in sizes:
        if size > len(own):
            break
        at = np.arange(len(own) - size + 1)[:, None] + np.arange(size)
        residual = np.linalg.solve(middle[at[:, :, None], at[:, None, :]], alpha[at][..., None])[..., 0]
        found[size] = (np.clip(SCALE * (residual - 1.0), -CLIP, CLIP) * weight[at]).mean(axis=1)
    return found


def score_texts(
    grams: Grams,
    marks: NDArray[np.float32],
    scaling: Scaling,
    length: NDArray[np.float64],
    fold: NDArray[np.int64],
    models: FoldModels,
) -> NDArray[np.float64]:
    """Per text: how much it looks like somebody else, clipped; the model of its own fold never saw it.

    ``marks`` are scaled by ``scaling`` here; ``length`` is that of the texts (``lengths_of``); ``fold`` ascends.
    """
    out = np.zeros(len(grams), dtype=np.float64)
    used = np.flatnonzero(models.weighting.column >= 0)
    column = models.weighting.column[used]
    # Two sums at once: the product of a text with the weights, and beside it the log ratios.
    table = np.zeros(FEATURES, dtype=np.complex64)
    for k in np.unique(fold).tolist():
        low, high = (int(place) for place in np.searchsorted(fold, (k, k + 1)))
        part = texts_between(grams, low, high)
        table.real[used] = (models.weights[k] * models.weighting.rarity)[column]
        if models.counts is not None:
            table.imag = models.counts.log_ratios(k if models.counts.folds else None)
        found = _sums(part, table)
        reading = found.real / length[low:high] + _weighed(marks[low:high], scaling, models.marks[k])
        out[low:high] = weight_of(part) * np.clip(-(reading + models.intercepts[k]), -CLIP, CLIP)
        out[low:high] += np.clip(RATIO_SCALE * found.imag, -RATIO_CLIP, RATIO_CLIP)
    return out


def _weighed(marks: NDArray[np.float32], scaling: Scaling, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the marks of each text weigh together once they are scaled."""
    total = np.empty(len(marks))
    for low in range(0, len(marks), PAGE_OF_SUMS):
        total[low : low + PAGE_OF_SUMS] = scaled(marks[low : low + PAGE_OF_SUMS], scaling) @ weights
    return total


def lengths_of(grams: Grams, weighting: Weighting) -> NDArray[np.float64]:
    """The length of each text: the root of the sum of its features' squared rarity."""
    table = np.zeros(FEATURES, dtype=np.float32)
    used = np.flatnonzero(weighting.column >= 0)
    table[used] = (weighting.rarity**2)[weighting.column[used]]
    return np.sqrt(np.maximum(_sums(grams, table).astype(np.float64), 1e-6))


def _sums(grams: Grams, table: NDArray[Any]) -> NDArray[Any]:
    """The sum over the features of each text of their values in a table."""
    total = np.zeros(len(grams), dtype=table.dtype)
    for ids, first, base in parts(grams):
        half = table[base : base + SPACE]
        # What a page needs beside stays in the cache.
        for low in range(0, len(grams), PAGE_OF_SUMS):
            page = first[low : low + PAGE_OF_SUMS + 1]
            if page[0] < page[-1]:
                total[low : low + len(page) - 1] += _page_sums(ids[page[0] : page[-1]], page - page[0], half)
    return total


def _page_sums(ids: NDArray[np.uint16], first: NDArray[np.int64], table: NDArray[Any]) -> NDArray[Any]:
    # No feature lies outside; the mode spares the look.
    value = table.take(ids[:, 0], mode="clip")
    for column in range(1, ids.shape[1]):
        value += table.take(ids[:, column], mode="clip")
    found = np.add.reduceat(np.append(value, table.dtype.type(0)), np.minimum(first[:-1], len(value)))
    found[first[:-1] == first[1:]] = 0
    return np.asarray(found)


def weight_of(grams: Grams) -> NDArray[np.float64]:
    """What a text of few characters counts, from 0 to 1."""
    size = np.diff(grams.char_first) - 1.0
    return np.asarray(size / (size + HALF_LENGTH))
