"""An intruder writes to several contacts at once: each chat judged alone, and the account over all its chats.

    python -m benchmarks.behaviour_across COLLECTION.tsv.gz ...

The messages of an account are dealt out, sitting by sitting, to 1, 2 or 4 chats, the other participants to one chat
each; at one moment a stranger writes k messages to every chat. Thresholds are the shipped ones at 1 false alarm in
10,000 genuine messages. Found: a reported stretch holds half of the stranger's messages (of any chat, or of all
together) and at least as many of theirs as of the owner's.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.behaviour_calibration import FEWEST, collections
from benchmarks.splices import DONOR, Account, texts_of
from wa_forensics import behaviour
from wa_forensics.behaviour.change import RATE, thresholds
from wa_forensics.behaviour.judging import judged
from wa_forensics.behaviour.styled import Texts
from wa_forensics.behaviour.windows import Stretch, read_calibration
from wa_forensics.behaviour.writers import Measured, measure_sender

ACCOUNTS = 16
CHATS = (1, 2, 4)
SPLICES = (5, 10)
SITTING = 8
BREAK = 6 * 3600


def dealt(account: Account, chats: int, k: int, draw: random.Random) -> list[tuple[Texts, NDArray[np.bool_]]]:
    """The texts of each chat, the account as sender 0, and which of them the stranger wrote."""
    own: list[list[tuple[int, str, bool]]] = [[] for _ in range(chats)]
    moment = draw.randrange(len(account.own) // SITTING)
    donor = account.donors[draw.randrange(len(account.donors))]
    begin = draw.randrange(DONOR + 1 - max(1, k * chats))
    for sitting in range(-(-len(account.own) // SITTING)):
        clock = sitting * BREAK
        home = own[draw.randrange(chats)]
        for i, text in enumerate(account.own[sitting * SITTING : (sitting + 1) * SITTING]):
            home.append((clock + 60 * i, text, False))
        if sitting == moment:
            for i in range(k * chats):
                own[i % chats].append((clock + BREAK // 2 + 30 * i, donor[begin + i], True))
    made = []
    for number, messages in enumerate(own):
        others = account.others[number::chats]
        texts = texts_of([[text for _, text, _ in messages], *others])
        late = np.arange(len(texts.message) - len(messages)) * 60
        seconds = np.concatenate(([at for at, _, _ in messages], late)).astype(np.int64)
        strange = np.concatenate(([is_strange for _, _, is_strange in messages], np.zeros(len(late), dtype=bool)))
        made.append((replace(texts, seconds=seconds), strange.astype(bool)))
    return made


def reported(one: Measured, stretches: tuple[Stretch, ...]) -> list[Stretch]:
    """The stretches that pass the threshold of 1 in 10,000."""
    least = thresholds(one, read_calibration())[RATE]
    return [stretch for stretch in stretches if stretch.ratio >= least]


def _holds(stretch: Stretch, strange: NDArray[np.bool_]) -> bool:
    inside = int(strange[stretch.first : stretch.last + 1].sum())
    return 2 * inside >= max(strange.sum(), stretch.last + 1 - stretch.first) and inside > 0


def judge(chats: list[tuple[Texts, NDArray[np.bool_]]]) -> tuple[bool, bool, int, int]:
    """Whether a chat alone and the account together show the stranger, and what else is reported (alone, together)."""
    alone, wrong = False, 0
    for texts, strange in chats:
        one = measure_sender(texts, int(texts.sender.max()) + 1, 0)
        if one is not None:
            truth = strange[one.message]
            told = reported(one, judged(one, texts.seconds[one.message], read_calibration())[1])
            alone |= any(_holds(stretch, truth) for stretch in told)
            wrong += sum(not truth[stretch.first : stretch.last + 1].any() for stretch in told)
    found = behaviour.join([texts for texts, _ in chats])
    if found is None:
        return alone, False, wrong, 0
    truth = np.array([chats[p][1][m] for p, m in zip(found.place.tolist(), found.message.tolist(), strict=True)])
    told = reported(found.measured, found.stretches)
    return (
        alone,
        any(_holds(stretch, truth) for stretch in told),
        wrong,
        sum(not truth[stretch.first : stretch.last + 1].any() for stretch in told),
    )


def main() -> None:
    print("| collection | k in each | chats | found in a chat alone | together | false per 10,000, alone | together |")
    print("|---|---|---|---|---|---|---|")
    for name, accounts in collections([Path(p) for p in sys.argv[1:]], fewest=FEWEST, most=ACCOUNTS).items():
        messages = sum(len(account.own) for account in accounts)
        for k in SPLICES:
            for chats in CHATS:
                draw = random.Random(k * 100 + chats)  # noqa: S311 (a reproducible sample)
                rows = np.array([judge(dealt(account, chats, k, draw)) for account in accounts], dtype=float)
                alone, together, *wrong = rows.sum(axis=0).tolist()
                rates = " | ".join(f"{10_000 * count / messages:.1f}" for count in wrong)
                print(
                    f"| {name} | {k} | {chats} | {alone / len(rows):.2f} | {together / len(rows):.2f} | {rates} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
