"""A known person is claimed on a new number.

Somebody writes from an unknown number and claims to be a child, a boss or a friend whose phone is broken.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: people do change numbers; a voice or video call settles it.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="new-number",
    title="A known person is claimed on a new number",
    threat=Threat.IMPERSONATION_NEW_NUMBER,
    stage=Stage.DECEPTION,
    severity=Severity.HIGH,
    why="The new number is the cover for the request that follows.",
    alternatives=("The person did change the number.",),
    next_steps=(
        "Call the old number.",
        "Ask something only the real person knows, by voice.",
    ),
    references=("https://www.which.co.uk",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hi mum, I dropped my phone in the sink, this is my new number, delete the old one",
                ),
                (
                    "+44 7700 900123",
                    "can you pay a bill for me today? my bank app is not working, I will pay you back tomorrow",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "I have a new number, will send it later"),
                ("Ben", "ok, spoke to her on the phone, all good"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.NEW_NUMBER, Concept.PHONE_LOST, Concept.FAMILY_GREETING])
# Families greet each other every day, and phones break.
FAINT = frozenset([Concept.FAMILY_GREETING])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        faint=FAINT,
        did="claimed to be a known person on a new number",
        inference="The claim fits an impersonation from a number of the attacker.",
    )
