"""Texts, or passages of a few texts, as rows over the used features, and the products of these rows.

A row holds some hundred of four thousand features, and most of these stand in few rows: two rows share little but the
commonest. These are multiplied densely; of the others only the pairs of rows that share one are summed. The products
are those of dense rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.grams import FEATURES, SPACE, Grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A column that a larger share of the texts hold is kept dense: there a product costs less than looking for pairs.
COMMON = 0.08
# Texts that are looked at together: their rows fit the cache, and a byte counts them.
PAGE = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighting:
    """The used features: the column of each feature, or -1, and the inverse document frequency of each column.

    Columns stand in the order of how many texts hold them; the first ``common`` are kept dense.
    """

    column: NDArray[np.int16]
    rarity: NDArray[np.float64]
    common: int

    @property
    def width(self) -> int:
        return len(self.rarity)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Texts or passages by features.

    ``dense`` holds the common columns and after them the marks. ``row`` and ``value`` are the entries of the other
    columns, by column; those of the c-th of these begin at ``first[c]``.
    """

    dense: NDArray[np.float64]
    row: NDArray[np.int64]
    value: NDArray[np.float64]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.dense)

    def take(self, kept: NDArray[np.bool_]) -> Rows:
        """The rows that are marked."""
        inside = kept[self.row]
        before = np.concatenate(([0], np.cumsum(inside)))
        return Rows(
            dense=self.dense[kept],
            row=(np.cumsum(kept) - 1)[self.row[inside]],
            value=self.value[inside],
            first=before[self.first],
        )

    def weighted(self, weights: NDArray[np.float64], common: int) -> NDArray[np.float64]:
        """The sum of the rows, each times its weight: a line for each column and mark, one column a set of weights.

        ``common`` is that of their weighting.
        """
        dense = self.dense.T @ weights
        rare = np.zeros((weights.shape[1], len(self.first) - 1))
        some = np.flatnonzero(np.diff(self.first))
        if len(some):
            # One set at a time stays in the cache.
            for found, one in zip(rare, np.ascontiguousarray(weights.T), strict=True):
                found[some] = np.add.reduceat(one.take(self.row, mode="clip") * self.value, self.first[some])
        return np.concatenate((dense[:common], rare.T, dense[common:]))


def choose_features(occurs: NDArray[np.int64], texts: int, width: int) -> Weighting:
    """The ``width`` features that most texts of a sample hold, weighted by the logarithm of their rarity.

    ``occurs`` are the ``count_texts`` of so many texts.
    """
    used = np.flatnonzero(occurs >= 2)
    best = used[np.argsort(-occurs[used], kind="stable")[:width]]
    column = np.full(FEATURES, -1, dtype=np.int16)
    column[best] = np.arange(len(best), dtype=np.int16)
    rarity = np.log((texts + 1.0) / (occurs[best] + 1.0)).astype(np.float32).astype(np.float64)
    return Weighting(column=column, rarity=rarity, common=int((occurs[best] > COMMON * texts).sum()))


def count_texts(grams: Grams) -> NDArray[np.int64]:
    """In how many texts each feature occurs."""
    return np.concatenate([_texts_with(ids, first) for ids, first, _ in parts(grams)])


def _texts_with(ids: NDArray[np.uint16], first: NDArray[np.int64]) -> NDArray[np.int64]:
    counts = np.bincount(ids.ravel(), minlength=SPACE)
    found, often = np.asarray(counts == 1, dtype=np.int64), np.flatnonzero(counts >= 2)
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


def parts(grams: Grams) -> tuple[tuple[NDArray[np.uint16], NDArray[np.int64], int], ...]:
    """Features of characters and of words, where those of each text begin, and the number of the first of all."""
    return (grams.chars, grams.char_first, 0), (grams.words, grams.word_first, SPACE)


