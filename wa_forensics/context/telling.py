"""Makes findings out of episodes: which of their messages a rule names, how bad, how sure, and in which words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context.episodes import HIGH, LOW, MEDIUM, Episode, episodes
from wa_forensics.context.signals import sightings
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Finding, Rule, Severity
from wa_forensics.vocabulary import Concept

SURE = HIGH + 2.0
MAIN_KINDS = 5
DAY = 86400
# Before the first and after the last sign, while no pause is longer than this, the same hand is writing.
SESSION = 2 * 3600
# What the account itself writes when it warns or tells of a theft is not part of its attack.
OWN_WORD = (Concept.WARNING, Concept.HACKED_DISCLOSURE, Concept.DISOWNING)


def confidence_of(score: float) -> Confidence:
    """How sure a score makes us."""
    if score >= SURE:
        return Confidence.HIGH
    return Confidence.MEDIUM if score >= MEDIUM else Confidence.LOW


def capped(rule: Rule, episode: Episode) -> Severity:
    """The rule's severity, but never more than the episode carries."""
    return min(rule.severity, episode.severity)


def episode_findings(
    chat: Chat,
    rule: Rule,
    kinds: Collection[str],
    *,
    did: str,
    inference: str,
    least: float = LOW,
    faint: Collection[str] = (),
) -> Iterator[Finding]:
    """Per episode one finding on the messages with one of the kinds.

    Low findings name what is less certain: messages with ``faint`` kinds only, the episode's other messages where
    such a kind is what it is mostly about, and what others passed on while it ran.
    """
    found = sightings(chat)
    for episode in episodes(chat):
        if episode.score < least:
            continue
        by_message: dict[int, set[str]] = {}
        for sighting in episode.sightings:
            if sighting.kind in kinds and (episode.stranger or not found.said(sighting.message, *OWN_WORD)):
                by_message.setdefault(sighting.message, set()).add(sighting.kind)
        messages = sorted(m for m, seen in by_message.items() if seen - set(faint))
        if messages:
            yield finding_of(chat, rule, episode, messages, did=did, inference=inference)
        low = {m for m in by_message if m not in messages}
        if episode.score >= MEDIUM:
            if by_message and set(main_kinds(episode)) & set(kinds):
                low |= {m for m in sitting(chat, episode) if m not in messages}
            if rule.severity >= Severity.HIGH:
                low |= _passed_on(chat, episode, kinds)
        if low:
            yield finding_of(
                chat,
                rule,
                episode,
                sorted(low),
                did=f"wrote messages around or about those in which somebody {did}, and they",
                inference="They may belong to the same attempt, or pass it on.",
                severity=Severity.LOW,
            )


def _passed_on(chat: Chat, episode: Episode, kinds: Collection[str]) -> set[int]:
    """Messages of others with the same kinds of signals, from two days before to one day after the episode."""
    found = sightings(chat)
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    begin = int(np.searchsorted(seconds, seconds[episode.messages[0]] - 2 * DAY))
    end = int(np.searchsorted(seconds, seconds[episode.messages[-1]] + DAY, "right"))
    return {
        m
        for m in found.by_message
        if begin <= m < end
        and chat.columns.sender[m] != episode.sender
        and any(sighting.kind in kinds for sighting in found.by_message[m])
    }


def main_kinds(episode: Episode) -> list[str]:
    """The kinds of signals that weigh most in an episode."""
    weights: dict[str, float] = {}
    for sighting in episode.sightings:
        weights[sighting.kind] = weights.get(sighting.kind, 0.0) + sighting.weight
    return sorted(weights, key=lambda kind: (-weights[kind], kind))[:MAIN_KINDS]


def sitting(chat: Chat, episode: Episode) -> list[int]:
    """The episode with what the account wrote in the same sitting; of a stranger, everything once the case is strong."""
    own = np.flatnonzero((chat.columns.sender == episode.sender) & chat.written)
    if episode.stranger and episode.score >= HIGH:
        return [int(m) for m in own]
    found = sightings(chat)
    seconds = chat.columns.timestamp[own].astype("datetime64[s]").astype(np.int64)
    first = int(np.searchsorted(own, episode.messages[0]))
    last = int(np.searchsorted(own, episode.messages[-1]))
    while first > 0 and seconds[first] - seconds[first - 1] <= SESSION:
        first -= 1
    while last < len(own) - 1 and seconds[last + 1] - seconds[last] <= SESSION:
        if found.said(int(own[last + 1]), *OWN_WORD):
            break
        last += 1
    return [int(m) for m in own[first : last + 1]]


def finding_of(
    chat: Chat,
    rule: Rule,
    episode: Episode,
    messages: Sequence[int],
    *,
    did: str,
    inference: str,
    severity: Severity | None = None,
) -> Finding:
    """A finding on messages that belong to an episode; its signals are those of the episode."""
    return make_finding(
        chat,
        rule,
        messages,
        observation=observed(chat, messages, did),
        inference=inference,
        confidence=confidence_of(episode.score),
        severity=capped(rule, episode) if severity is None else severity,
        signals=episode.signals,
    )


def observed(chat: Chat, messages: Sequence[int], did: str) -> str:
    """Who did what, in how many messages, where and when: checkable facts only."""
    names = list(dict.fromkeys(name for m in messages if (name := chat.sender(m)) is not None))
    who = " and ".join(names) if 0 < len(names) < 4 else f"{len(names)} senders" if names else "The app"
    first, last = messages[0], messages[-1]
    line = chat.columns.line
    if first == last:
        return f"{who} {did} at {chat.time(first)} (line {line[first]})."
    return (
        f"{who} {did} in {len(messages)} messages between {chat.time(first)} and {chat.time(last)} "
        f"(lines {line[first]} to {line[last]})."
    )
