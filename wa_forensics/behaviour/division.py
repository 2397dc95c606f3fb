"""Do several hands write under one name? The sittings of an account are split where they part best.

A sitting is a run of own messages without a long pause. The first principal direction of the sittings gives a first
split; a ridge classifier then learns the two sides, judges each sitting by a model that never saw it, and moves the
sittings until nothing moves. Every account can be split somehow: how clearly the held-out sittings part is compared
with what accounts of one hand reach (``benchmarks/operators.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.hands import FoldModels
from wa_forensics.behaviour.kernels import PENALTY, inverted
from wa_forensics.behaviour.rows import Weighting

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAUSE_SECONDS = 1800
# Sittings with fewer messages are attributed, but teach nothing.
FEWEST_IN_SITTING = 4
MOST_IN_SITTING = 16
FEWEST_SITTINGS = 10
# Messages that teach, where a chat has few senders and where it has many.
MOST_ROWS = 240
MOST_ROWS_CROWDED = 120
FEWEST_ROWS = 80
ROUNDS = 4
# A first look by the marks alone, which cost next to nothing: of 146 accounts that are reported as shared in the
# collections one parts less in all of so many rounds, of accounts of one hand 54 to 72 % do.
LOOKS = 3
LEAST_BY_MARKS = 1.7
# Sides that part less than this at first are not worth another round.
LEAST_PARTED = 1.7
# Nor is it worth while to attribute every sitting of an account that will not be reported.
LEAST_JUDGED = 3.5
# A hand needs this many sittings, and the hands must take turns this often: a single turn is a change, not a shared
# account.
FEWEST_EACH = 3
FEWEST_TURNS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Division:
    """Two sides of an account's sittings: how clearly they part, and per sitting the probability of the second.

    ``sitting`` numbers the sitting of each measured message; ``parted`` is the distance of the two sides in deviations
    within a side.
    """

    parted: float
    turns: int
    sitting: NDArray[np.int64]
    second: NDArray[np.float64]


def sittings_of(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of the sitting of each message; times may step back, which opens no sitting."""
    return np.cumsum(np.diff(seconds, prepend=seconds[:1]) > PAUSE_SECONDS)


