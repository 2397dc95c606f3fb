"""A payment is moved to another account.

A supplier's or colleague's account, taken over or imitated, announces new bank details for a payment that is due
anyway.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: firms do change banks; a call-back on a known number settles it and lowers the finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="bank-details-changed",
    title="A payment is moved to another account",
    threat=Threat.BANK_DETAILS_CHANGED,
    stage=Stage.DECEPTION,
    severity=Severity.HIGH,
    why="False bank details are the costliest fraud in business chats.",
    alternatives=(
        "The firm did change its bank.",
        "An additional account for another currency.",
    ),
    next_steps=(
        "Call the payee on a number from an earlier contract.",
        "Compare the new account with those of earlier payments.",
        "Hold the payment.",
    ),
    references=("https://www.ic3.gov",),
    fires_on=(
        Example(
            messages=(
                ("Ravi", "invoice is due friday"),
                (
                    "+44 7700 900123",
                    "Good day, our bank account is under audit. Kindly transfer the balance to our new account IBAN GB29 NWBK 6016 1331 9268 19 today",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "we changed our bank, new account is on the invoice"),
                ("Ben", "I called Ana back on the office number and she confirmed the new account"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.BANK_DETAILS_CHANGED, "changed payee"])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="announced other bank details",
        inference="The change would lead a payment to an account that was not used before.",
    )
