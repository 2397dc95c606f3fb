"""A job or investment is offered.

Strangers offer paid tasks, or a group of professor, assistant and happy members leads to a trading platform;
withdrawals cost fees.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: honest groups about shares and jobs use the same words without strangers, platforms and fees.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import HIGH, episode_findings, episodes, finding_of, sightings, strangers
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="job-or-investment",
    title="A job or investment is offered",
    threat=Threat.JOB_OR_INVESTMENT_SCAM,
    stage=Stage.LURE,
    severity=Severity.HIGH,
    why="Losses are large and go on for weeks.",
    alternatives=("An honest job offer or a hobby group.",),
    next_steps=(
        "Check the licence with the supervisor.",
        "Do not pay fees to withdraw.",
        "Keep addresses of platform and wallets.",
    ),
    references=("https://www.fca.org.uk/scamsmart",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hello, I am from HR. Part-time job: earn Rs 5000 per day by liking YouTube videos, no experience needed. Contact on Telegram t.me/abc",
                ),
            )
        ),
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Join our VIP stock group, guaranteed returns 20% daily profit with our professor, invest from 500 USDT on our trading platform",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "I found a part time job at the cafe"),)),),
)
KINDS = frozenset([Concept.JOB_OFFER, Concept.INVESTMENT_PITCH, Concept.PROFIT_TESTIMONY, Concept.UNLOCK_FEE])


VOUCHING = frozenset([Concept.INVESTMENT_PITCH, Concept.PROFIT_TESTIMONY, Concept.UNLOCK_FEE])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages, and a low one per account that vouches in such a group."""
    yield from episode_findings(
        chat,
        RULE,
        KINDS,
        did="pitched a job or an investment, or vouched for it",
        inference="The pitch fits a false job or investment.",
    )
    yield from _cast(chat)


def _cast(chat: Chat) -> Iterator[Finding]:
    """Strangers with a word of praise in a group where another stranger pitches: all they write belongs to the play."""
    pitches = [
        e for e in episodes(chat) if e.stranger and e.score >= HIGH and any(s.kind in KINDS for s in e.sightings)
    ]
    if not pitches:
        return
    leading = max(pitches, key=lambda e: (e.score, -e.messages[0]))
    told = {e.sender for e in episodes(chat) if e.score >= HIGH}
    found = sightings(chat).by_message
    unknown = strangers(chat)
    cast = {int(chat.columns.sender[m]) for m, seen in found.items() if any(s.kind in VOUCHING for s in seen)}
    for sender in sorted(code for code in cast - told if code >= 0 and unknown[code]):
        own = np.flatnonzero((chat.columns.sender == sender) & chat.written)
        lines = [int(m) for m in own if m > leading.messages[0]]
        if lines:
            yield finding_of(
                chat,
                RULE,
                leading,
                lines,
                did="wrote in the group of the pitch and praised it",
                inference="The account may belong to the cast that vouches for the pitch.",
                severity=Severity.LOW,
            )
