"""Print the splice benchmark for chats of few writers, with and without the generic background beside them.

    python -m benchmarks.behaviour_pairs COLLECTION.tsv.gz ...

Each account writes with one other author of its collection, or with three, who give 450 messages together. Models are
learned anew, calibration and thresholds are the shipped ones.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.behaviour_calibration import FEWEST, RATES, SPLICES, run, score_account
from benchmarks.splices import Account, make_accounts, read_authors
from wa_forensics.behaviour import writers
from wa_forensics.behaviour.windows import read_calibration

ACCOUNTS = 16
OTHERS = 450


def among(account: Account, authors: Mapping[str, Sequence[str]], count: int, draw: random.Random) -> Account:
    """The account with so many others, none of them itself or a donor of its splices."""
    each = OTHERS // count
    others: list[tuple[str, ...]] = []
    for name in draw.sample(sorted(authors), len(authors)):
        written = set(authors[name])
        strange = all(sum(text in written for text in run) * 2 < len(run) for run in (account.own, *account.donors))
        if strange and len(authors[name]) >= each:
            others.append(tuple(authors[name][:each]))
        if len(others) == count:
            return replace(account, others=tuple(others))
    message = "the collection has too few authors"
    raise ValueError(message)


def main() -> None:
    calibration, few = read_calibration(), writers.FEW_WRITERS
    lengths = " | ".join(f"k = {k}" for k in SPLICES)
    print(f"| collection | other writers | background | per 10,000 | reached | {lengths} |")
    print("|---|---|---|---|---|" + "---|" * len(SPLICES))
    for path in map(Path, sys.argv[1:]):
        authors = read_authors(path)
        accounts = make_accounts(authors, fewest=FEWEST, most=ACCOUNTS)
        for count in (1, 3):
            draw = random.Random(count)  # noqa: S311 (a reproducible sample)
            chats = [among(account, authors, count, draw) for account in accounts]
            for name, writers.FEW_WRITERS in (("none", 0), ("generic", few)):
                result = run([score_account(chat) for chat in chats], calibration.tail)
                for rate in RATES:
                    least = calibration.thresholds[rate]
                    reached = 10_000 * float((result.alarms > least).sum()) / result.messages
                    cells = " | ".join(f"{(result.splices[k] > least).mean():.2f}" for k in SPLICES)
                    place = path.name.split(".")[0]
                    print(f"| {place} | {count} | {name} | {rate} | {reached:.1f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
