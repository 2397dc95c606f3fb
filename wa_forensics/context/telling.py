"""Makes findings out of episodes: which of their messages a rule names, how bad, how sure, and in which words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from wa_forensics.chat import Chat
from wa_forensics.context.episodes import HIGH, LOW, MEDIUM, Episode, episodes
from wa_forensics.context.signals import sightings
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Finding, Rule, Severity
from wa_forensics.vocabulary import Concept

SURE = HIGH + 2.0
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
    chat: Chat, rule: Rule, kinds: Collection[str], *, did: str, inference: str, least: float = LOW
) -> Iterator[Finding]:
    """One finding per episode that holds one of the kinds: the messages with it, and what carried the episode."""
    found = sightings(chat)
    for episode in episodes(chat):
        if episode.score < least:
            continue
        messages = sorted(
            {
                sighting.message
                for sighting in episode.sightings
                if sighting.kind in kinds and (episode.stranger or not found.said(sighting.message, *OWN_WORD))
            }
        )
        if messages:
            yield finding_of(chat, rule, episode, messages, did=did, inference=inference)


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
