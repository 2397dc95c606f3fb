"""Short histories: real splices into streams of 40 to 140 own messages, one to twelve other participants.

Everything is learned anew for each spliced stream, since the splice is a large part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.splices import Account, texts_of
from wa_forensics.behaviour import writers
from wa_forensics.behaviour.styled import styled
from wa_forensics.behaviour.windows import scan_short, short_terms, strongest

HISTORIES = (40, 60, 90, 140)
SPLICES = (6, 10, 15)
COMPANY = (1, 3, 12)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Mean scores of the stretches of one short stream; ``begin`` and ``length`` of its splice (0 = genuine)."""

    history: int
    means: dict[int, NDArray[np.float64]]
    begin: int = 0
    length: int = 0


def short_streams(accounts: Sequence[Account], seed: int = 2) -> list[Stream]:
    """For every account one genuine stream per history, and one with a splice of each length."""
    draw = np.random.default_rng(seed)
    made: list[Stream] = []
    for account in accounts:
        for history in HISTORIES:
            if len(account.own) < history:
                continue
            start = int(draw.integers(0, len(account.own) - history + 1))
            own = list(account.own[start : start + history])
            company = COMPANY[int(draw.integers(0, len(COMPANY)))]
            beside = [list(o)[: 2 * history // company + 1] for o in account.others[:company]]
            made += _stream(own, beside, 0, 0)
            for k in SPLICES:
                if 3 * k > history:
                    continue
                donor = account.donors[int(draw.integers(0, len(account.donors)))]
                begin, place = int(draw.integers(0, len(donor) - k + 1)), int(draw.integers(0, history - k + 1))
                mixed = own[:place] + list(donor[begin : begin + k]) + own[place : history - k]
                made += _stream(mixed, beside, place, k)
    return made


def _stream(own: list[str], beside: list[list[str]], begin: int, length: int) -> list[Stream]:
    texts = texts_of([own, *beside])
    size = writers.SIZES[0]
    sample = writers.make_sample(texts, np.bincount(texts.sender), size)
    points, kept = styled(texts.take(np.flatnonzero(texts.sender == 0)))
    hand = writers.learn(writers.read_traits(points), 0, sample, size)
    if hand is None:
        return []
    first, last = np.searchsorted(kept, (begin, begin + length))
    return [Stream(history=len(kept), means=dict(hand.means), begin=int(first), length=int(last - first))]


def fit_short(streams: Sequence[Stream], seed: int = 0) -> NDArray[np.float64]:
    """Logistic regression of spliced stretches against the stretches of genuine streams."""
    draw = np.random.default_rng(seed)
    rows, labels, weights = [], [], []
    for stream in streams:
        for size, mean in stream.means.items():
            if 2 * size > stream.history:
                break
            table = short_terms(mean, size, stream.history)
            if stream.length == 0:
                picked, label = draw.integers(0, len(mean), 12), 0.0
            elif 0.6 <= size / stream.length <= 1.4 and stream.begin + size <= stream.history:
                picked, label = np.array([min(stream.begin, len(mean) - 1)]), 1.0
            else:
                continue
            rows.append(table[picked])
            labels.append(np.full(len(picked), label))
            weights.append(np.full(len(picked), 1 / len(picked)))
    x, y, w = np.vstack(rows), np.concatenate(labels), np.concatenate(weights)
    w[y == 1] *= w[y == 0].sum() / w[y == 1].sum()
    return logistic(x, y, w, ridge=1e-3)


def logistic(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], *, ridge: float
) -> NDArray[np.float64]:
    """Coefficients of a weighted logistic regression of ``y`` (0 or 1), penalized per row and after scaling."""
    w = weight / weight.mean()
    scale = np.abs(x).mean(axis=0) + 1e-9
    x = x / scale
    beta, penalty = np.zeros(x.shape[1]), ridge * len(y)
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + penalty * np.eye(len(beta))
        beta += np.linalg.solve(hessian, x.T @ (w * (y - p)) - penalty * beta)
    return np.asarray(beta / scale, dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class ShortResult:
    """Genuine messages, log ratios of their strongest stretches, and the log ratio at each splice by length."""

    messages: int
    alarms: NDArray[np.float64]
    splices: dict[int, NDArray[np.float64]]

    def threshold(self, rate: float) -> float:
        rank = round(rate * self.messages / 10_000)
        return float(self.alarms[min(rank, len(self.alarms) - 1)])


def run_short(streams: Sequence[Stream], beta: NDArray[np.float64]) -> ShortResult:
    alarms: list[float] = []
    splices: dict[int, list[float]] = {k: [] for k in SPLICES}
    weights = beta.tolist()
    for stream in streams:
        best, size = scan_short(stream.means, stream.history, weights)
        if stream.length == 0:
            alarms += [found.ratio for found in strongest(best, size)]
            continue
        begin = np.arange(stream.history)
        shared = np.minimum(begin + size, stream.begin + stream.length) - np.maximum(begin, stream.begin)
        covers = shared * 2 >= stream.length
        k = min(SPLICES, key=lambda n: abs(n - stream.length))
        splices[k].append(float(best[covers].max()) if covers.any() else float("-inf"))
    return ShortResult(
        messages=sum(s.history for s in streams if s.length == 0),
        alarms=np.sort(np.array(alarms))[::-1],
        splices={k: np.array(values) for k, values in splices.items()},
    )
