"""A prize, vote or gift is the bait.

A prize, coupon or contest vote leads to a link, a code or a chain of forwards.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: contests, raffles and polls among friends are real.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="giveaway",
    title="A prize, vote or gift is the bait",
    threat=Threat.GIVEAWAY,
    stage=Stage.LURE,
    severity=Severity.MEDIUM,
    why="The bait leads to a page that steals codes or data, and spreads through contacts.",
    alternatives=("A real raffle or contest.",),
    next_steps=(
        "Ask the organiser on another channel.",
        "Do not forward.",
    ),
    references=("https://www.kaspersky.com/blog",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hello! My niece is in a contest! Please vote for her here https://vote-gym.example/x it means the world to her",
                ),
                ("+44 7700 900123", "you will get a code by sms, send me the code to confirm your vote"),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "Poll: vote for the lunch place"),
                ("Ben", "pizza"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.GIVEAWAY, Concept.VOTE_REQUEST, Concept.FORWARD_CHAIN])
# Forwarding is asked for all the time.
FAINT = frozenset([Concept.FORWARD_CHAIN])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        faint=FAINT,
        did="baited with a prize, a vote or a gift",
        inference="The bait fits the first step of an account theft.",
    )
