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
from wa_forensics.context import (
    HIGH,
    deleters,
    episode_findings,
    episodes,
    finding_of,
    pitches,
    sightings,
    silencers,
    sitting,
    strangers,
)
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat, phrase
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
# A saved contact in the group vouches by two messages or more: a victim who is glad once does not.
VOUCHES = 2
# The play is what its members write within so many messages of a word of praise or a pitch.
SCENE = 40
PRAISED = phrase("wrote in the group of the pitch and praised it")
TOGETHER = phrase("wrote in the group of the pitch and deleted messages when it did")
SILENCED = phrase("wrote in the group of the pitch and put out who wrote against it")


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
    """Who praises in a group where somebody pitches, or acts for it: what they write there is the play."""
    if not pitches(chat):
        return
    leading = pitches(chat)[0]
    named = {m for e in episodes(chat) if e.score >= HIGH for m in sitting(chat, e)}
    signs: dict[int, list[int]] = {}
    for message, seen in sightings(chat).by_message.items():
        if any(s.kind in VOUCHING for s in seen):
            signs.setdefault(int(chat.columns.sender[message]), []).append(message)
    unknown = strangers(chat)
    own_signs = signs.get(leading.sender, [leading.messages[0]])
    # Where a stranger pitches, a saved contact who is glad is a victim.
    members = {
        sender
        for sender, said in signs.items()
        if sender >= 0 and (unknown[sender] or (len(said) >= VOUCHES and not leading.stranger))
    }
    members = members if leading.stranger or len(own_signs) >= VOUCHES else set()
    acting = silencers(chat).keys() | deleters(chat).keys()
    for sender in sorted(members | acting):
        own = np.flatnonzero((chat.columns.sender == sender) & chat.written)
        if sender not in acting:
            play = np.array(sorted({*signs[sender], *own_signs}), dtype=np.int64)
            own = own[np.abs(own[:, None] - play[None, :]).min(axis=1) <= SCENE]
        lines = [int(m) for m in own if m not in named]
        if lines:
            yield finding_of(
                chat,
                RULE,
                leading,
                lines,
                did=SILENCED if sender in silencers(chat) else TOGETHER if sender in acting else PRAISED,
                inference="The account may belong to the cast that vouches for the pitch.",
                severity=Severity.LOW,
            )