def make_rows(
    grams: Grams,
    chosen: NDArray[np.int64],
    weighting: Weighting,
    marks: NDArray[np.float32],
    passage: NDArray[np.int64] | None = None,
) -> Rows:
    """Some texts as rows: each of unit length over the used features, beside them its scaled marks.

    ``passage`` numbers the row of each text from 0 on (ascending, none left out): a row is the mean of its texts.
    """
    at = np.arange(len(chosen)) if passage is None else passage
    size = np.bincount(at)
    rows, common, width = len(size), weighting.common, weighting.width
    columns, texts = [], []
    for ids, first, base in parts(grams):
        count = first[chosen + 1] - first[chosen]
        end = np.cumsum(count)
        take = np.arange(end[-1]) + np.repeat(first[chosen] - end + count, count)
        columns.append(weighting.column[base : base + SPACE].take(ids.take(take, axis=0).ravel(), mode="clip"))
        texts.append(np.repeat(np.arange(len(chosen)), count * ids.shape[1]))
    column, text = np.concatenate(columns), np.concatenate(texts)
    often, seldom = np.flatnonzero((column >= 0) & (column < common)), np.flatnonzero(column >= common)
    place = text.take(often)
    place *= common
    place += column.take(often)
    counts = np.bincount(place, minlength=len(chosen) * common).reshape(len(chosen), common)
    values = counts * weighting.rarity[:common]
    column, text = column.take(seldom), text.take(seldom)
    value = weighting.rarity.take(column)
    # What is rare seldom comes twice in a text.
    square = np.einsum("ij,ij->i", values, values) + np.bincount(text, weights=value * value, minlength=len(chosen))
    scale = 1 / (np.sqrt(np.maximum(square, 1e-6)) * size[at])
    values *= scale[:, None]
    begin = np.flatnonzero(np.diff(at, prepend=-1))
    dense = np.empty((rows, common + marks.shape[1]))
    np.divide(np.add.reduceat(marks, begin, axis=0), size[:, None], out=dense[:, common:])
    dense[:, :common] = values[begin]
    for more in range(1, int(size.max(initial=1))):
        long = np.flatnonzero(size > more)
        dense[long, :common] += values[begin[long] + more]
    value *= scale.take(text)
    # numpy 1 keeps the columns' own small type unless it is told.
    place = np.subtract(column, common, dtype=np.int64)
    place *= rows
    place += at.take(text)
    table = np.asarray(np.bincount(place, weights=value, minlength=(width - common) * rows), dtype=np.float64)
    # Truth values are searched several times faster than numbers.
    place = np.flatnonzero(table != 0)
    column, row = np.divmod(place, max(1, rows))
    first = np.searchsorted(column, np.arange(width - common + 1))
    return Rows(dense=dense, row=row, value=table.take(place), first=first)


def products(left: Rows, right: Rows) -> NDArray[np.float64]:
    """The scalar product of each row of one side with each of the other."""
    found = np.asarray(left.dense @ right.dense.T)
    # Each entry of the left meets all entries of its column on the right.
    count = np.diff(left.first)
    begin, size = (np.repeat(part, count) for part in (right.first[:-1], np.diff(right.first)))
    found += _pair_sums(left, right, begin, size)
    return found


def kernel_of(rows: Rows) -> NDArray[np.float64]:
    """The scalar product of each row with each of the same."""
    found = np.asarray(rows.dense @ rows.dense.T)
    # Rows ascend in a column: each entry meets itself and those after it, the other half is the same.
    begin = np.arange(len(rows.row))
    half = _pair_sums(rows, rows, begin, np.repeat(rows.first[1:], np.diff(rows.first)) - begin)
    found += half
    half[np.diag_indices_from(half)] = 0
    found += half.T
    return found


def _pair_sums(left: Rows, right: Rows, begin: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.float64]:
    """For any two rows the sum over pairs of entries: each of the left with ``size`` of the right from ``begin``."""
    total = np.cumsum(size)
    if len(total) == 0 or total[-1] == 0:
        return np.zeros((len(left), len(right)))
    other = np.arange(total[-1]) + np.repeat(begin - (total - size), size)
    place = np.repeat(left.row * len(right), size) + right.row[other]
    value = np.repeat(left.value, size) * right.value[other]
    found = np.bincount(place, weights=value, minlength=len(left) * len(right))
    return np.asarray(found, dtype=np.float64).reshape(len(left), len(right))
