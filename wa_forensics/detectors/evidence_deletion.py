"""Messages deleted by the account of a suspicious stretch, or many at once.

After the demand, or when doubt comes up, the attacker deletes for everyone what was written.
In an export: deletion marks of that account during the stretch or in the three days after it.
Limits: the deleted text is gone; single deletions are ordinary and are not reported.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, deleters, episodes, finding_of, pitches
from wa_forensics.model import Example, Finding, Kind, Rule, Severity, Stage, Threat, phrase

RULE = Rule(
    id="evidence-deletion",
    title="Messages deleted around an attack",
    threat=Threat.EVIDENCE_DELETION,
    stage=Stage.CONCEALMENT,
    severity=Severity.MEDIUM,
    why="Deleted messages are missing evidence; other phones of the chat may still show them.",
    alternatives=("The owner corrected a mistake or tidied up after the attack.",),
    next_steps=("Ask the others of the chat for exports made earlier, backups and notification logs.",),
    references=("https://faq.whatsapp.com/1370476507113751",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hello sorry, I sent you a 6 digit code by mistake, send me the code, it is urgent",
                ),
                ("Ana", "who is this?"),
                ("+44 7700 900123", "This message was deleted"),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "This message was deleted"), ("Ana", "sorry, wrong chat"))),),
)
AFTER = 3 * 86400
INFERENCE = phrase("The deletions fit an attempt to remove traces.")


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch whose account deleted messages, and a low one per account that plays along."""
    deleted = chat.messages_with(kind=Kind.DELETED)
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    named: set[int] = set()
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        # What is deleted once somebody warns may come long after the last demand.
        first, last = seconds[episode.messages[0]], max(seconds[m] for m in (episode.messages[-1], *episode.replies))
        own = deleted[chat.columns.sender[deleted] == episode.sender]
        inside = [
            int(m)
            for m in own
            if first <= seconds[m] <= last + AFTER and m > episode.messages[0] and int(m) not in named
        ]
        named.update(inside)
        if inside:
            yield finding_of(
                chat,
                RULE,
                episode,
                inside,
                did="deleted messages",
                inference=INFERENCE,
            )
    for messages in deleters(chat).values():
        lines = [m for m in messages if m not in named]
        if lines:
            yield finding_of(
                chat,
                RULE,
                pitches(chat)[0],
                lines,
                did="deleted messages",
                inference=INFERENCE,
                severity=Severity.LOW,
            )
