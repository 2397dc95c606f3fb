"""Stretches of one account's messages in which signals add up: an attack, or a chat that only sounds like one.

Evidence adds up on one scale (log-odds). Kinds of signals count once each, weaker ones less; what the others say
and what the app notes around the stretch counts too. A contact with a history needs a reason to believe that the
hand changed (a notice, a code given away, doubt, a warning, disowning): words alone never reach a finding there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context.signals import Sighting, Sightings, sightings, strangers, wary
from wa_forensics.model import Kind, Severity, Signal
from wa_forensics.vocabulary import Concept, Event

HOUR = 3600
DAY = 24 * HOUR
# Signals further apart belong to different stretches.
GAP_KNOWN = 36 * HOUR
GAP_STRANGER = 21 * DAY
PRIOR_STRANGER = -3.2
PRIOR_NEWCOMER = -4.4
PRIOR_KNOWN = -5.5
# Messages after which somebody counts as known in this chat.
HISTORY = 25
# Each further kind of signal counts a little less: they are not independent.
DAMPING = 0.85
MEDIUM, HIGH, LOW = 0.0, 1.6, -1.2
CONFIRMED = 1.2
CODE_EVENTS = (Event.SECURITY_CODE_CHANGED, Event.SECURITY_CODE_CHANGED_ALL, Event.NUMBER_CHANGED)
REMOVALS = (Event.GROUP_PARTICIPANT_REMOVED, Event.GROUP_PARTICIPANT_WAS_REMOVED, Event.CONTACT_BLOCKED)
OWN_WORD = (Concept.HACKED_DISCLOSURE, Concept.DISOWNING, Concept.WARNING)


@dataclass(frozen=True, kw_only=True, eq=False)
class Episode:
    """One stretch: ``messages`` of the account from the first to the last signal, ``score`` and what made it."""

    sender: int
    stranger: bool
    messages: tuple[int, ...]
    sightings: tuple[Sighting, ...]
    signals: tuple[Signal, ...]
    score: float
    replies: tuple[int, ...]

    @property
    def severity(self) -> Severity:
        """The level its findings may have."""
        if self.score >= HIGH:
            return Severity.HIGH
        return Severity.MEDIUM if self.score >= MEDIUM else Severity.LOW


@lru_cache(maxsize=2)
def episodes(chat: Chat) -> tuple[Episode, ...]:
    """The stretches that reach at least the level low, in order of their first message."""
    found = sightings(chat)
    by_sender: dict[int, list[int]] = {}
    for message in found.by_message:
        by_sender.setdefault(int(chat.columns.sender[message]), []).append(message)
    unknown = strangers(chat)
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    built = []
    for sender in sorted(by_sender):
        gap = GAP_STRANGER if unknown[sender] else GAP_KNOWN
        for stretch in _stretches(by_sender[sender], seconds, gap, found):
            episode = _episode(chat, sender, stretch, seconds, found, stranger=bool(unknown[sender]))
            if episode is not None and episode.score >= LOW:
                built.append(episode)
    return tuple(sorted(built, key=lambda e: (e.messages[0], e.sender)))


def _stretches(
    messages: Sequence[int], seconds: np.ndarray[tuple[int], np.dtype[np.int64]], gap: int, found: Sightings
) -> list[list[int]]:
    """Cut an account's signals at long pauses and where the owner speaks up."""
    parts: list[list[int]] = []
    for message in messages:
        owner = found.said(message, Concept.HACKED_DISCLOSURE, Concept.DISOWNING)
        if parts and not owner and seconds[message] - seconds[parts[-1][-1]] <= gap:
            parts[-1].append(message)
        else:
            parts.append([message])
    return parts


