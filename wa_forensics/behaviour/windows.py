"""How strongly a stretch of messages speaks for another hand: calibrated log-likelihood ratios and a scan.

A stretch is judged by its mean score, beside the sender's usual level and spread and the messages around it. Stretches
of different lengths are made comparable by how often genuine accounts reach such a value (an exponential tail for each
length), so that every length gets an equal share of the false alarms. The figures come from public chats
(``benchmarks/behaviour_calibration.py``); ``calibration.json`` names them and the error rates that were measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    # A sender's usual level and spread; arrays of one column for several streams.
    Usual: TypeAlias = tuple[float, float] | tuple[NDArray[np.float64], NDArray[np.float64]]

LENGTHS = (5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)
BLOCK = 10
MOST_STRETCHES = 3
# How much of the usual level is taken off a mean: all of it would pardon whoever is always like others, none of it
# would accuse them.
LEVEL = 0.4
# How many usual spreads a mean has to exceed the level: moody writers owe more.
SPREAD = 0.7
# What strange neighbours take off: a topic or a mood comes and goes slowly, a splice has two sharp edges. The bound
# keeps a take-over that is longer than any stretch from hiding itself.
NEIGHBOURS = 20
NEIGHBOURS_SHARE = 0.7
NEIGHBOURS_MOST = 2.0
LEAST_SLOPE = 0.05


@dataclass(frozen=True, kw_only=True)
class Tested:
    """Accounts of one hand that were divided, and how many parted as clearly as ``parted``."""

    accounts: int
    above: int


@dataclass(frozen=True, kw_only=True)
class Tail:
    """How genuine stretches of a length are distributed far out, and how that becomes a log-likelihood ratio.

    ``start`` (a value) and ``slope`` (per unit of the value) are polynomials in log(length / 10): genuine accounts
    exceed ``start`` at the same rate at every length, and exp(-slope * x) times more seldom a value ``x`` higher.
    ``ratio`` holds intercept and factor that turn slope * x into a log ratio.
    """

    start: tuple[float, ...]
    slope: tuple[float, ...]
    ratio: tuple[float, float]

    def height(self, value: NDArray[np.float64], length: int) -> NDArray[np.float64]:
        """How far out a value is at this length: natural log of how much more seldom than ``start``."""
        size = float(np.log(length / BLOCK))
        start, slope = (float(np.polyval(part[::-1], size)) for part in (self.start, self.slope))
        return (value - start) * max(slope, LEAST_SLOPE)

    def log_ratio(self, value: NDArray[np.float64], length: int) -> NDArray[np.float64]:
        return self.ratio[0] + self.ratio[1] * self.height(value, length)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The tail of genuine stretches and thresholds: the log ratio reached n times in 10,000 genuine messages.

    ``parted`` is how clearly the sittings of an account must part to speak of two hands.
    """

    tail: Tail
    thresholds: Mapping[int, float]
    found: Mapping[int, Mapping[int, float]]
    short_coefficients: tuple[float, ...]
    short_thresholds: Mapping[int, float]
    short_found: Mapping[int, Mapping[int, float]]
    accounts: int
    messages: int
    parted: float
    parted_false: Tested


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Positions [first, last] among a sender's measured messages, and the natural log of the likelihood ratio."""

    first: int
    last: int
    ratio: float


@cache
def read_calibration() -> Calibration:
    """The calibration that is shipped with the package."""
    data = json.loads((files("wa_forensics.behaviour") / "calibration.json").read_text("utf-8"))
    return Calibration(
        tail=Tail(**{name: tuple(part) for name, part in data["tail"].items()}),
        thresholds={int(rate): value for rate, value in data["thresholds"].items()},
        found={int(r): {int(k): share for k, share in row.items()} for r, row in data["found"].items()},
        short_coefficients=tuple(data["short_coefficients"]),
        short_thresholds={int(rate): value for rate, value in data["short_thresholds"].items()},
        short_found={int(r): {int(k): v for k, v in row.items()} for r, row in data["short_found"].items()},
        accounts=data["accounts"],
        messages=data["messages"],
        parted=data["parted"],
        parted_false=Tested(**data["parted_false"]),
    )


