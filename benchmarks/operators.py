"""Do several hands write under one name? Accounts of one and of two writers, sittings in turn.

    python -m benchmarks.operators COLLECTION.tsv.gz ...

Two writers of one collection take turns by sittings of 4 to 16 messages, the second with a quarter to half of them;
the controls are single writers cut into sittings in the same way. The threshold is the shipped one.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.splices import read_authors, texts_of
from wa_forensics.behaviour.division import FEWEST_TURNS
from wa_forensics.behaviour.operators import SURE
from wa_forensics.behaviour.styled import Texts
from wa_forensics.behaviour.windows import read_calibration
from wa_forensics.behaviour.writers import Measured, measure

MESSAGES = 360
FEWEST = 200
ACCOUNTS = 40
OTHERS = 10
BREAK = 7200


def stream(
    authors: Mapping[str, Sequence[str]], names: Sequence[str], draw: random.Random, *, shared: bool
) -> tuple[Texts, list[int]]:
    """The texts of a chat whose sender 0 is one or two writers, and the writer of each of its messages."""
    writers = draw.sample(list(names), 2 if shared else 1)
    place = [draw.randrange(max(1, len(authors[w]) - MESSAGES + 1)) for w in writers]
    share = draw.uniform(0.25, 0.5)
    own: list[str] = []
    seconds: list[int] = []
    whose: list[int] = []
    clock = 0
    while len(own) < MESSAGES:
        who = int(shared and draw.random() < share)
        clock += BREAK
        for _ in range(draw.randint(4, 16)):
            messages = authors[writers[who]]
            own.append(messages[place[who] % len(messages)])
            place[who] += 1
            clock += 60
            seconds.append(clock)
            whose.append(who)
    rest = [name for name in names if name not in writers]
    draw.shuffle(rest)
    others = [authors[name][:125] for name in rest[:OTHERS]]
    texts = texts_of([own, *others])
    late = np.arange(len(texts.message) - len(own)) * 60
    return (
        replace(texts, seconds=np.concatenate((seconds, late)).astype(np.int64)),
        whose,
    )


def judged(measured: Measured, whose: Sequence[int]) -> tuple[float, float, float]:
    """How clearly the sittings part, the share of messages given to a hand, and how many of these rightly."""
    division = measured.division
    if division is None or division.turns < FEWEST_TURNS:
        return 0.0, 0.0, 0.0
    second = division.second[division.sitting]
    truth = np.array(whose)[measured.message] == 1
    given = (second >= SURE) | (second <= 1 - SURE)
    right = (second > 0.5) == truth
    best = max(right[given].mean(), 1 - right[given].mean()) if given.any() else 0.0
    return division.parted, float(given.mean()), float(best)


def controls(authors: Mapping[str, Sequence[str]], *, shared: bool = False) -> list[tuple[float, float, float]]:
    """``judged`` for accounts of one writer (or two)."""
    names = [name for name, texts in authors.items() if len(texts) >= FEWEST]
    draw = random.Random(7 + shared)  # noqa: S311 (a reproducible sample)
    found = []
    for _ in range(ACCOUNTS):
        texts, whose = stream(authors, names, draw, shared=shared)
        found.append(judged(next(measure(texts, OTHERS + 1)), whose))
    return found


def main() -> None:
    limit = read_calibration().parted
    print(f"Reported from {limit:.1f} deviations; attributed from {SURE:.0%}.\n")
    print(
        "| collection | accounts of each kind | one hand: reported | parted, median / 95 % / most | two: reported "
        "| attributed | of these rightly |"
    )
    print("|---|---|---|---|---|---|---|")
    for path in sys.argv[1:]:
        authors = read_authors(Path(path))
        one, two = np.array(controls(authors)), np.array(controls(authors, shared=True))
        parted, seen = one[:, 0], two[two[:, 0] >= limit]
        print(
            f"| {Path(path).name.split('.')[0]} | {ACCOUNTS} | {(parted >= limit).mean():.2f} "
            f"| {np.median(parted):.1f} / {np.quantile(parted, 0.95):.1f} / {parted.max():.1f} "
            f"| {len(seen) / ACCOUNTS:.2f} | {seen[:, 1].mean():.2f} | {seen[:, 2].mean():.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
