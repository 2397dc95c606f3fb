"""Somebody is told to dial a forwarding code.

The reader is asked to dial a star code with a number behind it. It forwards calls to the attacker, who then receives
the verification call.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: codes that cancel or show forwarding (##21#, *#21#) are a remedy; balance codes look alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="call-forwarding",
    title="Somebody is told to dial a forwarding code",
    threat=Threat.OTP_REQUEST,
    stage=Stage.ACCESS,
    severity=Severity.HIGH,
    why="Forwarded calls carry verification codes to the attacker.",
    alternatives=("A technician sets up a mailbox.",),
    next_steps=(
        "Dial ##002# to cancel forwarding.",
        "Check when forwarding was set and which calls arrived.",
    ),
    references=("https://cybercrime.gov.in",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Sir for parcel delivery confirmation your parcel is on hold, please dial *401*9876500000 now",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "dial *#06# to see the IMEI"),
                ("Ben", "check balance with *123#"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.CALL_FORWARDING])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="told the reader to dial a forwarding code",
        inference="The code forwards calls to another number, which serves to receive verification calls.",
    )
