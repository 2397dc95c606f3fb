"""A job or investment is offered.

Strangers offer paid tasks, or a group of professor, assistant and happy members leads to a trading platform;
withdrawals cost fees.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: honest groups about shares and jobs use the same words without strangers, platforms and fees.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
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


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="pitched a job or an investment, or vouched for it",
        inference="The pitch fits a false job or investment.",
    )
