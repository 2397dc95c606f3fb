"""Fit what lines of a suspicious stretch are about on the labelled chats; measure it on collections left out.

    python scripts/train_matter.py [--write]

Needs scikit-learn (``pip install scikit-learn``). Chats: those of ``scripts/train_reactions.py`` with an attack, each
whole and with 0.7 of all phrases taken away. A line belongs to each matter that its labels name. Lines are scored by
weights fitted without their collection of chats. --write puts the weights, fitted on all chats, into
``wa_forensics/wording/data/matter.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

import evaluate_detection  # noqa: E402
from train_reactions import forget, paths  # noqa: E402

from wa_forensics.context import MEDIUM, episodes  # noqa: E402
from wa_forensics.context.kinship import matters  # noqa: E402
from wa_forensics.context.matter import ABOUT, matter_columns  # noqa: E402
from wa_forensics.model import Severity  # noqa: E402
from wa_forensics.search import lexicon  # noqa: E402
from wa_forensics.vocabulary import Concept  # noqa: E402

TARGET = ROOT / "wa_forensics" / "wording" / "data" / "matter.json"
# Share of the phrases taken away, the number of the draw, and what its lines weigh.
DRAWS = ((0.0, 0, 1.0), (0.7, 1, 0.5), (0.7, 2, 0.5), (0.7, 3, 0.5))
STRENGTH = 0.03
LEAST_SPREAD = 0.05
SHOWN = (0.2, 0.25, 0.3, 0.4, 0.5)
LABELS = {
    Concept.PAYMENT_REQUEST: "payment_request",
    Concept.FAMILY_EMERGENCY: "urgent_money",
    Concept.JOB_OFFER: "job_or_investment_scam",
    Concept.CODE_REQUEST: "otp_request",
    Concept.GIFT_CARD: "gift_card_or_crypto",
    Concept.LINK_INVITATION: "malicious_link",
    Concept.NEW_NUMBER: "impersonation_new_number",
    Concept.REMOTE_ACCESS: "remote_access",
    Concept.GIVEAWAY: "giveaway",
    Concept.BANK_DETAILS_CHANGED: "bank_details_changed",
}
UNTOLD = "intruder_other"


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """Lines of suspicious stretches: a row each of features, labels, threats of today's findings, collection, draw."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    labels: list[frozenset[str]]
    named: list[frozenset[str]]
    collection: NDArray[np.str_]
    draw: NDArray[np.int64]


def lines() -> Lines:
    """The lines of all chats, once per draw of phrases."""
    count = len(lexicon().phrases.concept_codes)
    names: tuple[str, ...] = ()
    rows, said, named, where = [], [], [], []
    for path in paths():
        labels = json.loads(path.read_text("utf-8"))
        if not labels["malicious"]:
            continue
        told: dict[int, set[str]] = {}
        for entry in labels["messages"]:
            told.setdefault(entry["line"], set()).update([entry["label"], *entry.get("also", [])])
        for draw, (share, seed, _) in enumerate(DRAWS):
            text = path.with_name(path.name.replace(".labels.json", ".txt"))
            chat = evaluate_detection.read(text, labels["date_order"])
            forget(chat, np.random.default_rng(seed).random(count) < share)
            threats: dict[int, set[str]] = {}
            with mock.patch("wa_forensics.context.telling.likely", return_value=[]):
                findings = evaluate_detection.detect(chat)
            for finding in findings:
                for item in finding.evidence if finding.severity > Severity.INFO else ():
                    threats.setdefault(item.line, set()).add(finding.threat.value)
            seen: set[int] = set()
            for episode in (e for e in episodes(chat) if e.score >= MEDIUM):
                messages = sorted(matters(chat, episode))
                new = [m not in seen for m in messages]
                if not any(new):
                    continue
                columns = matter_columns(chat, episode, messages)
                names = tuple(columns)
                rows.append(np.column_stack(list(columns.values()))[new])
                numbers = chat.columns.line[[m for m in messages if m not in seen]].tolist()
                seen.update(messages)
                said += [frozenset(told.get(number, ())) for number in numbers]
                named += [frozenset(threats.get(number, ())) for number in numbers]
                where += [("l" if path.name[0] in "de" else path.name[0], draw)] * len(numbers)
    collection, draws = (np.array(part) for part in zip(*where, strict=True))
    return Lines(names=names, values=np.concatenate(rows), labels=said, named=named, collection=collection, draw=draws)


