"""A stranger or changed account sends a new link.

A link to a domain new in the chat comes with an invitation to log in, vote, pay or claim.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: addresses are judged by name only; nothing is opened.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="malicious-link",
    title="A stranger or changed account sends a new link",
    threat=Threat.MALICIOUS_LINK,
    stage=Stage.LURE,
    severity=Severity.HIGH,
    why="Pages of this kind steal logins, card data or link a device.",
    alternatives=("A genuine page that the chat had not seen before.",),
    next_steps=(
        "Do not open the link on a normal device.",
        "Ask who opened it and what they entered.",
        "Report the address to the provider and the real brand.",
    ),
    references=("https://safebrowsing.google.com/safebrowsing/report_phish/",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Congratulations! You have won a free gift voucher, claim your prize now https://gift-claim.top/x and share with 10 friends",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "the menu is here https://cafe-rosa.example/menu"),
                ("Ben", "nice"),
            )
        ),
    ),
)
KINDS = frozenset(["new link", "odd link", "imitating link", Concept.LINK_INVITATION])
# A new address alone is as often harmless.
FAINT = frozenset(["new link"])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="sent a link that is new in this chat or invited to open it",
        faint=FAINT,
        inference="A new address in this setting may lead to a page that steals data.",
    )
