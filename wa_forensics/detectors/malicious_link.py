"""A stranger or changed account sends a new link.

A link to a domain new in the chat comes with an invitation to log in, vote, pay or claim.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: addresses are judged by name only; nothing is opened.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, Episode, episode_findings, episodes, finding_of, sightings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat, phrase
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
LINKS = frozenset(["new link", "odd link", "imitating link"])
# An account is lost within so many seconds before its first use; who opens a link reads out soon where it leads.
BEFORE, SOON = 3 * 86400, 1800
PASSED_ON = phrase("wrote an address that is new in this chat around messages of this kind")
READ_OUT = phrase("Whoever is being deceived may read it out or pass it on.")


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages, and a low one on addresses passed on around it."""
    yield from episode_findings(
        chat,
        RULE,
        KINDS,
        did="sent a link that is new in this chat, or wrote of opening one",
        faint=FAINT,
        inference="A new address in this setting may lead to a page that steals data.",
    )
    for episode in episodes(chat):
        lines = _passed_on(chat, episode) if episode.score >= MEDIUM else []
        if lines:
            yield finding_of(chat, RULE, episode, lines, did=PASSED_ON, inference=READ_OUT, severity=Severity.LOW)


def _passed_on(chat: Chat, episode: Episode) -> list[int]:
    """New links that others write soon after one of a stretch, or a robbed account itself wrote in the days before."""
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    first = episode.messages[0]
    seen = sightings(chat).by_message
    sent = [seconds[s.message] for s in episode.sightings if s.kind in LINKS]
    lines = []
    for message in sorted({link.message for link in chat.links}):
        own = chat.columns.sender[message] == episode.sender
        lost = own and not episode.own_hand and 0 < seconds[first] - seconds[message] <= BEFORE and message < first
        read_out = not own and any(0 < seconds[message] - at <= SOON for at in sent)
        if (lost or read_out) and any(s.kind in LINKS for s in seen.get(message, ())):
            lines.append(message)
    return lines
