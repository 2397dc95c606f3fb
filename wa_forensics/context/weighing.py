"""Weighs one stretch: what it shows, who writes, and what the others say and the app notes around it, as log-odds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.course import course_signal
from wa_forensics.context.crowd import Crowd
from wa_forensics.context.hearing import CERTAIN, CHECKED, GAVE, HEARD_WEIGHTS, Heard, Stretch, settled
from wa_forensics.context.signals import COMMON, Sighting
from wa_forensics.context.stretches import DAY, PRIOR_STRANGER, heard_signal
from wa_forensics.context.writing import change_of_habits, own_messages
from wa_forensics.model import Severity, Signal, joined
from wa_forensics.vocabulary import Concept

PRIOR_NEWCOMER = -4.2
PRIOR_KNOWN = -4.8
# Messages after which somebody counts as known in this chat.
HISTORY = 25
MEDIUM, HIGH, LOW = 0.0, 1.6, -1.2
CONFIRMED = 1.5
# Swindlers leave when the play is over; a neighbor, landlord or supplier still writes so long afterwards.
STAYS = 3 * DAY
# But who lets others work or invest, and takes money for it, stays until the last coin is paid.
PROMISES = frozenset([Concept.JOB_OFFER, Concept.INVESTMENT_PITCH])
TAKINGS = frozenset([Concept.UNLOCK_FEE, Concept.CRYPTO_PAYMENT, Concept.PAYMENT_DETAILS, "new wallet"])
# Others answer at length without doubt, warning or loss: most who meet a swindler show some, sooner or later. Where
# many write, what they write is no answer.
UNANSWERED, AT_LENGTH, FEW = -0.8, 10, 6
# Messages that are looked at together.
BLOCK = 1024
# A change of habits of this weight counts as one voice that the hand changed.
UNLIKE = 1.0
DISOWNED = "disowned by the owner"
# What others say that bears out an owner's word.
OTHERS = ("disowned by others", "others doubt who writes", "reported as hacked")
NOTICE, UNLIKE_BEFORE = "security notice before", "writes unlike before"
# What says that somebody else writes under the name.
CHANGED = frozenset([NOTICE, GAVE, UNLIKE_BEFORE, DISOWNED, "reported as hacked"])
NOTED = frozenset(["deleted messages", "removed from the group", "who warned is put out"])
# A stretch that shows less than this of its own stays low, whatever the others say.
SHOWN = 2.4
# What is heard counts up to this share of what the account itself shows.
CARRIES = 0.9


@dataclass(frozen=True, kw_only=True, eq=False)
class Episode:
    """One stretch: ``messages`` of the account from the first to the last signal, ``score`` and what made it.

    ``stranger``: not in the contacts; ``new``: the account had hardly written in the chat before; ``lost``: it tells
    itself of a theft or of a foreign session.
    """

    sender: int
    stranger: bool
    new: bool
    messages: tuple[int, ...]
    sightings: tuple[Sighting, ...]
    signals: tuple[Signal, ...]
    score: float
    replies: tuple[int, ...]
    lost: bool = False

    @property
    def severity(self) -> Severity:
        """The level its findings may have."""
        if self.score >= HIGH:
            return Severity.HIGH
        return Severity.MEDIUM if self.score >= MEDIUM else Severity.LOW

    @property
    def own_hand(self) -> bool:
        """Is it a stranger's, or a strong case in which nothing says that the hand behind a known name changed?"""
        changed = any(s.name in CHANGED and s.weight >= UNLIKE for s in self.signals)
        return self.stranger or (self.score >= HIGH and not changed and not self.lost)