def _episode(
    chat: Chat,
    sender: int,
    stretch: Sequence[int],
    seconds: np.ndarray[tuple[int], np.dtype[np.int64]],
    found: Sightings,
    *,
    stranger: bool,
) -> Episode | None:
    own = _own_messages(chat, sender)
    first, last = stretch[0], stretch[-1]
    inside = own[(own >= first) & (own <= last)]
    kinds: dict[str, tuple[float, Sighting]] = {}
    sighted = []
    for message in stretch:
        quoted = wary(found, message)
        for sighting in found.by_message[message]:
            weight = sighting.weight * (0.3 if quoted and not stranger else 0.6 if quoted else 1.0)
            sighted.append(sighting)
            if sighting.kind not in kinds or weight > kinds[sighting.kind][0]:
                kinds[sighting.kind] = (weight, sighting)
    ranked = sorted(kinds.values(), key=lambda item: (-item[0], item[1].kind))
    signals = [
        Signal(name=sighting.kind.replace("_", " "), weight=round(weight * DAMPING**rank, 3), detail=sighting.detail)
        for rank, (weight, sighting) in enumerate(ranked)
    ]
    if not signals or sum(s.weight for s in signals) < 1.5:
        return None
    before = int(np.searchsorted(own, first))
    if stranger and before < HISTORY:
        signals.append(Signal(name="sender not in the contacts", weight=PRIOR_STRANGER, detail="prior"))
    elif before < HISTORY:
        signals.append(Signal(name="sender new in this chat", weight=PRIOR_NEWCOMER, detail="prior"))
    else:
        signals.append(Signal(name="sender with a history here", weight=PRIOR_KNOWN, detail="prior"))
    around, replies = _around(chat, sender, (first, last), seconds, found)
    signals += around
    score = sum(s.weight for s in signals)
    confirmed = sum(s.weight for s in around if s.weight > 0)
    if not stranger and confirmed < CONFIRMED:
        score = min(score, LOW - 0.01 if before >= HISTORY else MEDIUM - 0.01)
    return Episode(
        sender=sender,
        stranger=stranger,
        messages=tuple(inside.tolist()),
        sightings=tuple(sighted),
        signals=tuple(signals),
        score=round(score, 3),
        replies=tuple(replies),
    )


def _around(
    chat: Chat,
    sender: int,
    span: tuple[int, int],
    seconds: np.ndarray[tuple[int], np.dtype[np.int64]],
    found: Sightings,
) -> tuple[list[Signal], list[int]]:
    """What others and the app say before, during and in the three days after the stretch."""
    first, last = span
    begin = bisect_left(seconds, seconds[first] - 2 * DAY)
    end = bisect_left(seconds, seconds[last] + 3 * DAY)
    senders = chat.columns.sender
    doubt = [m for m in sorted(found.talk[Concept.IDENTITY_DOUBT]) if first < m < end and senders[m] != sender]
    warnings = [m for m in sorted(found.talk[Concept.WARNING]) if first < m < end and senders[m] != sender]
    hacked = [
        m for m in sorted(found.talk[Concept.HACKED_DISCLOSURE] | found.talk[Concept.DISOWNING]) if first < m < end
    ]
    calls = [m for m in sorted(found.talk[Concept.VERIFIED_BY_CALL]) if first < m < end and not wary(found, m)]
    codes = [m for m in sorted(found.talk[Concept.CODE_GIVEN]) if first < m <= last + 10 and senders[m] != sender]
    notices = [m for m in chat.messages_with(events=CODE_EVENTS).tolist() if begin <= m <= last]
    removals = [m for m in chat.messages_with(events=REMOVALS).tolist() if first < m < end]
    deleted = [m for m in chat.messages_with(kind=Kind.DELETED).tolist() if first <= m < end and senders[m] == sender]
    signals: list[Signal] = []

    def add(name: str, messages: list[int], one: float, more: float, most: int = 3) -> None:
        if messages:
            weight = one + more * (min(len(messages), most) - 1)
            lines = ", ".join(str(chat.columns.line[m]) for m in messages[:most])
            signals.append(Signal(name=name, weight=round(weight, 3), detail=f"line {lines}"))

    add("others warn", warnings, 1.3, 0.6)
    add("disowned, or reported as hacked", hacked, 1.6, 0.5)
    add("others doubt who writes", doubt, 0.9, 0.5)
    add("security notice before", notices, 1.0, 0.0)
    add("a code was given", codes, 1.2, 0.0)
    add("removed from the group", removals, 0.8, 0.0)
    add("deleted messages", deleted, 0.5, 0.3)
    add("checked by voice or in person", calls, -1.6, -0.6)
    return signals, sorted({*doubt, *warnings, *hacked})


@lru_cache(maxsize=512)
def _own_messages(chat: Chat, sender: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.flatnonzero(chat.columns.sender == sender)
