"""Fit the weights of what an account's whole course says on the labelled chats; measure them on collections left out.

    python scripts/train_course.py FOLDER [--write]

Needs scikit-learn (``pip install scikit-learn``). Chats: those of ``scripts/train_reactions.py``, each whole and with
most phrases taken away. An account with three lines or more that an attacker wrote under the account's own name is a
play; one without any labelled or optional line is honest; accounts that somebody took over are neither. FOLDER has the
ordinary rooms of ``benchmarks/evaluate_detection.py``: the first half of each is honest too, the second is only scored.
Accounts are scored by weights fitted without their collection of chats. --write puts the weights, fitted on everything,
into ``wa_forensics/wording/data/course.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

import collections_of_messages  # noqa: E402
import evaluate_detection  # noqa: E402
from train_reactions import TOLD, forget, paths  # noqa: E402

from wa_forensics.chat import Chat  # noqa: E402
from wa_forensics.context.course import LIMIT, course_columns, lines_of_accounts  # noqa: E402
from wa_forensics.search import lexicon  # noqa: E402

TARGET = ROOT / "wa_forensics" / "wording" / "data" / "course.json"
# Share of the phrases taken away, and the number of the draw.
DRAWS = ((0.0, 0), (0.5, 1), (0.7, 1), (0.7, 2), (0.7, 3), (0.9, 4))
STRENGTH = 0.1
LEAST_SPREAD = 0.05
# So many lines of an attacker make a play.
PLAY = 3
# What labels say that is not written by who attacks.
OF_OTHERS = TOLD | {"otp_disclosed"}
# All accounts of the rooms together weigh as much as so many others.
ROOMS_WEIGH = 300.0
SHOWN = (0.0, 0.5, LIMIT, 1.5, 2.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Accounts:
    """Accounts of all chats and draws: a row each of features, collection ("x", "name of a room:half"), draw, and
    whether it is a play."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    collection: NDArray[np.str_]
    draw: NDArray[np.int64]
    play: NDArray[np.bool_]

    @property
    def of_rooms(self) -> NDArray[np.bool_]:
        """Accounts of ordinary rooms."""
        return np.char.count(self.collection, ":") > 0

    @property
    def fitted(self) -> NDArray[np.bool_]:
        """Accounts that weights may be fitted on."""
        return ~np.char.endswith(self.collection, ":second half")


def accounts(folder: Path) -> Accounts:
    """The accounts of the labelled chats, once per draw of phrases, and of the rooms."""
    names: tuple[str, ...] = ()
    rows = []
    for chat, collection, draw, play, known in (*of_chats(), *of_rooms(folder)):
        if not known.any():
            continue
        columns = course_columns(chat)
        names = tuple(columns)
        size = int(known.sum())
        values = np.column_stack(list(columns.values()))[known]
        rows.append((values, np.full(size, collection), np.full(size, draw), play[known]))
    values, collections, draws, plays = (np.concatenate(part) for part in zip(*rows, strict=True))
    return Accounts(names=names, values=values, collection=collections, draw=draws, play=plays)


