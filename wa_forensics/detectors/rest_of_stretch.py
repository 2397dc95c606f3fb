"""The other messages of a suspicious stretch.

Between the demands the attacker greets, thanks and answers; an examiner reads the whole stretch.
In an export: messages of the account between the first and the last sign of a stretch that name nothing themselves.
Limits: where owner and attacker write in turn, messages of the owner are among them; hence the low level.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import HIGH, MEDIUM, Episode, episodes, finding_of, sightings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="rest-of-stretch",
    title="Other messages of a suspicious stretch",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.DECEPTION,
    severity=Severity.LOW,
    why="They belong to the same hand if the stretch is an attack, and show how the account was used.",
    alternatives=("The owner wrote some of them.",),
    next_steps=("Read the stretch as a whole, and compare its style with the account's other messages.",),
    references=("https://faq.whatsapp.com/1131652977717250",),
    fires_on=(
        Example(
            messages=(
                ("+44 7700 900123", "Hi mum it's me, I dropped my phone, this is my new number, delete the old one"),
                ("+44 7700 900123", "are you there"),
                (
                    "+44 7700 900123",
                    "can you transfer 500 GBP for a bill? my bank app is not working, I will pay you back tomorrow",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "are you there"), ("Ben", "yes"))),),
)
# Before the first and after the last sign, while no pause is longer than this, the same hand is writing.
SESSION = 2 * 3600


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch of level medium and above."""
    found = sightings(chat)
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        named = {s.message for s in episode.sightings}
        rest = [m for m in _whole(chat, episode) if m not in named and not found.said(m, Concept.HACKED_DISCLOSURE)]
        if rest:
            yield finding_of(
                chat,
                RULE,
                episode,
                rest,
                did="wrote",
                inference="They may come from the same hand as the messages named by other findings.",
                severity=Severity.LOW,
            )


def _whole(chat: Chat, episode: Episode) -> list[int]:
    """The stretch, with what the account wrote in the same sitting; of a stranger, everything once the case is strong."""
    own = np.flatnonzero((chat.columns.sender == episode.sender) & chat.written)
    if episode.stranger and episode.score >= HIGH:
        return [int(m) for m in own]
    seconds = chat.columns.timestamp[own].astype("datetime64[s]").astype(np.int64)
    first = int(np.searchsorted(own, episode.messages[0]))
    last = int(np.searchsorted(own, episode.messages[-1]))
    while first > 0 and seconds[first] - seconds[first - 1] <= SESSION:
        first -= 1
    while last < len(own) - 1 and seconds[last + 1] - seconds[last] <= SESSION:
        if sightings(chat).said(int(own[last + 1]), Concept.HACKED_DISCLOSURE, Concept.WARNING, Concept.DISOWNING):
            break
        last += 1
    return [int(m) for m in own[first : last + 1]]
