"""Would fitted weights generalize better than the stated ones? Leave one chat out, and print both.

    python benchmarks/fit_weights.py [--strength R]

The score of a stretch is a sum of log-odds: what it shows, what is heard around it, a prior by who writes, and a rest.
Fitted are one factor for all signs, one for all that is heard and a shift of each of the three priors, by logistic
regression on the stretches of all development chats (label: somebody labelled a message with a sign in it), drawn
towards the stated weights (factors 1, shifts 0) with R (default 5) times the squared distance. For each chat the fit is
made without it, the rules run on it with those weights, and the scores are added up: that row can be expected on other
chats of this kind. The row "in sample" is fitted and measured on the same chats. The caps of single stretches and the
thresholds stay. The even half of ``w`` is not read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import score_cases
from evaluate_detection import LEVELS, detect, read
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context import hearing, signals, stretches, weighing
from wa_forensics.context.crowd import crowd

HERE = Path(__file__).resolve().parent
# The package offers a function of this name.
judged = import_module("wa_forensics.context.episodes")
# Labels of what others say, the app notes or the reader gives: no message of an attacker.
AROUND = {"warning_from_others", "security_notice", "otp_disclosed"}
PRIORS = {"sender not in the contacts": 2, "sender new in this chat": 3, "sender with a history here": 4}
NAMES = ("factor of signs", "factor of what is heard", "shift: not in the contacts", "shift: new", "shift: history")
STATED = np.array([1.0, 1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, kw_only=True)
class Case:
    """A labelled chat; per stretch a row of ``parts`` and of ``rest``, which make its score, and its label."""

    text: Path
    labels: Mapping[str, Any]
    parts: NDArray[np.float64]
    rest: NDArray[np.float64]
    attack: NDArray[np.float64]

    def parsed(self) -> Chat:
        """A chat without anything kept from an earlier run."""
        return read(self.text, self.labels["date_order"])


def cases() -> list[Case]:
    """All development chats."""
    found = sorted((HERE / "labelled_chats").glob("*.labels.json"))
    held_out = sorted((HERE / "held_out_chats").glob("*.labels.json"))
    found += [p for p in held_out if p.name[0] not in "wxyzb" or int(p.name.split("_")[1]) % 2]
    return [_case(path) for path in found]


def _case(path: Path) -> Case:
    labels = json.loads(path.read_text("utf-8"))
    text = path.with_name(path.name.replace(".labels.json", ".txt"))
    chat = read(text, labels["date_order"])
    hostile = {m["line"] for m in labels["messages"] if {m["label"], *m.get("also", [])} - AROUND}
    found = signals.sightings(chat)
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    around = crowd(chat, found, stretches.PRIOR_STRANGER)
    every = judged._built(chat, stretches.all_stretches(chat, found, seconds, around), found, seconds, around)
    parts, rest = np.zeros((len(every), len(STATED))), np.zeros(len(every))
    for row, episode in enumerate(every):
        kinds = {s.kind.replace("_", " ") for s in episode.sightings}
        for signal in episode.signals:
            if signal.name in kinds:
                parts[row, 0] += signal.weight
            elif signal.name in hearing.HEARD_WEIGHTS:
                parts[row, 1] += signal.weight
            else:
                rest[row] += signal.weight
            if signal.name in PRIORS:
                parts[row, PRIORS[signal.name]] = 1.0
    attack = [any(int(chat.columns.line[s.message]) in hostile for s in e.sightings) for e in every]
    return Case(text=text, labels=labels, parts=parts, rest=rest, attack=np.array(attack, dtype=np.float64))


def fit(given: Sequence[Case], strength: float) -> NDArray[np.float64]:
    """Factors and shifts by Newton's method; the penalty keeps them near the stated ones."""
    parts, rest = np.concatenate([c.parts for c in given]), np.concatenate([c.rest for c in given])
    attack = np.concatenate([c.attack for c in given])
    theta = STATED.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(parts @ theta + rest)))
        slope = parts.T @ (chance - attack) + 2 * strength * (theta - STATED)
        curve = (parts * (chance * (1 - chance))[:, None]).T @ parts + 2 * strength * np.eye(len(theta))
        step = np.linalg.solve(curve, slope)
        theta -= step
        if np.abs(step).max() < 1e-9:
            break
    return theta


@contextmanager
def weighed(theta: NDArray[np.float64]) -> Iterator[None]:
    """The rules with these factors and shifts, for as long as the block lasts."""
    one = {kind: weight * theta[0] for kind, weight in signals.WEIGHTS.items()}
    two = {name: (a * theta[1], b * theta[1]) for name, (a, b) in hearing.HEARD_WEIGHTS.items()}
    stranger = stretches.PRIOR_STRANGER + theta[2]
    places = [
        (signals, "WEIGHTS", one),
        *((module, "HEARD_WEIGHTS", two) for module in (hearing, weighing)),
        *((module, "PRIOR_STRANGER", stranger) for module in (stretches, weighing, judged)),
        (weighing, "PRIOR_NEWCOMER", weighing.PRIOR_NEWCOMER + theta[3]),
        (weighing, "PRIOR_KNOWN", weighing.PRIOR_KNOWN + theta[4]),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _ in places]
    for module, name, value in places:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def scored(case: Case, theta: NDArray[np.float64]) -> dict[str, Any]:
    """One chat by the scorer, with all detectors under these weights."""
    with weighed(theta):
        found = [
            {
                "severity": LEVELS[f.severity],
                "threat": f.threat.value,
                "evidence": [{"line": item.line, "source": case.text.name} for item in f.evidence],
            }
            for f in detect(case.parsed())
        ]
    return score_cases.score(case.text.stem, case.text, dict(case.labels), found, [])


def measures(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Case recall, benign chats at medium, lines named, right threat, precision of medium lines."""
    bad = [row for row in rows if row["malicious"]]
    good = [row for row in rows if not row["malicious"]]

    def share(part: str, whole: str) -> str:
        return f"{sum(row[part] for row in bad) / sum(row[whole] for row in bad):.3f}"

    return (
        f"{sum(row['top'] >= 3 for row in bad)} of {len(bad)}",
        f"{sum(row['top'] >= 2 for row in good)} of {len(good)}",
        share("hit", "strong"),
        share("right", "strong"),
        share("medium_ok", "medium"),
    )


def main() -> None:
    """Print the table, and the factors fitted on all chats."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strength", type=float, default=5.0)
    strength = parser.parse_args().strength
    given = cases()
    whole = fit(given, strength)
    ways: tuple[tuple[str, Callable[[Case], NDArray[np.float64]]], ...] = (
        ("stated", lambda _: STATED),
        ("fitted, in sample", lambda _: whole),
        ("fitted, leave one chat out", lambda case: fit([c for c in given if c is not case], strength)),
    )
    total, attacks = (int(sum(n)) for n in zip(*((len(c.rest), c.attack.sum()) for c in given), strict=True))
    print(f"{len(given)} chats, {total} stretches, {attacks} of them attacks")
    print("| weights | attacks at high | benign at medium | lines named | right threat | precision |\n|" + "---|" * 6)
    for name, theta in ways:
        print("| " + " | ".join((name, *measures([scored(case, theta(case)) for case in given]))) + " |", flush=True)
    print("; ".join(f"{name} {value:+.2f}" for name, value in zip(NAMES, whole, strict=True)))


if __name__ == "__main__":
    main()
