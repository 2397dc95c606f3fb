"""Fit the weights of what reacts to a suspicious stretch on the labelled chats; measure them on chats left out.

    python scripts/train_reactions.py [--write]

Needs scikit-learn (``pip install scikit-learn``). Chats: ``benchmarks/labelled_chats`` and the parts of
``benchmarks/held_out_chats`` that may be read. Each is read whole and with half or 0.7 of all phrases taken away, drawn
anew each time: what only phrases tell would otherwise carry all the weight, and most wordings hold none.
A line labelled ``warning_from_others`` or ``security_notice`` is a reaction; lines labelled otherwise or optional are
neither fitted nor counted against it. Lines are scored without their chat, and without all chats of their language.
--write puts the weights, fitted on all chats, into ``wa_forensics/wording/data/reactions.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from evaluate_detection import read  # noqa: E402

from wa_forensics.chat import Chat  # noqa: E402
from wa_forensics.context.reactions import PHRASES, answer_columns, answers  # noqa: E402
from wa_forensics.search import Hits, lexicon  # noqa: E402

TARGET = ROOT / "wa_forensics" / "wording" / "data" / "reactions.json"
# Share of the phrases taken away, and the number of the draw.
DRAWS = ((0.0, 0), (0.5, 1), (0.5, 2), (0.7, 1), (0.7, 2), (0.7, 3), (0.7, 4))
STRENGTH = 0.3
LIMIT = -2.0
# Labels of what people write about an attack: that it is one, and what they see of it on their phones.
TOLD = {"warning_from_others", "security_notice"}
WARNING, OTHER, OPTIONAL, NONE = 3, 2, 1, 0
SHOWN = (-2.5, LIMIT, -1.5, -1.0, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """Answers of all chats and draws: a row each of features, label, chat, language and draw."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    label: NDArray[np.int64]
    chat: NDArray[np.str_]
    language: NDArray[np.str_]
    draw: NDArray[np.int64]


def paths() -> list[Path]:
    """The label files of all chats that may be read."""
    held_out = sorted((ROOT / "benchmarks" / "held_out_chats").glob("*.labels.json"))
    found = [p for p in held_out if p.name[0] not in "bwxyz" or int(p.name.split("_")[1]) % 2]
    return sorted((ROOT / "benchmarks" / "labelled_chats").glob("*.labels.json")) + found


def lines() -> Lines:
    """The answers in all chats, once per draw of phrases."""
    count = len(lexicon().phrases.concept_codes)
    rows, names = [], ()
    for path in paths():
        labels = json.loads(path.read_text("utf-8"))
        for draw, (share, seed) in enumerate(DRAWS):
            chat = read(path.with_name(path.name.replace(".labels.json", ".txt")), labels["date_order"])
            forget(chat, np.random.default_rng(seed).random(count) < share)
            found = answers(chat)
            if not len(found.messages):
                continue
            columns = answer_columns(chat, found)
            names = tuple(columns)
            size = len(found.messages)
            rows.append(
                (
                    np.column_stack(list(columns.values())),
                    labels_of(labels, chat.columns.line[found.messages]),
                    np.full(size, path.name),
                    np.full(size, labels["language"].partition("-")[0]),
                    np.full(size, draw),
                )
            )
    values, label, chats, language, draws = (np.concatenate(part) for part in zip(*rows, strict=True))
    return Lines(names=names, values=values, label=label, chat=chats, language=language, draw=draws)


def forget(chat: Chat, phrases: NDArray[np.bool_]) -> None:
    """Take the hits of these phrases away before anything was made of them."""
    hits = chat.spoken
    kept = ~phrases[hits.phrases]
    chat.__dict__["spoken"] = Hits(messages=hits.messages[kept], phrases=hits.phrases[kept], weights=hits.weights[kept])


def labels_of(labels: dict[str, list[dict[str, object]]], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The kind of each line number."""
    kind: dict[int, int] = {}
    for entry in labels.get("optional") or []:
        kind[entry["line"] if isinstance(entry, dict) else entry] = OPTIONAL
    for entry in labels["messages"]:
        said = {entry["label"], *entry.get("also", [])}
        kind[entry["line"]] = max(kind.get(entry["line"], NONE), WARNING if said & TOLD else OTHER)
    return np.array([kind.get(number, NONE) for number in numbers.tolist()])


def fit(found: Lines, chosen: NDArray[np.bool_]) -> LogisticRegression:
    """The regression on the chosen lines that are labelled as a reaction or not at all."""
    rows = chosen & np.isin(found.label, (WARNING, NONE))
    learner = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=5000, tol=1e-6)
    # Each draw is the same chats again.
    weight = np.full(int(rows.sum()), 1 / len(DRAWS))
    return learner.fit(found.values[rows], found.label[rows] == WARNING, sample_weight=weight)


def left_out(found: Lines, groups: NDArray[np.str_]) -> NDArray[np.float64]:
    """The log-odds of each line by weights fitted without its group."""
    odds = np.zeros(len(groups))
    for group in np.unique(groups):
        inside = groups == group
        odds[inside] = fit(found, ~inside).decision_function(found.values[inside])
    return odds


def show(found: Lines, odds: NDArray[np.float64], title: str) -> None:
    """Per share of phrases: reactions found, and lines found that are labelled or optional, all and without phrase."""
    phrase = found.values[:, [found.names.index(f"phrases/{c.value}") for c in PHRASES]].max(axis=1) > 0
    print(f"\n{title}\n| phrases left | limit | reactions named | labelled or optional | the same without a phrase |")
    print("|---|---|---|---|---|")
    share = np.array([draw[0] for draw in DRAWS])[found.draw]
    for lost in sorted({draw[0] for draw in DRAWS}):
        for limit in SHOWN:
            named, here = (share == lost) & (odds >= limit), share == lost
            parts = []
            for part in (named, named & ~phrase):
                parts.append(f"{(found.label[part] > NONE).mean():.3f} of {part.sum()}")
            recall = (found.label[named] == WARNING).sum() / (found.label[here] == WARNING).sum()
            print(f"| {1 - lost:.1f} | {limit} | {recall:.3f} | {' | '.join(parts)} |")


def main() -> None:
    """Print both tables and the weights; write them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    found = lines()
    print(f"{len(np.unique(found.chat))} chats, {len(found.label)} lines, {(found.label == WARNING).sum()} reactions")
    show(found, left_out(found, found.chat), "Without the chat")
    show(found, left_out(found, found.language), "Without all chats of the language")
    learner = fit(found, np.ones(len(found.label), dtype=bool))
    weights = {name: round(float(worth), 3) for name, worth in zip(found.names, learner.coef_[0], strict=True)}
    print("\n" + ", ".join(f"{n} {w:+.2f}" for n, w in sorted(weights.items(), key=lambda item: -abs(item[1]))))
    if write:
        about = {"constant": round(float(learner.intercept_[0]), 3), "limit": LIMIT, "weights": weights}
        TARGET.write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
