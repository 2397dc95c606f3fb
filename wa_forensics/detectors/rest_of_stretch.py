"""The other messages of a suspicious stretch.

Between the demands the attacker greets, thanks and answers; an examiner reads the whole stretch.
In an export: messages of the account between the first and the last sign of a stretch that name nothing themselves.
Limits: where owner and attacker write in turn, messages of the owner are among them; hence the low level.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, episodes, finding_of, sitting
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="rest-of-stretch",
    title="Other messages of a suspicious stretch",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.DECEPTION,
    severity=Severity.LOW,
    why="They belong to the same hand if the stretch is an attack, and show how the account was used.",
    alternatives=("The owner wrote some of them.",),
    next_steps=("Read the stretch as a whole, and compare its style with the account's other messages.",),
    references=("https://faq.whatsapp.com/1131652977717250",),
    fires_on=(
        Example(
            messages=(
                ("+44 7700 900123", "Hi mum it's me, I dropped my phone, this is my new number, delete the old one"),
                ("+44 7700 900123", "are you there"),
                (
                    "+44 7700 900123",
                    "can you transfer 500 GBP for a bill? my bank app is not working, I will pay you back tomorrow",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "are you there"), ("Ben", "yes"))),),
)
# Signals that no rule names by themselves.
UNNAMED = frozenset([Concept.FORMAL_GREETING, "put out soon after"])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch of level medium and above."""
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        named = {s.message for s in episode.sightings if s.kind not in UNNAMED}
        rest = [m for m in sitting(chat, episode) if m not in named]
        if rest:
            yield finding_of(
                chat,
                RULE,
                episode,
                rest,
                did="wrote",
                inference="They may come from the same hand as the messages named by other findings.",
                severity=Severity.LOW,
            )
