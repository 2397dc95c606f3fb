"""A suspicious account removes those who warn, or closes the group.

Operators of a false group, or a hijacked admin, remove members, let only admins write, or switch on disappearing
messages.
In an export: lines of the app that name the account of a suspicious stretch as the one who acted, or an account
whose security code had just changed or that somebody later calls hacked.
Limits: who acted is read from the line's beginning; some languages name the actor later.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import (
    MEDIUM,
    Episode,
    acts_as,
    episodes,
    finding_of,
    observed,
    pitches,
    sightings,
    silencers,
)
from wa_forensics.entities import clean
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Example, Finding, Rule, Severity, Stage, Threat, joined, say
from wa_forensics.vocabulary import Concept, Event

RULE = Rule(
    id="group-control",
    title="Members removed or the group closed by a suspicious account",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.CONCEALMENT,
    severity=Severity.MEDIUM,
    why="Those who warn are silenced and traces vanish.",
    alternatives=("An admin kept order.",),
    next_steps=("Ask the removed members for their exports.",),
    references=("https://faq.whatsapp.com/841426356990637",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Join our VIP stock group, guaranteed returns 20% daily, invest from 500 USDT on our trading platform",
                ),
                ("", "+44 7700 900123 removed Ana"),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "hello"), ("", "Ana removed Ben"))),),
)
EVENTS = (
    Event.GROUP_PARTICIPANT_REMOVED,
    Event.GROUP_SETTINGS_SEND_MESSAGES,
    Event.GROUP_ADMIN_DEMOTED,
    Event.DISAPPEARING_ON,
    Event.DELETED_BY_ADMIN,
    Event.GROUP_INVITE_LINK_RESET,
    Event.ADVANCED_CHAT_PRIVACY,
)
AFTER = 400
HOUR = 3600
# Acts without a suspicious stretch count when the account's keys had changed so shortly before, or somebody says
# within so long afterwards that it was hacked.
KEYS_BEFORE, TOLD_AFTER = 24 * HOUR, 72 * HOUR
CODE_EVENTS = (Event.SECURITY_CODE_CHANGED, Event.NUMBER_CHANGED)


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per account that acted inside a suspicious stretch, or between a key change and a disclosure."""
    acts = chat.messages_with(events=EVENTS).tolist()
    if not acts:
        return
    told: dict[int, list[int]] = {}
    best: dict[int, Episode] = {}
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        if episode.sender not in best or episode.score > best[episode.sender].score:
            best[episode.sender] = episode
        for message in acts:
            inside = episode.messages[0] < message <= episode.messages[-1] + AFTER
            if inside and acts_as(chat, message, episode.sender) and message not in told.get(episode.sender, []):
                told.setdefault(episode.sender, []).append(message)
    # In a false group the one who pitches and the one who puts out those who warn are rarely the same account.
    for sender, lines in silencers(chat).items():
        if sender not in told:
            told[sender] = [*lines]
            best[sender] = pitches(chat)[0]
    for sender, messages in sorted(told.items()):
        yield finding_of(
            chat,
            RULE,
            best[sender],
            sorted(messages),
            did=say("noted acts of %(name)s on the group", name=chat.senders[sender]),
            inference="The acts fit an attempt to silence warnings.",
        )
    others: dict[int, list[int]] = {}
    for message in acts:
        for sender in chat.accounts_in(message):
            if sender not in told and acts_as(chat, message, sender):
                others.setdefault(sender, []).append(message)
    for sender, messages in sorted(others.items()):
        yield from _without_words(chat, sender, messages)


def _without_words(chat: Chat, sender: int, acts: list[int]) -> Iterator[Finding]:
    """Acts of different kinds within an hour by an account whose keys had changed, or that is later named as hacked."""
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    burst = [m for m in acts if 0 <= seconds[m] - seconds[acts[0]] <= HOUR]
    if len({chat.event(m) for m in burst}) < 2:
        return
    name = clean(chat.senders[sender]).strip("~ ")
    keys = [
        m
        for m in chat.messages_with(events=CODE_EVENTS).tolist()
        if sender in chat.accounts_in(m) and 0 <= seconds[burst[0]] - seconds[m] <= KEYS_BEFORE
    ]
    disclosed = [
        m
        for m in sorted(sightings(chat).talk[Concept.HACKED_DISCLOSURE])
        if sender in chat.accounts_in(m) and 0 <= seconds[m] - seconds[burst[-1]] <= TOLD_AFTER
    ]
    if not keys and not disclosed:
        return
    line = chat.columns.line
    facts = [
        say("The app noted a change of %(name)s's security code before (line %(line)s).", name=name, line=str(line[m]))
        for m in keys[:1]
    ]
    facts += [
        say("Somebody later named %(name)s as hacked (line %(line)s).", name=name, line=str(line[m]))
        for m in disclosed[:1]
    ]
    yield make_finding(
        chat,
        RULE,
        burst,
        observation=joined([observed(chat, burst, say("noted acts of %(name)s on the group", name=name)), *facts]),
        inference="The acts fit an attempt to silence warnings by somebody else who used the account.",
        confidence=Confidence.HIGH if keys and disclosed else Confidence.MEDIUM,
        severity=Severity.MEDIUM,
        actors=[chat.senders[sender]],
    )
