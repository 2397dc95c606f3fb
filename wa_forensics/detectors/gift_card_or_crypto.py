"""Gift cards or crypto are demanded.

Payment is wanted in gift card codes or to a wallet: both cannot be called back.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: people give gift cards and trade crypto for good reasons.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="gift-card-or-crypto",
    title="Gift cards or crypto are demanded",
    threat=Threat.GIFT_CARD_OR_CRYPTO,
    stage=Stage.MONETIZATION,
    severity=Severity.HIGH,
    why="Such payments are final.",
    alternatives=(
        "A present for a colleague.",
        "Members of a crypto hobby group.",
    ),
    next_steps=(
        "Call the card issuer with the receipt at once.",
        "Note the wallet address; report it to the exchange.",
    ),
    references=("https://consumer.ftc.gov/articles/avoiding-and-reporting-gift-card-scams",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hello team this is Karen, my phone got damaged so I am using this number, save it. I am in meetings, text only",
                ),
                (
                    "+44 7700 900123",
                    "I need 5 Apple gift cards, 200 each, scratch the back and send me pictures of the codes, I will reimburse you",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "collecting for a gift card for Angie"),
                ("Ben", "put me down for 10"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.GIFT_CARD, Concept.CRYPTO_PAYMENT, "new wallet"])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="asked for gift cards, voucher codes or crypto",
        inference="Payment in this form fits fraud because it cannot be called back.",
        digits="The digits may be those of vouchers.",
    )