def steadiness(score: NDArray[np.float64]) -> tuple[float, float]:
    """A sender's usual level and spread of the means of ten messages.

    Medians: the stretch that is looked for must not make its sender look unsteady.
    """
    blocks = len(score) // BLOCK
    means = score if blocks <= 2 else score[: blocks * BLOCK].reshape(blocks, BLOCK).mean(axis=1)
    level = float(np.median(means))
    spread = 1.4826 * float(np.median(np.abs(means - level))) if blocks > 2 else 1.0
    return level, spread


def strangeness(
    score: NDArray[np.float64], first: NDArray[np.int64], length: int, sender: Usual
) -> NDArray[np.float64]:
    """How strange the stretches of one length are that begin at ``first``, in units of the scores.

    ``score`` may hold several streams as rows.
    """
    total, after = _totals(score), first + length
    inside = total[..., after + NEIGHBOURS] - total[..., first + NEIGHBOURS]
    around = total[..., after + 2 * NEIGHBOURS] - total[..., first] - inside
    beside = np.minimum(first, NEIGHBOURS) + np.minimum(score.shape[-1] - after, NEIGHBOURS)
    return _strangeness(inside / length, around, beside, sender)


def _totals(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of the scores before each position, with ``NEIGHBOURS`` positions more on either side."""
    total = np.zeros((*score.shape[:-1], score.shape[-1] + 1 + 2 * NEIGHBOURS))
    np.cumsum(score, axis=-1, out=total[..., NEIGHBOURS + 1 : -NEIGHBOURS])
    total[..., -NEIGHBOURS:] = total[..., -NEIGHBOURS - 1, None]
    return total


def _every_strangeness(total: NDArray[np.float64], length: int, sender: Usual) -> NDArray[np.float64]:
    """As ``strangeness``, for all stretches of a length, from the sums: nothing is looked up."""
    begins = total.shape[-1] - 2 * NEIGHBOURS - length
    inside = total[..., NEIGHBOURS + length :][..., :begins] - total[..., NEIGHBOURS:][..., :begins]
    around = total[..., 2 * NEIGHBOURS + length :][..., :begins] - total[..., :begins] - inside
    before = np.minimum(np.arange(begins), NEIGHBOURS)
    return _strangeness(inside / length, around, before + before[::-1], sender)


def _strangeness(
    mean: NDArray[np.float64], around: NDArray[np.float64], beside: NDArray[np.int64], sender: Usual
) -> NDArray[np.float64]:
    """From the mean of a stretch and the sum of so many messages beside it."""
    level, spread = sender
    around = np.where(beside > 0, around / np.maximum(beside, 1), level)
    value = mean - LEVEL * level - SPREAD * spread
    return np.asarray(value - np.clip(NEIGHBOURS_SHARE * (around - level), 0.0, NEIGHBOURS_MOST))


def scan(
    tracks: Sequence[NDArray[np.float64]], folds: Sequence[NDArray[np.int64]], sender: Usual, tail: Tail
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For each position the highest log ratio of a stretch that begins there, and its length.

    ``tracks`` are the scores under each partition, ``folds`` the fold of each message there.
    """
    count = len(tracks[0])
    best = np.full(count, -np.inf)
    size = np.zeros(count, dtype=np.int64)
    totals = [_totals(track) for track in tracks]
    for length in LENGTHS:
        begins = count - length + 1
        if begins < 1:
            break
        values = [_every_strangeness(total, length, sender) for total in totals]
        ratio = tail.log_ratio(joined(values, folds, slice(begins), slice(length - 1, count)), length)
        better = ratio > best[:begins]
        best[:begins][better] = ratio[better]
        size[:begins][better] = length
    return best, size


def joined(
    values: Sequence[NDArray[np.float64]],
    folds: Sequence[NDArray[np.int64]],
    first: NDArray[np.int64] | slice,
    last: NDArray[np.int64] | slice,
) -> NDArray[np.float64]:
    """The value of each stretch, by its values under each partition: the mean over those where a fold holds it whole.

    There the model saw none of it. Where every partition cuts it the highest counts. ``first`` and ``last`` are the
    positions of the first and last messages.
    """
    if len(values) == 1:
        return values[0]
    value, whole = np.stack(values), np.stack([fold[first] == fold[last] for fold in folds])
    mean = (value * whole).sum(axis=0) / np.maximum(whole.sum(axis=0), 1)
    return np.asarray(np.where(whole.any(axis=0), mean, value.max(axis=0)))


def scan_short(
    means: Mapping[int, NDArray[np.float64]], history: int, coefficients: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """As ``scan``, for a short history: stretches of each size are judged against the sender's other stretches."""
    best = np.full(history, -np.inf)
    size = np.zeros(history, dtype=np.int64)
    weights = np.asarray(coefficients)
    for length, mean in means.items():
        if 2 * length > history:
            break
        ratio = short_terms(mean, length, history) @ weights
        better = ratio > best[: len(mean)]
        best[: len(mean)][better] = ratio[better]
        size[: len(mean)][better] = length
    return best, size


def short_terms(mean: NDArray[np.float64], length: int, history: int) -> NDArray[np.float64]:
    """The terms with a short history: level, excess over the sender's usual, the same in units of its spread."""
    usual = float(np.median(mean))
    spread = 1.4826 * float(np.median(np.abs(mean - usual)))
    excess = mean - usual
    unit = excess / (spread + 0.3)
    one = np.ones_like(mean)
    size, past = float(np.log(length / 10)), float(np.log(history / 60))
    columns = [one, mean, excess, unit, excess * size, unit * size, excess * past, unit * past]
    columns += [one * size, one * past, one * usual, one * spread, np.minimum(unit, 4.0) * excess]
    return np.stack(columns, axis=1)


def strongest(best: NDArray[np.float64], size: NDArray[np.int64], most: int = MOST_STRETCHES) -> tuple[Stretch, ...]:
    """The strongest stretches that do not overlap, strongest first."""
    left = best.copy()
    begin = np.arange(len(best))
    found: list[Stretch] = []
    for _ in range(most):
        if len(left) == 0 or not np.isfinite(left.max()):
            break
        first = int(left.argmax())
        end = first + int(size[first])
        found.append(Stretch(first=first, last=end - 1, ratio=float(left[first])))
        left[(begin < end) & (begin + size > first)] = -np.inf
    return tuple(found)


def refine(stretch: Stretch, score: NDArray[np.float64], level: float, border: NDArray[np.bool_]) -> Stretch:
    """Draw the ends where the two hands part best; a pause before a message (``border``) attracts an end.

    The run with the largest sum of (score - midpoint between inside and usual) near the stretch is taken.
    """
    low, high = max(0, stretch.first - 25), min(len(score), stretch.last + 26)
    inside = float(score[stretch.first : stretch.last + 1].mean())
    gain = score[low:high] - (inside + level) / 2
    prefix = np.concatenate(([0.0], np.cumsum(gain)))
    attract = np.append(border[low:high], high == len(score) or bool(border[min(high, len(score) - 1)])) * 2.0
    begin_value, end_value = prefix - attract, prefix + attract
    # Only ends that keep the middle of the stretch inside are looked at.
    middle = (stretch.first + stretch.last) // 2 - low
    first = int(begin_value[: middle + 1].argmin())
    last = int(end_value[middle + 1 :].argmax()) + middle
    return Stretch(first=low + first, last=low + last, ratio=stretch.ratio)


def strangest(
    tracks: Sequence[NDArray[np.float64]],
    folds: Sequence[NDArray[np.int64]],
    first: NDArray[np.int64],
    length: int,
    sender: Usual,
) -> NDArray[np.float64]:
    """As ``strangeness``, by the scores under several partitions."""
    values = [strangeness(track, first, length, sender) for track in tracks]
    return joined(values, folds, first, first + length - 1)


def ratio_of(
    tracks: Sequence[NDArray[np.float64]],
    folds: Sequence[NDArray[np.int64]],
    low: int,
    high: int,
    sender: Usual,
    tail: Tail,
) -> float:
    """The log ratio of one given stretch, messages low..high-1."""
    if low >= high:
        return 0.0
    length = min(max(high - low, LENGTHS[0]), LENGTHS[-1])
    return float(tail.log_ratio(strangest(tracks, folds, np.array([low]), high - low, sender), length)[0])


def short_ratio(
    means: Mapping[int, NDArray[np.float64]], low: int, high: int, history: int, coefficients: Sequence[float]
) -> float | None:
    """The log ratio of one given stretch with a short history, by the measured size nearest to its length."""
    usable = [size for size in means if 2 * size <= history]
    if not usable:
        return None
    size = min(usable, key=lambda n: (abs(n - (high - low)), n))
    # A stretch longer than the sizes is judged by its best part.
    begins = np.arange(min(low, len(means[size]) - 1), min(max(low + 1, high - size + 1), len(means[size])))
    ratio = short_terms(means[size], size, history) @ np.asarray(coefficients)
    return float(ratio[begins].max())
