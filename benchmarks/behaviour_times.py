"""Hours and pace beside style: blocks of ten with an intruder who keeps the owner's, and one who has other ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_calibration import Scored
from benchmarks.splices import Account

BLOCK = 10
# A pause as long as this opens another sitting and says nothing of the pace.
SITTING = 1800
# Borders of the classes of seconds between two messages.
GAPS = np.array([1, 5, 10, 20, 40, 80, 160, 320, 640, SITTING])
SHIFT = 8
# What a block of average strangeness 1 adds to its style.
WEIGHT = 0.5
INTRUDERS = {
    "the owner's hours and pace": (0, False),
    f"{SHIFT} hours later": (SHIFT, False),
    "the pace of another account": (0, True),
    f"{SHIFT} hours later, the pace of another account": (SHIFT, True),
}


# Style, hours and pace of the blocks of one account.
Blocks: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def block_means(values: NDArray[np.float64], size: int = BLOCK) -> NDArray[np.float64]:
    means: NDArray[np.float64] = values[: len(values) // size * size].reshape(-1, size).mean(axis=1)
    return means


def report_times(sets: Mapping[str, Sequence[Account]], scored: Mapping[str, Sequence[Scored]]) -> None:
    """Found at 1 % false alarms by style, hours and pace alone, and by all of them.

    A sitting counts once for its hour, and only pauses inside a sitting count for the pace, so that no fact is
    counted twice.
    """
    print("\nHours and pace beside style: found at 1 % false alarms, blocks of ten\n")
    print("| collection | accounts | intruder | style | hours | pace | style and hours | all |")
    print("|---|---|---|---|---|---|---|---|")
    for name, accounts in sets.items():
        pairs = [(a, s) for a, s in zip(accounts, scored[name], strict=True) if a.seconds]
        if len(pairs) < 2:
            continue
        clocks = [np.array(account.seconds) for account, _ in pairs]
        everybody = np.mean([_shares(_classes(clock)) for clock in clocks], axis=0)
        for label, (shift, other) in INTRUDERS.items():
            draw = np.random.default_rng(0)
            genuine, foreign = [], []
            for number, (_, one) in enumerate(pairs):
                host = (number + 1) % len(pairs) if other else number
                owner = clocks[number]
                genuine.append((block_means(one.own), _hours(owner, 0), _pace(owner, owner, everybody)))
                style = one.donors.reshape(-1, BLOCK).mean(axis=1)
                beside = (_hours(owner, shift), _pace(clocks[host], owner, everybody))
                foreign.append((style, *(draw.choice(values, len(style)) for values in beside)))
            print(f"| {name} | {len(pairs)} | {label} | {' | '.join(_found(genuine, foreign))} |")


def _found(genuine: Sequence[Blocks], foreign: Sequence[Blocks]) -> list[str]:
    sides = []
    for rows in (genuine, foreign):
        style, hours, pace = (np.concatenate(column) for column in zip(*rows, strict=True))
        sides.append((style, hours, pace, style + WEIGHT * hours, style + WEIGHT * (hours + pace)))
    return [f"{float((strange > np.quantile(own, 0.99)).mean()):.2f}" for own, strange in zip(*sides, strict=True)]


def _openings(clock: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.diff(clock, prepend=clock[:1] - SITTING) >= SITTING


def _hours(clock: NDArray[np.int64], shift: int) -> NDArray[np.float64]:
    """How unusual the hours of each block are for the account (natural log), one an opened sitting."""
    hour = clock // 3600 % 24
    counts = np.bincount(hour[_openings(clock)], minlength=24).astype(float)
    smooth = counts + 0.5 * (np.roll(counts, 1) + np.roll(counts, -1)) + 0.25
    strange = -np.log(24 * smooth / smooth.sum())
    counted = _openings(clock)
    counted[::BLOCK] = True
    return _means(strange[(hour + shift) % 24], counted)


def _classes(clock: NDArray[np.int64]) -> NDArray[np.int64]:
    """The class of the seconds before each message, -1 where a sitting opens."""
    return np.where(_openings(clock), -1, np.searchsorted(GAPS, np.diff(clock, prepend=clock[:1]), side="right"))


def _shares(classes: NDArray[np.int64]) -> NDArray[np.float64]:
    counts = np.bincount(classes[classes >= 0], minlength=len(GAPS) + 1) + 1.0
    return np.asarray(counts / counts.sum())


def _pace(clock: NDArray[np.int64], owner: NDArray[np.int64], everybody: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much likelier the pace of each block is for anybody than for the owner (natural log)."""
    classes = _classes(clock)
    return _means(np.log(everybody / _shares(_classes(owner)))[classes], classes >= 0)


def _means(values: NDArray[np.float64], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The mean of the counted values of each block, 0 where there are none."""
    blocks = len(values) // BLOCK
    kept = np.where(counted, values, 0.0)[: blocks * BLOCK].reshape(blocks, BLOCK).sum(axis=1)
    number = counted[: blocks * BLOCK].reshape(blocks, BLOCK).sum(axis=1)
    return np.asarray(kept / np.maximum(number, 1))