def fit(values: NDArray[np.float64], found: Lines, matter: str, chosen: NDArray[np.bool_]) -> LogisticRegression:
    """The regression of one matter on the chosen lines."""
    wanted = np.array([LABELS[matter] in labels for labels in found.labels])
    weight = np.array([draw[2] for draw in DRAWS])[found.draw]
    learner = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=5000, tol=1e-6)
    return learner.fit(values[chosen], wanted[chosen], sample_weight=weight[chosen])


def left_out(values: NDArray[np.float64], found: Lines) -> NDArray[np.float64]:
    """The chance of each matter (column) at each line, by weights fitted without its collection."""
    chance = np.zeros((len(found.labels), len(ABOUT)))
    for collection in np.unique(found.collection):
        inside = found.collection == collection
        for at, matter in enumerate(ABOUT):
            chance[inside, at] = fit(values, found, matter, ~inside).predict_proba(values[inside])[:, 1]
    return chance


def show(found: Lines, chance: NDArray[np.float64]) -> None:
    """Per share of phrases and limit: lines with a right matter, and how many of the matters said are labelled."""
    print(
        "| phrases left | limit | right by the model | labelled, of all it says | right by findings | with the model |"
    )
    print("|---|---|---|---|---|---|")
    matter = np.array([LABELS[m] for m in ABOUT])
    for lost in sorted({draw[0] for draw in DRAWS}):
        here = [at for at, draw in enumerate(found.draw.tolist()) if DRAWS[draw][0] == lost]
        strong = [at for at in here if found.labels[at] - {UNTOLD}]
        before = np.mean([bool(found.named[at] & found.labels[at]) for at in strong])
        for limit in SHOWN:
            says = {at: set(matter[chance[at] >= limit].tolist()) for at in here}
            right = np.mean([bool(says[at] & found.labels[at]) for at in strong])
            both = np.mean([bool((says[at] | found.named[at]) & found.labels[at]) for at in strong])
            labelled = sum(len(says[at] & found.labels[at]) for at in here) / sum(len(says[at]) for at in here)
            print(f"| {1 - lost:.1f} | {limit} | {right:.3f} | {labelled:.3f} | {before:.3f} | {both:.3f} |")


def main() -> None:
    """Print the table; write the weights if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    found = lines()
    mean, spread = found.values.mean(axis=0), found.values.std(axis=0) + LEAST_SPREAD
    values = (found.values - mean) / spread
    print(f"{len(found.labels)} lines, {sum(bool(labels - {UNTOLD}) for labels in found.labels)} with a threat")
    show(found, left_out(values, found))
    if write:
        learners = [fit(values, found, matter, np.ones(len(values), dtype=bool)) for matter in ABOUT]
        worth = np.array([learner.coef_[0] / spread for learner in learners])
        constant = np.array([learner.intercept_[0] for learner in learners]) - worth @ mean
        rows = ["[" + ", ".join(f"{value:.3f}" for value in worth[:, at]) + "]" for at in range(len(found.names))]
        by_name = ",\n".join(f"{json.dumps(name)}: {row}" for name, row in zip(found.names, rows, strict=True))
        about = f'"about": {json.dumps(list(ABOUT))}'
        constants = f'"constant": [{", ".join(f"{value:.3f}" for value in constant)}]'
        text = f'{{{about},\n{constants},\n"weights": {{\n{by_name}\n}}}}'
        TARGET.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
