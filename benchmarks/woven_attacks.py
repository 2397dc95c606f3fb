"""Weave the labelled and held-out (h) attacks by strangers into ordinary rooms of unsaved numbers; count what stays.

    python benchmarks/woven_attacks.py FOLDER

FOLDER holds the public collections (see collections_of_messages.py). Counted are the accounts that reach medium in
their own chat, and the chats with one of them: how many reach it (or low) in 14,000 messages of each room.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import collections_of_messages
import evaluate_detection

from wa_forensics.context import LOW, MEDIUM, episodes

BEGIN, END, AT, BETWEEN = 20_000, 34_000, 7_000, 3


def attacks() -> list[tuple[set[str], list[tuple[str, str]]]]:
    """The suspicious strangers and all messages of each malicious chat that has some."""
    here, found = Path(__file__).parent, []
    labels = [*here.glob("labelled_chats/d_*.labels.json"), *here.glob("held_out_chats/h_*.labels.json")]
    for path in sorted(labels):
        facts = json.loads(path.read_text("utf-8"))
        text = path.with_name(path.name.replace(".labels.json", ".txt"))
        chat = evaluate_detection.read(text, facts["date_order"])
        accounts = {chat.senders[e.sender] for e in episodes(chat) if e.stranger and e.score >= MEDIUM}
        if accounts and facts.get("malicious", True):
            rows = [(chat.senders[chat.columns.sender[m]], chat.text(m)) for m in chat.written.nonzero()[0].tolist()]
            found.append((accounts, rows))
    return found


def main(folder: str) -> None:
    """Print one line for each room."""
    cases = attacks()
    for name, authored in collections_of_messages.ordinary(Path(folder)).items():
        room = [(evaluate_detection.as_stranger(author), text) for author, text in authored[BEGIN:END]]
        scores = []
        for accounts, rows in cases:
            mixed = room[:AT]
            for number, row in enumerate(rows):
                mixed += [*room[AT + BETWEEN * number : AT + BETWEEN * (number + 1)], row]
            mixed += room[AT + BETWEEN * len(rows) :]
            with tempfile.TemporaryDirectory() as work:
                chat = evaluate_detection.rendered(mixed, Path(work), timedelta(minutes=2))
                best = dict.fromkeys(accounts, LOW - 1)
                for episode in episodes(chat):
                    sender = chat.senders[episode.sender]
                    if sender in best:
                        best[sender] = max(best[sender], episode.score)
            scores.append(list(best.values()))
        every = [score for case in scores for score in case]
        print(
            f"{name}: chats at medium {sum(max(case) >= MEDIUM for case in scores)} of {len(scores)}, accounts at "
            f"medium {sum(s >= MEDIUM for s in every)}, at low {sum(s >= LOW for s in every)} of {len(every)}"
        )


if __name__ == "__main__":
    main(sys.argv[1])
