"""Somebody claims to be a bank, authority or support.

An unknown account writes as bank, police, courier, utility or the support of an app.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: genuine firms write too, mostly from business accounts and without asking for codes or money.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="authority-claim",
    title="Somebody claims to be a bank, authority or support",
    threat=Threat.IMPERSONATION_NEW_NUMBER,
    stage=Stage.DECEPTION,
    severity=Severity.HIGH,
    why="The borrowed authority makes people obey.",
    alternatives=("A genuine service message.",),
    next_steps=("Call the body on the number from its own website or card.",),
    references=("https://faq.whatsapp.com/2286952358121083",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "This is Daniel from the bank fraud department. We have stopped two suspicious payments. Do not call the branch. Move your money to a safe account now",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "I called the bank, their fraud team was nice"),)),),
)
KINDS = frozenset([Concept.AUTHORITY_CLAIM, Concept.SUPPORT_CLAIM, Concept.KYC_UPDATE])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="claimed to speak for a bank, an authority or support",
        inference="The claim fits an impersonation of a body that people trust.",
    )