def weigh(chat: Chat, stretch: Stretch, heard: Heard, among: Crowd, read: Signal | None, playing: bool) -> Episode:
    """The stretch with all that speaks for and against an attack, capped where too little stands on its own feet.

    ``playing``: the account as a whole speaks for a play.
    """
    own = own_messages(chat, stretch.sender)
    # Who wrote here for long before was no newcomer with a play.
    course = course_signal(chat, stretch.sender) if playing and stretch.before < HISTORY else None
    signals = [*stretch.signals, *(s for s in (read, course) if s), _prior(stretch, among)]
    around = [
        heard_signal(chat, meaning, messages, *HEARD_WEIGHTS[meaning])
        for meaning, messages in sorted(heard.by_meaning.items())
    ]
    around += _trusted(chat, stretch, heard, own, sum(s.weight for s in (*signals, *around)), around)
    # A new key, or a code that went to somebody else: the hand may have changed since.
    habits, open_to_others = 0.0, bool(heard.by_meaning.get(NOTICE) or heard.by_meaning.get(GAVE))
    if not stretch.stranger and (stretch.sum >= SHOWN or open_to_others):
        habits, facts = change_of_habits(chat, stretch.sender, stretch.first, stretch.last)
        if habits > 0:
            around.append(Signal(name=UNLIKE_BEFORE, weight=round(habits, 3), detail=joined(facts, "; ")))
    # Seen, not told by others: what the app noted, and a new key or a code given away before another way of writing.
    seen = _noted(chat, stretch, heard, around)
    if open_to_others and habits >= UNLIKE:
        seen += sum(s.weight for s in around if s.name in (NOTICE, GAVE, UNLIKE_BEFORE))
    if heard.by_meaning.get(DISOWNED) and any(heard.by_meaning.get(meaning) for meaning in OTHERS):
        # The owner's own word that others bear out is no hearsay either.
        seen += sum(s.weight for s in around if s.name == DISOWNED)
    seen += course.weight if course else 0.0
    # What is heard can at most double what was seen: a warning about nothing is no evidence.
    confirmed = sum(s.weight for s in around)
    excess = confirmed - seen - CARRIES * (stretch.sum + seen)
    if excess > 0:
        around.append(Signal(name="few signs of its own", weight=round(-excess, 3), detail=""))
    signals += around
    score = sum(s.weight for s in signals)
    told = confirmed >= CONFIRMED and settled(heard, unlike=habits >= UNLIKE)
    if not stretch.stranger and not told and not course:
        score = min(score, LOW - 0.01 if stretch.before >= HISTORY else MEDIUM - 0.01)
    if stretch.stranger and stretch.before >= HISTORY and among.prior < PRIOR_STRANGER and not settled(heard):
        # In a crowd an unsaved number with a history is as good as a contact.
        score = min(score, MEDIUM - 0.01)
    kinds = {s.kind for s in stretch.sightings} - COMMON
    if stretch.sum + seen < SHOWN or (len(kinds) < 2 and not stretch.stranger and not seen):
        score = min(score, MEDIUM - 0.01)
    if heard.by_meaning.get(CHECKED) and not any(s.weight > 0 for s in around):
        # Somebody called or met them, and nothing that was said or happened afterwards speaks against it.
        score = min(score, MEDIUM - 0.01)
    replies = [m for meaning in ("others warn", "others doubt who writes") for m in heard.by_meaning.get(meaning, ())]
    return Episode(
        sender=stretch.sender,
        stranger=stretch.stranger,
        new=stretch.before < HISTORY,
        messages=tuple(own[slice(*np.searchsorted(own, (stretch.first, stretch.last + 1)))].tolist()),
        sightings=stretch.sightings,
        signals=tuple(signals),
        score=round(score, 3),
        replies=tuple(sorted(replies)),
    )


def _noted(chat: Chat, stretch: Stretch, heard: Heard, around: Sequence[Signal]) -> float:
    """What the app itself noted within a day: nobody made it up, so it carries as what the account shows does."""
    until = chat.columns.timestamp[[stretch.first, stretch.last]].max() + np.timedelta64(DAY, "s")
    soon = {name for name in NOTED if (chat.columns.timestamp[heard.by_meaning.get(name, [])] <= until).any()}
    return sum(s.weight for s in around if s.name in soon)


def _prior(stretch: Stretch, among: Crowd) -> Signal:
    """How likely such a sender attacks before anything is known."""
    if stretch.before >= HISTORY:
        known = min(PRIOR_KNOWN, among.prior) if stretch.stranger else PRIOR_KNOWN
        return Signal(name="sender with a history here", weight=known, detail="prior")
    if stretch.stranger:
        return Signal(name="sender not in the contacts", weight=among.prior, detail="prior")
    return Signal(name="sender new in this chat", weight=PRIOR_NEWCOMER, detail="prior")


def _trusted(
    chat: Chat, stretch: Stretch, heard: Heard, own: NDArray[np.int64], total: float, around: Sequence[Signal]
) -> Iterator[Signal]:
    """What speaks for a stranger: still there days later, or answered at length without a doubt."""
    if not stretch.stranger:
        return
    kinds = {s.kind for s in stretch.sightings if s.named}
    patient = kinds & PROMISES and kinds & TAKINGS
    if not patient and not any(heard.by_meaning.get(meaning) for meaning in CERTAIN):
        seconds, _ = _times(chat, stretch.sender)
        last = int(seconds[min(int(np.searchsorted(own, stretch.last)), len(own) - 1)])
        stayed = _written_after(chat, stretch.sender, last + STAYS, most=5)
        if stayed:
            signal = heard_signal(chat, "goes on writing for days", stayed, -2.0, -0.5, most=5)
            total += signal.weight
            yield signal
    above = total - LOW
    silent = len(chat.senders) <= FEW and above > 0 and not any(s.weight > 0 for s in around)
    if silent and _is_answered_at_length(chat, stretch):
        # Such a stretch is worth reading all the same.
        yield Signal(name="nobody doubts or warns", weight=round(max(UNANSWERED, -above), 3), detail="")


@once
def _times(chat: Chat, sender: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The seconds of a sender's messages, and the latest up to each: clocks may step back."""
    seconds = chat.columns.timestamp[own_messages(chat, sender)].astype("datetime64[s]").astype(np.int64)
    return seconds, np.maximum.accumulate(seconds)


def _written_after(chat: Chat, sender: int, moment: int, most: int) -> list[int]:
    """The first messages of a sender with a later time."""
    own, (seconds, latest) = own_messages(chat, sender), _times(chat, sender)
    found: list[int] = []
    for low in range(int(np.searchsorted(latest, moment, "right")), len(own), BLOCK):
        found += own[low : low + BLOCK][seconds[low : low + BLOCK] > moment][:most].tolist()
        if len(found) >= most:
            break
    return found


def _is_answered_at_length(chat: Chat, stretch: Stretch) -> bool:
    """Do others write that much from the first message of a stretch on?"""
    answers = 0
    for low in range(stretch.first, len(chat), BLOCK):
        part = slice(low, low + BLOCK)
        answers += int(np.count_nonzero(chat.written[part] & (chat.columns.sender[part] != stretch.sender)))
        if answers >= AT_LENGTH:
            return True
    return False
