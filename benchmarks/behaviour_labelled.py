"""The labelled take-over windows by style alone and by everything together; benign chats must give none.

    python -m benchmarks.behaviour_labelled FOLDER     (pairs NAME.txt, NAME.labels.json)

Overlap: messages in both windows over messages in either. By style alone: the strongest stretch of the account, and
whether it is reported. Together: the take-over window of the same account.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wa_forensics import behaviour
from wa_forensics.analysis import analyze
from wa_forensics.chat import Chat
from wa_forensics.evidence import read_texts
from wa_forensics.model import Analysis, Settings


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One chat with its label file, as analysed."""

    name: str
    label: dict[str, Any]
    chat: Chat
    analysis: Analysis


def read(folder: Path) -> list[Labelled]:
    found = []
    for path in sorted(folder.glob("*.labels.json")):
        label = json.loads(path.read_text("utf-8"))
        text = path.with_name(path.name.replace(".labels.json", ".txt"))
        (raw,) = read_texts(text)
        chat, analysis = analyze(raw, Settings(date_order=label["date_order"]))
        found.append(Labelled(name=label["id"], label=label, chat=chat, analysis=analysis))
    return found


def overlap(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    return len(np.intersect1d(a, b)) / max(1, len(np.union1d(a, b)))


def told(one: Labelled) -> str:
    """A row on the labelled window of a chat."""
    incident, chat = one.label["incident"], one.chat
    own = np.flatnonzero(chat.columns.sender == chat.sender_code(incident["account"]))
    line = chat.columns.line[own]
    truth = own[(line >= incident["start_line"]) & (line <= incident["end_line"])]
    profile = next(p for p in one.analysis.profiles if p.sender == incident["account"])
    style = "not testable"
    if profile.first_message is not None and profile.last_message is not None:
        strongest = own[(own >= profile.first_message) & (own <= profile.last_message)]
        style = f"{overlap(strongest, truth):.2f}"
    reported = [f for f in one.analysis.findings if f.rule == behaviour.RULE.id]
    hit = any(overlap(np.array([e.message for e in f.evidence]), truth) > 0 for f in reported)
    windows = [
        overlap(own[(own >= w.first_message) & (own <= w.last_message)], truth)
        for w in one.analysis.windows
        if w.account == incident["account"]
    ]
    together = f"{max(windows):.2f}" if windows else "no"
    return f"| {one.name} | {len(own)} | {len(truth)} | {style} | {'yes' if hit else 'no'} | {together} |"


def main() -> None:
    chats = read(Path(sys.argv[1]))
    print(
        "| chat | own messages | of the intruder | strongest stretch: overlap | reported by style | window: overlap |"
    )
    print("|---|---|---|---|---|---|")
    for one in chats:
        if one.label["incident"]:
            print(told(one))
    for name, wanted in (("benign", False), ("malicious without a take-over", True)):
        rest = [c for c in chats if c.label["malicious"] is wanted and not c.label["incident"]]
        style = sum(f.rule == behaviour.RULE.id for c in rest for f in c.analysis.findings)
        windows = sum(len(c.analysis.windows) for c in rest)
        print(f"\n{len(rest)} chats, {name}: {style} stretches reported by style, {windows} take-over windows.")


if __name__ == "__main__":
    main()
