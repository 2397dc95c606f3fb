"""Somebody asks for card data, a PIN or bank login.

The attacker asks for card number, expiry, CVV, PIN or the login of online banking, or has the reader open it.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: people also send card numbers to family for a purchase.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="card-details",
    title="Somebody asks for card data, a PIN or bank login",
    threat=Threat.OTP_REQUEST,
    stage=Stage.ACCESS,
    severity=Severity.HIGH,
    why="These data are enough to pay in somebody else's name.",
    alternatives=("Family members buy something together.",),
    next_steps=(
        "Have the card blocked and the bank login changed.",
        "Ask which data were given, and when.",
    ),
    references=(
        "https://www.europol.europa.eu/operations-services-and-innovation/public-awareness-and-prevention-guides",
    ),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Dear customer, your account will be blocked today. Verify your KYC and send your card number and cvv",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "my card number is on the fridge"),
                ("Ben", "ok"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.CARD_DETAILS_REQUEST])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="asked for card data, a PIN or a bank login",
        inference="The request fits the theft of means of payment.",
    )
