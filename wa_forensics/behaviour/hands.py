"""One sender against others: a ridge classifier on hashed features, cross-fitted over stretches in closed form.

The weights solve a kernel ridge regression (own messages +1, others -1). The kernel of the background is inverted
once per chat; a sender adds a Schur complement, and leaving a stretch out is a block of its inverse, so the five
models of a sender cost one solution (leave-out identity of ridge regression, e.g. Rifkin & Lippert 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.grams import FEATURES, SPACE, Grams
from wa_forensics.behaviour.kernels import PENALTY, inverted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FOLDS = 5
# In a history longer than this a stretch of 50 is too small a part to teach a model its style.
LONG_HISTORY = 1500
# Model output is about -1 to +1; this scale makes it comparable to log-odds.
SCALE = 4.5
CLIP = 4.5
# What a message can add through the ratios of its features is bounded too: sums without a bound have fatal tails.
RATIO_SCALE = 0.05
RATIO_CLIP = 3.0
# Texts that are looked at together: their rows fit the cache, and a byte counts them.
PAGE = 64
PAGE_OF_SUMS = 4096
# A text of this many characters counts half: one letter is no evidence.
HALF_LENGTH = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighting:
    """Which features are used: dense column (or -1) and inverse document frequency of each."""

    column: NDArray[np.int32]
    rarity: NDArray[np.float32]
    width: int


def choose_features(grams: Grams, width: int) -> Weighting:
    """The ``width`` features that most texts of a sample hold, weighted by the logarithm of their rarity."""
    texts = len(grams)
    counts = np.zeros(FEATURES, dtype=np.int64)
    for ids, first, base in _parts(grams):
        counts[base : base + SPACE] = _texts_with(ids, first)
    used = min(width, int(np.count_nonzero(counts >= 2)))
    best = np.argsort(-counts, kind="stable")[:used]
    column = np.full(FEATURES, -1, dtype=np.int32)
    column[best] = np.arange(used, dtype=np.int32)
    rarity = np.zeros(FEATURES, dtype=np.float32)
    rarity[best] = np.log((texts + 1.0) / (counts[best] + 1.0)).astype(np.float32)
    return Weighting(column=column, rarity=rarity, width=used)


def _texts_with(ids: NDArray[np.uint16], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """In how many texts each feature occurs; what occurs once in all is not counted."""
    found = np.zeros(SPACE, dtype=np.int64)
    often = np.flatnonzero(np.bincount(ids.ravel(), minlength=SPACE) >= 2)
    # One place more for whatever occurs once.
    place = np.full(SPACE, len(often), dtype=np.int64)
    place[often] = np.arange(len(often))
    for low in range(0, len(first) - 1, PAGE):
        page = first[low : low + PAGE + 1]
        row = np.repeat(np.arange(len(page) - 1) * (len(often) + 1), np.diff(page))
        seen = np.zeros((len(page) - 1, len(often) + 1), dtype=np.uint8)
        seen.ravel()[(place[ids[page[0] : page[-1]]] + row[:, None]).ravel()] = 1
        found[often] += np.add.reduce(seen, axis=0, dtype=np.uint8)[:-1]
    return found


def texts_between(grams: Grams, low: int, high: int) -> Grams:
    """The features of a run of texts, as views."""
    c, w = grams.char_first, grams.word_first
    return Grams(
        chars=grams.chars[c[low] : c[high]],
        char_first=c[low : high + 1] - c[low],
        words=grams.words[w[low] : w[high]],
        word_first=w[low : high + 1] - w[low],
    )


def _parts(grams: Grams) -> tuple[tuple[NDArray[np.uint16], NDArray[np.int64], int], ...]:
    return (grams.chars, grams.char_first, 0), (grams.words, grams.word_first, SPACE)


def lengths(grams: Grams, weighting: Weighting) -> NDArray[np.float32]:
    """The Euclidean length of each text's features."""
    return np.sqrt(np.maximum(sums(grams, weighting.rarity**2), 1e-6)).astype(np.float32)


