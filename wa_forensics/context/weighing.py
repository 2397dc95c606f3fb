"""Weighs one stretch: what it shows, who writes, and what the others say and the app notes around it, as log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context.crowd import Crowd
from wa_forensics.context.hearing import CERTAIN, HEARD_WEIGHTS, Heard, Stretch, settled
from wa_forensics.context.signals import COMMON, Sighting
from wa_forensics.context.stretches import DAY, PRIOR_STRANGER, heard_signal, own_messages
from wa_forensics.context.writing import change_of_habits
from wa_forensics.model import Severity, Signal, joined

PRIOR_NEWCOMER = -4.2
PRIOR_KNOWN = -4.8
# Messages after which somebody counts as known in this chat.
HISTORY = 25
MEDIUM, HIGH, LOW = 0.0, 1.6, -1.2
CONFIRMED = 1.5
# Swindlers leave when the play is over; a neighbor, landlord or supplier still writes so long afterwards.
STAYS = 3 * DAY
# Others answer at length without doubt, warning or loss: most who meet a swindler show some, sooner or later. Where
# many write, what they write is no answer.
UNANSWERED, AT_LENGTH, FEW = -0.8, 10, 6
# A change of habits of this weight counts as one voice that the hand changed.
UNLIKE = 1.0
# A stretch that shows less than this of its own stays low, whatever the others say.
SHOWN = 2.4
# What is heard counts up to this share of what the account itself shows.
CARRIES = 0.9


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


def weigh(chat: Chat, stretch: Stretch, heard: Heard, among: Crowd, read: Signal | None) -> Episode:
    own = own_messages(chat, stretch.sender)
    signals = [*stretch.signals, *([read] if read else [])]
    if stretch.before >= HISTORY:
        known = min(PRIOR_KNOWN, among.prior) if stretch.stranger else PRIOR_KNOWN
        signals.append(Signal(name="sender with a history here", weight=known, detail="prior"))
    elif stretch.stranger:
        signals.append(Signal(name="sender not in the contacts", weight=among.prior, detail="prior"))
    else:
        signals.append(Signal(name="sender new in this chat", weight=PRIOR_NEWCOMER, detail="prior"))
    around = [
        heard_signal(chat, meaning, messages, *HEARD_WEIGHTS[meaning])
        for meaning, messages in sorted(heard.by_meaning.items())
    ]
    if stretch.stranger and not any(heard.by_meaning.get(meaning) for meaning in CERTAIN):
        seconds = chat.columns.timestamp[own].astype("datetime64[s]").astype(np.int64)
        last = seconds[min(int(np.searchsorted(own, stretch.last)), len(own) - 1)]
        stayed = own[seconds > last + STAYS]
        if len(stayed):
            around.append(heard_signal(chat, "goes on writing for days", stayed.tolist(), -2.0, -0.5, most=5))
    above = sum(s.weight for s in signals) + sum(s.weight for s in around) - LOW
    answers = np.count_nonzero(chat.written[stretch.first :] & (chat.columns.sender[stretch.first :] != stretch.sender))
    among_few = stretch.stranger and len(chat.senders) <= FEW
    if among_few and above > 0 and answers >= AT_LENGTH and not any(s.weight > 0 for s in around):
        # Such a stretch is worth reading all the same.
        around.append(Signal(name="nobody doubts or warns", weight=round(max(UNANSWERED, -above), 3), detail=""))
    habits = 0.0
    if not stretch.stranger and stretch.sum >= SHOWN:
        habits, facts = change_of_habits(chat, own, stretch.first, stretch.last)
        if habits > 0:
            around.append(Signal(name="writes unlike before", weight=round(habits, 3), detail=joined(facts, "; ")))
    # What is heard can at most double what was seen: a warning about nothing is no evidence.
    confirmed = sum(s.weight for s in around)
    excess = confirmed - CARRIES * stretch.sum
    if excess > 0:
        around.append(Signal(name="few signs of its own", weight=round(-excess, 3), detail=""))
    signals += around
    score = sum(s.weight for s in signals)
    if not stretch.stranger and (confirmed < CONFIRMED or not settled(heard, unlike=habits >= UNLIKE)):
        score = min(score, LOW - 0.01 if stretch.before >= HISTORY else MEDIUM - 0.01)
    if stretch.stranger and stretch.before >= HISTORY and among.prior < PRIOR_STRANGER and not settled(heard):
        # In a crowd an unsaved number with a history is as good as a contact.
        score = min(score, MEDIUM - 0.01)
    kinds = {s.kind for s in stretch.sightings} - COMMON
    if stretch.sum < SHOWN or (len(kinds) < 2 and not stretch.stranger):
        score = min(score, MEDIUM - 0.01)
    replies = [m for meaning in ("others warn", "others doubt who writes") for m in heard.by_meaning.get(meaning, ())]
    return Episode(
        sender=stretch.sender,
        stranger=stretch.stranger,
        messages=tuple(own[(own >= stretch.first) & (own <= stretch.last)].tolist()),
        sightings=stretch.sightings,
        signals=tuple(signals),
        score=round(score, 3),
        replies=tuple(sorted(replies)),
    )