def teaching_rows(sitting: NDArray[np.int64], most_rows: int) -> NDArray[np.int64]:
    """The messages that teach a division: the first of every sitting that is long enough, evenly over the account."""
    _, first, count = np.unique(sitting, return_index=True, return_counts=True)
    usable = np.flatnonzero(count >= FEWEST_IN_SITTING)
    size = np.minimum(count[usable], MOST_IN_SITTING)
    most = max(1, int(most_rows // max(1.0, float(size.mean())))) if len(usable) else 0
    if len(usable) > most:
        chosen = (np.arange(most) * len(usable)) // most
        usable, size = usable[chosen], size[chosen]
    if len(usable) < FEWEST_SITTINGS or int(size.sum()) < FEWEST_ROWS:
        return np.zeros(0, dtype=np.int64)
    begin = np.repeat(first[usable] - np.concatenate(([0], np.cumsum(size)[:-1])), size)
    return np.asarray(np.arange(int(size.sum())) + begin, dtype=np.int64)


def may_part(marks: NDArray[np.float32], taught: NDArray[np.int64], sitting: NDArray[np.int64]) -> bool:
    """Whether an account is worth dividing: do its sittings begin to part by their marks alone?

    ``marks`` are the scaled marks of the messages ``taught``.
    """
    rows = np.concatenate((marks, np.ones((len(marks), 1))), axis=1, dtype=np.float64)
    place, mean = _means_of(sitting[taught])
    centered = rows - rows.mean(axis=0)
    middle = mean @ centered
    side = _first_split(middle @ middle.T, np.square(centered).sum(axis=1), mean)

    def inverse(penalty: NDArray[np.float64]) -> NDArray[np.float64]:
        # Few columns: by the identity of Woodbury.
        light = rows / penalty[:, None]
        return np.diag(1 / penalty) - light @ np.linalg.solve(np.eye(rows.shape[1]) + rows.T @ light, light.T)

    for _ in range(LOOKS):
        if min((side > 0).sum(), (side < 0).sum()) < FEWEST_EACH:
            break
        held, _alpha = _held_out(inverse, side, place)
        if _parted(held, side) >= LEAST_BY_MARKS:
            return True
        side = np.where(held > 0, 1.0, -1.0)
    return False


def divide(
    kernel: NDArray[np.float64],
    taught: NDArray[np.int64],
    sitting: NDArray[np.int64],
    judge: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Division | None:
    """Split an account; None if the sittings do not fall into two sides.

    ``kernel`` holds the products of the messages ``taught``; ``judge`` scores every message by the weights of these.
    """
    number, (place, mean) = np.unique(sitting[taught]), _means_of(sitting[taught])
    middle = kernel.mean(axis=0)
    centered = kernel - middle[None] - middle[:, None] + kernel.mean()
    side = _first_split(mean @ centered @ mean.T, np.diag(centered), mean)
    held = np.zeros(len(number))
    for _ in range(ROUNDS):
        if min((side > 0).sum(), (side < 0).sum()) < FEWEST_EACH:
            return None
        held, alpha = _held_out(lambda penalty: inverted(kernel + 1.0 + np.diag(penalty)), side, place)
        if _parted(held, side) < LEAST_PARTED:
            return None
        moved = np.where(held > 0, 1.0, -1.0)
        if (moved == side).all():
            break
        side = moved
    if min((side > 0).sum(), (side < 0).sum()) < FEWEST_EACH:
        return None
    parted, turns = _parted(held, side), int(np.count_nonzero(np.diff(side)))
    second = np.full(int(sitting[-1]) + 1, 0.5)
    if parted >= LEAST_JUDGED:
        second = _probabilities(judge(alpha), sitting, number, held, side)
    return Division(parted=parted, turns=turns, sitting=sitting, second=second)


def _means_of(sitting: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The place of each message's sitting among those that teach, and the weights that average each sitting."""
    place = np.cumsum(np.diff(sitting, prepend=sitting[:1]) > 0, dtype=np.int64)
    mean = np.zeros((int(place[-1]) + 1, len(sitting)))
    mean[place, np.arange(len(sitting))] = 1.0
    return place, np.asarray(mean / mean.sum(axis=1, keepdims=True))


def _parted(held: NDArray[np.float64], side: NDArray[np.float64]) -> float:
    """The distance of the two sides in deviations within a side."""
    a, b = held[side < 0], held[side > 0]
    spread = float(np.sqrt((a.var() * len(a) + b.var() * len(b)) / len(held))) + 0.02
    return float(b.mean() - a.mean()) / spread


def _first_split(
    products: NDArray[np.float64], squares: NDArray[np.float64], mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sides by the first principal direction of the sittings, without what each message shares with itself.

    ``products`` are those of the means of the centered messages, ``squares`` those of each message with itself.
    """
    between = products - np.diag(np.square(mean) @ squares)
    weight = np.sqrt((mean > 0).sum(axis=1))
    _, vectors = np.linalg.eigh(between * weight[:, None] * weight[None])
    direction = vectors[:, -1] / weight
    # The sign of an eigenvector is arbitrary: the largest entry decides.
    direction *= np.sign(direction[np.abs(direction).argmax()])
    return np.where(direction > np.median(direction), 1.0, -1.0)


def _held_out(
    invert: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    side: NDArray[np.float64],
    place: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each sitting's mean by a model that never saw it, and the weights of the messages in the whole model.

    ``invert`` gives the inverse of the kernel with a penalty for each message.
    """
    wanted = side[place]
    more, fewer = max(1, int((wanted > 0).sum())), max(1, int((wanted < 0).sum()))
    penalty = np.where(wanted > 0, max(0.25, more / fewer), max(0.25, fewer / more)) * PENALTY
    inverse = invert(penalty)
    alpha = inverse @ wanted
    held = np.zeros(len(side))
    # Sittings stand one after the other; those of one size are solved together.
    begin, size = np.searchsorted(place, np.arange(len(side))), np.bincount(place)
    for count in np.unique(size).tolist():
        alike = np.flatnonzero(size == count)
        own = begin[alike][:, None] + np.arange(count)
        blocks = inverse[own[:, :, None], own[:, None, :]]
        held[alike] = (wanted[own] - np.linalg.solve(blocks, alpha[own][..., None])[..., 0]).mean(axis=1)
    return held, alpha


def _probabilities(
    scores: NDArray[np.float64],
    sitting: NDArray[np.int64],
    number: NDArray[np.int64],
    held: NDArray[np.float64],
    side: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Per sitting the probability of the second side: two normal distributions of equal spread.

    Sittings that taught keep the score of the model that never saw them; short ones scatter more.
    """
    count = np.bincount(sitting)
    mean = np.bincount(sitting, weights=scores) / np.maximum(count, 1)
    mean[number] = held
    low, high = float(held[side < 0].mean()), float(held[side > 0].mean())
    within = np.concatenate((held[side < 0] - low, held[side > 0] - high))
    typical = float(np.mean(np.minimum(count[number], MOST_IN_SITTING)))
    variance = float(within.var()) + 0.01
    scatter = variance * np.maximum(1.0, typical / np.maximum(count, 1))
    odds = (high - low) * (mean - (high + low) / 2) / scatter
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def model_of(weights: NDArray[np.float64], intercept: float, weighting: Weighting) -> FoldModels:
    """The whole model of a division in the form that scores texts."""
    return FoldModels(
        weighting=weighting,
        weights=weights[None, : weighting.width],
        marks=weights[None, weighting.width :],
        intercepts=np.array([intercept]),
        counts=None,
    )
