"""A link imitates another name.

The host of a link looks like a brand or like a domain used in this chat: letters swapped, digits for letters, another
ending, another script.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: short names resemble each other by chance; brands outside the list are not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat

RULE = Rule(
    id="lookalike-link",
    title="A link imitates another name",
    threat=Threat.LOOKALIKE_LINK,
    stage=Stage.LURE,
    severity=Severity.HIGH,
    why="An imitated name has no honest use in a message that asks to log in or pay.",
    alternatives=(
        "Another branch of the same firm.",
        "Somebody quotes the address as a warning.",
    ),
    next_steps=(
        "Compare the address letter by letter with the genuine one.",
        "Ask who opened it and what they entered.",
    ),
    references=("https://www.unicode.org/reports/tr39/",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Your parcel is on hold, pay the customs fee of 2.99 EUR here https://dhl-redelivery.top/pay within 24 hours",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "track it on https://www.dhl.de/sendung"),
                ("Ben", "thanks"),
            )
        ),
    ),
)
KINDS = frozenset(["imitating link"])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="sent a link whose host imitates another name",
        inference="The address may have been chosen to be mistaken for the genuine one.",
    )