def sums(grams: Grams, table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sum over the features of each text of their values in a table."""
    total = np.zeros(len(grams), dtype=np.float32)
    for ids, first, base in _parts(grams):
        half = table[base : base + SPACE]
        # What a page needs beside stays in the cache.
        for low in range(0, len(grams), PAGE_OF_SUMS):
            page = first[low : low + PAGE_OF_SUMS + 1]
            if page[0] < page[-1]:
                total[low : low + len(page) - 1] += _page_sums(ids[page[0] : page[-1]], page - page[0], half)
    return total


def _page_sums(ids: NDArray[np.uint16], first: NDArray[np.int64], half: NDArray[np.float32]) -> NDArray[np.float32]:
    # No feature lies outside; the mode spares the look.
    value = half.take(ids[:, 0], mode="clip")
    for column in range(1, ids.shape[1]):
        value += half.take(ids[:, column], mode="clip")
    found = np.add.reduceat(np.append(value, np.float32(0)), np.minimum(first[:-1], len(value)))
    found[first[:-1] == first[1:]] = 0
    return np.asarray(found, dtype=np.float32)


def dense_rows(
    grams: Grams, chosen: NDArray[np.int64], weighting: Weighting, marks: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Some texts as rows of unit length over the used features, followed by their scaled marks."""
    wide = weighting.width + marks.shape[1]
    rows = np.zeros((len(chosen), wide), dtype=np.float64)
    for ids, first, base in _parts(grams):
        count = first[chosen + 1] - first[chosen]
        begin = np.concatenate(([0], np.cumsum(count)))
        take = np.arange(begin[-1]) + np.repeat(first[chosen] - begin[:-1], count)
        column = weighting.column[base : base + SPACE].take(ids[take], mode="clip")
        place = np.repeat(np.arange(len(chosen)) * wide, count)[:, None] + column
        np.add.at(rows.ravel(), place[column >= 0], 1.0)
    used = np.flatnonzero(weighting.column >= 0)
    rarity = np.zeros(weighting.width, dtype=np.float64)
    rarity[weighting.column[used]] = weighting.rarity[used]
    for low in range(0, len(rows), PAGE):
        part = rows[low : low + PAGE, : weighting.width]
        part *= rarity
        part /= np.maximum(np.sqrt(np.einsum("ij,ij->i", part, part)), 1e-6)[:, None]
    rows[:, weighting.width :] = marks
    return rows


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
    """For each left-out stretch a table of feature weights, weights of the marks, an intercept and log ratios."""

    tables: NDArray[np.float32]
    marks: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    ratios: NDArray[np.float32]


def fit_folds(
    own: NDArray[np.float64],
    chosen: NDArray[np.int64],
    edges: Sequence[NDArray[np.int64]],
    others: NDArray[np.float64],
    inverse: NDArray[np.float64],
    weighting: Weighting,
    ratios: NDArray[np.float32],
) -> FoldModels:
    """Models of own (+1) against others (-1), each learned without one fold of the own messages.

    ``chosen`` are the positions of the own rows, ascending; ``edges`` holds the borders of the folds (``partition``),
    nothing if none is left out; ``ratios`` holds the log ratios for each fold, numbered through.
    """
    middle, bridge = _own_inverse(own, others, inverse)
    alpha = middle @ (1.0 + bridge.sum(axis=1))
    ranges = [pair for edge in edges for pair in pairwise(np.searchsorted(chosen, edge).tolist())]
    own_part = np.repeat(alpha[:, None], max(1, len(ranges)), axis=1)
    for k, (low, high) in enumerate(ranges):
        if low < high:
            own_part[:, k] -= middle[:, low:high] @ np.linalg.solve(middle[low:high, low:high], alpha[low:high])
            own_part[low:high, k] = 0
    other_part = -inverse.sum(axis=1)[:, None] - bridge.T @ own_part
    weights = own.T @ own_part + others.T @ other_part
    tables = np.zeros((own_part.shape[1], FEATURES), dtype=np.float32)
    used = np.flatnonzero(weighting.column >= 0)
    tables[:, used] = SCALE * weights.T[:, weighting.column[used]] * weighting.rarity[used]
    return FoldModels(
        tables=tables,
        marks=SCALE * weights.T[:, weighting.width :],
        intercepts=SCALE * (own_part.sum(axis=0) + other_part.sum(axis=0)),
        ratios=ratios,
    )


def _own_inverse(
    own: NDArray[np.float64], others: NDArray[np.float64], inverse: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The own block of the inverse of the whole kernel, and what joins it to the others' block."""
    # Both sides weigh the same: the larger side is the more penalized one.
    penalty = PENALTY * max(0.25, len(own) / max(1, len(others)))
    cross = own @ others.T + 1.0
    bridge = cross @ inverse
    schur = own @ own.T + 1.0 - bridge @ cross.T
    schur[np.diag_indices_from(schur)] += penalty
    return inverted(schur), bridge


def leave_out_means(
    own: NDArray[np.float64],
    others: NDArray[np.float64],
    inverse: NDArray[np.float64],
    sizes: Sequence[int],
    weight: NDArray[np.float64],
) -> dict[int, NDArray[np.float64]]:
    """For every stretch of each size: its mean score from a model of everything but the stretch, exactly.

    ``weight`` is what each own message counts.
    """
    middle, bridge = _own_inverse(own, others, inverse)
    alpha = middle @ (1.0 + bridge.sum(axis=1))
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
    length: NDArray[np.float32],
    marks: NDArray[np.float32],
    fold: NDArray[np.int64],
    models: FoldModels,
) -> NDArray[np.float64]:
    """Per text: how much it looks like somebody else, clipped; the model of its own fold never saw it.

    ``length`` is that of the features (``lengths``), ``marks`` are scaled; ``fold`` ascends.
    """
    out = np.zeros(len(grams), dtype=np.float64)
    for k in np.unique(fold).tolist():
        low, high = (int(place) for place in np.searchsorted(fold, (k, k + 1)))
        part = texts_between(grams, low, high)
        reading = sums(part, models.tables[k]) / length[low:high] + marks[low:high] @ models.marks[k]
        ratio = RATIO_SCALE * sums(part, models.ratios[k])
        out[low:high] = weight_of(part) * np.clip(-(reading + models.intercepts[k]), -CLIP, CLIP)
        out[low:high] += np.clip(ratio, -RATIO_CLIP, RATIO_CLIP)
    return out


def weight_of(grams: Grams) -> NDArray[np.float64]:
    """What a text of few characters counts, from 0 to 1."""
    size = np.diff(grams.char_first) - 1.0
    return np.asarray(size / (size + HALF_LENGTH))
