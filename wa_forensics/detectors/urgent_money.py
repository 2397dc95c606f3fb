"""Pressure by emergency, deadline or threat.

An emergency, a deadline or a threat leaves no time to think.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: urgency is everyday language; it is named only inside a stretch that other signs carry.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="urgent-money",
    title="Pressure by emergency, deadline or threat",
    threat=Threat.URGENT_MONEY,
    stage=Stage.DECEPTION,
    severity=Severity.MEDIUM,
    why="Pressure is what makes the other steps work.",
    alternatives=("A real emergency or deadline.",),
    next_steps=("Take time; call back on a known number.",),
    references=("https://consumer.ftc.gov/articles/how-avoid-scam",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Dear consumer your electricity will be disconnected tonight at 9.30 pm because your previous month bill was not updated. Immediately contact our electricity officer and pay 500 rs",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "hurry up, the train leaves in 10 minutes"),)),),
)
KINDS = frozenset(
    [
        Concept.URGENCY,
        Concept.DEADLINE_THREAT,
        Concept.FAMILY_EMERGENCY,
        Concept.ACCOUNT_THREAT,
        Concept.UTILITY_CUTOFF,
        Concept.PAYMENT_TROUBLE,
        Concept.PARCEL_FEE,
        Concept.KYC_UPDATE,
        Concept.SAFE_ACCOUNT,
        Concept.LOAN_REQUEST,
    ]
)
# "Quick" and "now" are everyday words.
FAINT = frozenset([Concept.URGENCY])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        faint=FAINT,
        did="pressed with an emergency, a deadline or a threat",
        inference="The pressure fits the aim of leaving no time for a check.",
        least=MEDIUM,
    )