def of_chats() -> Iterator[tuple[Chat, str, int, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Chat, collection and draw; which accounts are plays, and of which that is known."""
    count = len(lexicon().phrases.concept_codes)
    for path in paths():
        labels = json.loads(path.read_text("utf-8"))
        hostile = {m["line"] for m in labels["messages"] if not {m["label"], *m.get("also", [])} <= OF_OTHERS}
        doubtful = hostile | {o["line"] if isinstance(o, dict) else o for o in labels.get("optional") or []}
        taken = (labels.get("incident") or {}).get("account")
        for draw, (share, seed) in enumerate(DRAWS):
            text = path.with_name(path.name.replace(".labels.json", ".txt"))
            chat = evaluate_detection.read(text, labels["date_order"])
            forget(chat, np.random.default_rng(seed).random(count) < share)
            play, known = [], []
            for account in lines_of_accounts(chat):
                lines = chat.columns.line[chat.columns.sender == account.sender].tolist()
                play.append(len(hostile.intersection(lines)) >= PLAY)
                honest = not doubtful.intersection(lines)
                known.append(chat.senders[account.sender] != taken and (play[-1] or honest))
            yield chat, path.name[0], draw, np.array(play, dtype=bool), np.array(known, dtype=bool)


def of_rooms(folder: Path) -> Iterator[tuple[Chat, str, int, NDArray[np.bool_], NDArray[np.bool_]]]:
    """The same of ordinary rooms, their authors once as contacts and once as strangers."""
    for room, authored in collections_of_messages.ordinary(folder).items():
        for first in range(0, len(authored), evaluate_detection.EXPORT):
            half = "first half" if first < len(authored) / 2 else "second half"
            for named in (evaluate_detection.as_contact, evaluate_detection.as_stranger):
                part = [(named(author), text) for author, text in authored[first : first + evaluate_detection.EXPORT]]
                with tempfile.TemporaryDirectory() as work:
                    chat = evaluate_detection.rendered(part, Path(work), timedelta(minutes=2))
                    count = len(lines_of_accounts(chat))
                    yield chat, f"{room}:{half}", 0, np.zeros(count, dtype=bool), np.ones(count, dtype=bool)


def fit(values: NDArray[np.float64], found: Accounts, chosen: NDArray[np.bool_]) -> LogisticRegression:
    """The regression on the chosen accounts: each draw is the same chats again, and the rooms' accounts are many."""
    rooms = found.of_rooms[chosen]
    weight = np.where(rooms, ROOMS_WEIGH / max(1, int(rooms.sum())), 1 / len(DRAWS))
    learner = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=5000, tol=1e-6)
    return learner.fit(values[chosen], found.play[chosen], sample_weight=weight)


def left_out(values: NDArray[np.float64], found: Accounts) -> NDArray[np.float64]:
    """The log-odds of each account by weights fitted without its collection or room."""
    odds = np.zeros(len(found.play))
    groups = np.char.partition(found.collection, ":")[:, 0]
    for group in np.unique(groups):
        inside = groups == group
        odds[inside] = fit(values, found, found.fitted & ~inside).decision_function(values[inside])
    return odds


def show(found: Accounts, odds: NDArray[np.float64]) -> None:
    """Per share of phrases plays found and honest accounts taken for one; the same for the rooms."""
    print("| accounts of | phrases left | " + " | ".join(f"from {limit} on" for limit in SHOWN) + " |")
    print("|---|---|" + "---|" * len(SHOWN))
    share = np.array([draw[0] for draw in DRAWS])[found.draw]
    for lost in sorted({draw[0] for draw in DRAWS}):
        for title, rows in (("plays", found.play), ("honest accounts of the chats", ~found.play & ~found.of_rooms)):
            here = rows & (share == lost) & ~found.of_rooms
            cells = [f"{(odds[here] >= limit).mean():.3f} of {here.sum()}" for limit in SHOWN]
            print(f"| {title} | {1 - lost:.1f} | {' | '.join(cells)} |")
    for room in np.unique(found.collection[found.of_rooms]).tolist():
        here = found.collection == room
        cells = [f"{(odds[here] >= limit).sum()} of {here.sum()}" for limit in SHOWN]
        print(f"| {room.replace(':', ', ')} | 1.0 | {' | '.join(cells)} |")


def main() -> None:
    """Print the table and the weights; write them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="public collections")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = accounts(options.folder)
    chats = ~found.of_rooms
    mean, spread = found.values[chats].mean(axis=0), found.values[chats].std(axis=0) + LEAST_SPREAD
    values = (found.values - mean) / spread
    show(found, left_out(values, found))
    learner = fit(values, found, found.fitted)
    worth = learner.coef_[0] / spread
    print("\n" + ", ".join(f"{found.names[i]} {learner.coef_[0][i]:+.2f}" for i in np.argsort(-np.abs(worth))[:60]))
    if options.write:
        pairs = zip(found.names, worth.tolist(), mean.tolist(), strict=True)
        about = {
            "constant": round(float(learner.intercept_[0]), 3),
            "weights": {name: [round(weight, 3), round(usual, 3)] for name, weight, usual in pairs},
        }
        TARGET.write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
