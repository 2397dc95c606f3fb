"""Money is asked for in a suspicious setting.

Under a known name or from a new number somebody asks for money, a loan or a transfer and names where it should go.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: asking for money is ordinary; a finding needs an account whose hand seems to have changed, or a stranger with
further signs.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="payment-request",
    title="Money is asked for in a suspicious setting",
    threat=Threat.PAYMENT_REQUEST,
    stage=Stage.MONETIZATION,
    severity=Severity.HIGH,
    why="This is the step that costs money; a quick call to the bank may still stop it.",
    alternatives=(
        "A real request by the owner, made in a hurry.",
        "A new but genuine payee.",
    ),
    next_steps=(
        "Call the person on a number known from before.",
        "If money was sent, call the bank at once and ask for a recall.",
    ),
    references=("https://www.actionfraud.police.uk",),
    fires_on=(
        Example(
            messages=(
                ("Mum", "morning"),
                ("+44 7700 900123", "Hi mum it's me, my phone fell in the toilet, this is my new number, save it"),
                (
                    "+44 7700 900123",
                    "I need to pay a bill today, can you transfer 950 GBP to sort code 00-00-44 account 55501142? I will pay you back tomorrow",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "can you pay me back the 20 euro for lunch?"),
                ("Ben", "sure, IBAN?"),
                ("Ana", "DE89 3704 0044 0532 0130 00"),
            )
        ),
    ),
)
KINDS = frozenset(
    [
        Concept.PAYMENT_REQUEST,
        Concept.PAYMENT_DETAILS,
        Concept.LOAN_REQUEST,
        Concept.CURRENCY_SALE,
        Concept.SAFE_ACCOUNT,
        Concept.UNLOCK_FEE,
        "new payee",
        "new wallet",
        "changed payee",
    ]
)


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="asked for money or named where to pay",
        inference="Asked in this setting, the payment may go to somebody else than the reader believes.",
    )
