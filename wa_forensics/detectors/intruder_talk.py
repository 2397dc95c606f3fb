"""Secrecy, refusal of a call and cover stories.

Around the demand the attacker explains away, forbids calls, asks for silence and quiets doubts.
In an export: such words by the account that carries a suspicious stretch.
Limits: alone these words mean nothing; they are named only inside a stretch that other signs carry.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="intruder-talk",
    title="Secrecy, refusal of a call or a cover story",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.DECEPTION,
    severity=Severity.MEDIUM,
    why="Silence and the missing call keep the reader from finding out.",
    alternatives=("The sender really is in a meeting or without a microphone.",),
    next_steps=("Read these lines together with the demand they surround.",),
    references=("https://consumer.ftc.gov/articles/how-avoid-scam",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "This is Daniel from the bank fraud department, move your money to a safe account now",
                ),
                ("+44 7700 900123", "Do not tell anyone, it is confidential, and do not call the branch"),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "in a meeting, can't talk, text me"), ("Ben", "ok"))),),
)
KINDS = frozenset(
    [Concept.SECRECY, Concept.CALL_REFUSAL, Concept.TROUBLE_EXCUSE, Concept.DELETE_INSTRUCTION, Concept.BOSS_ERRAND]
)
# Excuses and errands are as often harmless.
FAINT = frozenset([Concept.TROUBLE_EXCUSE, Concept.BOSS_ERRAND])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="asked for silence, refused a call or explained away",
        faint=FAINT,
        inference="The words fit an attempt to prevent a check.",
        least=MEDIUM,
    )
