"""Stretches of one account's messages in which signals add up: an attack, or a chat that only sounds like one.

Evidence adds up on one scale (log-odds). Kinds of signals count once each, weaker ones less; what the others say
and what the app notes around the stretch counts too. A contact with a history needs a reason to believe that the
hand changed (a notice, a code given away, doubt, a warning, disowning): words alone never reach a finding there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context.crowd import Crowd, beyond_crowd, crowd, reading
from wa_forensics.context.hearing import CERTAIN, HEARD_WEIGHTS, Heard, Stretch, beyond_chance, hear, settled
from wa_forensics.context.signals import COMMON, Sighting, Sightings, discussed, recites, sightings, strangers, wary
from wa_forensics.context.writing import change_of_habits
from wa_forensics.model import Said, Severity, Signal, counted, joined, say
from wa_forensics.vocabulary import Concept

HOUR = 3600
DAY = 24 * HOUR
# Signals further apart belong to different stretches.
GAP_KNOWN = 36 * HOUR
GAP_STRANGER = 21 * DAY
OWNER_SITTING = 4 * HOUR
PRIOR_STRANGER = -3.2
PRIOR_NEWCOMER = -4.2
PRIOR_KNOWN = -4.8
# Messages after which somebody counts as known in this chat.
HISTORY = 25
# Each further kind of signal counts a little less: they are not independent.
DAMPING = 0.85
MEDIUM, HIGH, LOW = 0.0, 1.6, -1.2
CONFIRMED = 1.5
# Swindlers leave when the play is over; a neighbor, landlord or supplier still writes so long afterwards.
STAYS = 3 * DAY
# Others answer at length without doubt, warning or loss: most who meet a swindler show some, sooner or later. Where
# many write, what they write is no answer.
UNANSWERED, AT_LENGTH, FEW = -0.8, 10, 6
# A change of habits of this weight counts as one voice that the hand changed.
UNLIKE = 1.0
# An account with contacts here attacks in at least this share of its messages of a stretch.
DENSE = 0.25
# Somebody not in the contacts may be a neighbor of long standing: judged once there are so many messages.
DENSE_STRANGER, TALKATIVE = 0.15, 15
# A text that warns, doubts or quotes counts so much less.
QUOTED = 0.35
# A text that mostly stands in quotation marks tells what somebody else says.
RECITED = 0.5
# So much less if others had just talked about scams.
DISCUSSED = 0.6
# A stretch that shows less than this of its own stays low, whatever the others say.
SHOWN = 2.4
LEAST = 0.75
# What is heard counts up to this share of what the account itself shows.
CARRIES = 0.9
NEIGHBORS = 60 * DAY
# The theft of an account and its first use lie within so much time.
RUN_UP = 3 * DAY
# Kinds of at least this weight count by a share in the account's other stretches.
WEIGHTY, ELSEWHERE, MOST_ELSEWHERE = 1.2, 0.25, 1.5
THIN = "few of its messages"
# So many other strangers who vouch make a cast.
CAST = 2
TEAMWORK = frozenset([Concept.INVESTMENT_PITCH, Concept.PROFIT_TESTIMONY, Concept.JOB_OFFER, Concept.UNLOCK_FEE])


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
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    around = crowd(chat, found, PRIOR_STRANGER)
    stretches = _all_stretches(chat, found, seconds, around)
    taken = PRIOR_STRANGER - around.prior
    # Among many messages some read like a scam by chance.
    read = [
        reading(chat, s.sightings, taken)
        if taken and s.stranger and s.sum >= SHOWN and all(signal.name != THIN for signal in s.signals)
        else None
        for s in stretches
    ]
    built: list[Episode] = []
    silent: frozenset[int] = frozenset()
    # Twice, because what a hostile account says of others must not count against them.
    for _ in range(2):
        heard = hear(chat, stretches, found, seconds, silent)
        built = [
            _weigh(chat, s, beyond_chance(chat, s, heard[at], found), around, read[at])
            for at, s in enumerate(stretches)
        ]
        built = _with_other_signs(_with_partners(chat, built), seconds)
        built = _with_neighbors(_with_earlier(built), seconds)
        silent = frozenset(m for e in built if e.score >= HIGH for m in e.messages)
    return tuple(sorted((e for e in built if e.score >= LOW), key=lambda e: (e.messages[0], e.sender)))


def _all_stretches(chat: Chat, found: Sightings, seconds: NDArray[np.int64], around: Crowd) -> list[Stretch]:
    """Each account's stretches; in a crowd, where strangers are the rule, theirs are cut and thinned as contacts'."""
    by_sender: dict[int, list[int]] = {}
    # The owner's word cuts a stretch though it is no sign itself.
    for message in sorted(
        found.by_message.keys() | found.talk[Concept.HACKED_DISCLOSURE] | found.talk[Concept.DISOWNING]
    ):
        by_sender.setdefault(int(chat.columns.sender[message]), []).append(message)
    unknown = strangers(chat)
    built = []
    for sender in sorted(by_sender):
        loose = bool(unknown[sender]) and around.prior == PRIOR_STRANGER
        gap = GAP_STRANGER if loose else GAP_KNOWN
        # What the owner writes from a disclosure on is no attack.
        cuts = _cut(by_sender[sender], seconds, gap, found)
        cuts = [
            c for c in cuts if unknown[sender] or not found.said(c[0], Concept.HACKED_DISCLOSURE, Concept.DISOWNING)
        ]
        for at, messages in enumerate(cuts):
            # Talk of scams before an account's first signs makes these part of the talk; later it is about them.
            worth = DISCUSSED if at == 0 and discussed(chat, sender, messages[0], found, seconds) else 1.0
            familiar = around.worth if unknown[sender] else {}
            stretch = _stretch(
                chat, sender, messages, found, worth, familiar, stranger=bool(unknown[sender]), loose=loose
            )
            if stretch is not None:
                built.append(stretch)
    return built


def _cut(messages: Sequence[int], seconds: NDArray[np.int64], gap: int, found: Sightings) -> list[list[int]]:
    """Cut an account's signals at long pauses and where the owner speaks up."""
    parts: list[list[int]] = []
    for message in messages:
        owner = found.said(message, Concept.HACKED_DISCLOSURE, Concept.DISOWNING)
        # Who tells of a theft at night may be robbed of the account by morning: the owner's word holds for a sitting.
        told = bool(parts) and found.said(parts[-1][0], Concept.HACKED_DISCLOSURE, Concept.DISOWNING)
        longest = min(gap, OWNER_SITTING) if told else gap
        if parts and not owner and seconds[message] - seconds[parts[-1][-1]] <= longest:
            parts[-1].append(message)
        else:
            parts.append([message])
    return parts


def _stretch(
    chat: Chat,
    sender: int,
    messages: Sequence[int],
    found: Sightings,
    plain: float,
    familiar: Mapping[str, float],
    *,
    stranger: bool,
    loose: bool,
) -> Stretch | None:
    kinds: dict[str, tuple[float, Sighting]] = {}
    sighted = []
    marked = 0.0
    for message in messages:
        worth = QUOTED if wary(found, message) else RECITED * plain if recites(chat, message) else plain
        for sighting in found.by_message.get(message, ()):
            weight = sighting.weight * worth * familiar.get(sighting.kind, 1.0)
            sighted.append(sighting)
            if sighting.kind not in kinds or weight > kinds[sighting.kind][0]:
                kinds[sighting.kind] = (weight, sighting)
        marked += max(
            (familiar.get(s.kind, 1.0) for s in found.by_message.get(message, ()) if s.kind not in COMMON), default=0.0
        )
    ranked = sorted(kinds.values(), key=lambda item: (-item[0], item[1].kind))
    signals = [
        Signal(
            name=sighting.kind.replace("_", " "), weight=round(weight * DAMPING**rank, 3), detail=_where(chat, sighting)
        )
        for rank, (weight, sighting) in enumerate(ranked)
    ]
    cautious = (Concept.WARNING, Concept.SCAM_TALK, Concept.CODE_NEVER_SHARE)
    own_warnings = [m for m in messages if found.said(m, *cautious) and wary(found, m)]
    if own_warnings:
        signals.append(_signal(chat, "warns of fraud itself", own_warnings, -0.7, -0.5))
    own = _own_messages(chat, sender)
    first = int(np.searchsorted(own, messages[0]))
    length = int(np.searchsorted(own, messages[-1], "right")) - first
    share = marked / max(length, 1)
    dense = DENSE if not loose else DENSE_STRANGER if length >= TALKATIVE else 0.0
    if share < dense:
        # Somebody who writes a lot says some of these words by chance.
        thin = sum(s.weight for s in signals) * (share / dense - 1.0)
        of_all = say("%(share)s of %(messages)s", share=f"{share:.0%}", messages=length)
        signals.append(Signal(name=THIN, weight=round(thin, 3), detail=of_all))
    total = sum(s.weight for s in signals)
    if total < LEAST:
        return None
    return Stretch(
        sender=sender,
        stranger=stranger,
        before=first,
        sightings=tuple(sighted),
        signals=tuple(signals),
        first=messages[0],
        last=messages[-1],
        sum=total,
    )


def _where(chat: Chat, sighting: Sighting) -> Said:
    line = str(chat.columns.line[sighting.message])
    if sighting.detail:
        return say("line %(line)s: %(detail)s", line=line, detail=sighting.detail)
    return say("line %(lines)s", lines=line)


def _weigh(chat: Chat, stretch: Stretch, heard: Heard, among: Crowd, read: Signal | None) -> Episode:
    own = _own_messages(chat, stretch.sender)
    signals = [*stretch.signals, *([read] if read else [])]
    if stretch.before >= HISTORY:
        known = min(PRIOR_KNOWN, among.prior) if stretch.stranger else PRIOR_KNOWN
        signals.append(Signal(name="sender with a history here", weight=known, detail="prior"))
    elif stretch.stranger:
        signals.append(Signal(name="sender not in the contacts", weight=among.prior, detail="prior"))
    else:
        signals.append(Signal(name="sender new in this chat", weight=PRIOR_NEWCOMER, detail="prior"))
    around = [
        _signal(chat, meaning, messages, *HEARD_WEIGHTS[meaning])
        for meaning, messages in sorted(heard.by_meaning.items())
    ]
    if stretch.stranger and not any(heard.by_meaning.get(meaning) for meaning in CERTAIN):
        seconds = chat.columns.timestamp[own].astype("datetime64[s]").astype(np.int64)
        last = seconds[min(int(np.searchsorted(own, stretch.last)), len(own) - 1)]
        stayed = own[seconds > last + STAYS]
        if len(stayed):
            around.append(_signal(chat, "goes on writing for days", stayed.tolist(), -2.0, -0.5, most=5))
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


def _with_partners(chat: Chat, built: Sequence[Episode]) -> list[Episode]:
    """A stranger who vouches where another stranger pitches works with them, and several who vouch are a cast."""
    team = [e for e in built if e.stranger and any(s.kind in TEAMWORK for s in e.sightings)]
    pitching = [e for e in team if e.score >= MEDIUM]
    unknown = strangers(chat)
    praise = {s.message for e in team for s in e.sightings if s.kind in TEAMWORK}
    result = []
    for episode in built:
        partners = {e.sender for e in pitching if e.sender != episode.sender and e.messages[0] <= episode.messages[-1]}
        cast = {e.sender for e in team if e.sender != episode.sender}
        signal = None
        worth = 0.0
        if episode in team and cast:
            # In a room of many strangers some use such words without knowing of each other.
            own = [s.message for s in episode.sightings if s.kind in TEAMWORK]
            worth = beyond_crowd(chat, unknown, episode.sender, own, praise)
        if worth and partners:
            signal = Signal(name="vouches for a suspicious account", weight=round(2.2 * worth, 3), detail="")
        elif worth and episode in pitching and len(cast) >= CAST:
            signal = Signal(
                name="strangers vouch for it",
                weight=round(1.2 * worth, 3),
                detail=counted("%(num)s account", "%(num)s accounts", len(cast)),
            )
        if signal is not None:
            score = round(episode.score + signal.weight, 3)
            episode = replace(episode, signals=(*episode.signals, signal), score=score)
        result.append(episode)
    return result


def _with_other_signs(built: Sequence[Episode], seconds: NDArray[np.int64]) -> list[Episode]:
    """Weighty kinds of signs that the same account shows in other stretches make a suspicion stronger."""
    result = []
    for episode in built:
        here = {s.kind for s in episode.sightings}
        elsewhere = {
            s.kind: s.weight
            for other in built
            if other is not episode and other.sender == episode.sender and episode.score >= MEDIUM
            for s in other.sightings
            if abs(seconds[s.message] - seconds[episode.messages[0]]) <= NEIGHBORS
            if s.weight >= WEIGHTY and s.kind not in here
        }
        if elsewhere:
            worth = round(min(MOST_ELSEWHERE, ELSEWHERE * sum(elsewhere.values())), 3)
            detail = joined((say(kind.replace("_", " ")) for kind in sorted(elsewhere)), ", ")
            signal = Signal(name="other signs at other times", weight=worth, detail=detail)
            episode = replace(episode, signals=(*episode.signals, signal), score=round(episode.score + worth, 3))
        result.append(episode)
    return result


def _with_earlier(built: Sequence[Episode]) -> list[Episode]:
    """An account that had suspicious stretches before is more suspicious in the next."""
    earlier: dict[int, int] = {}
    result = []
    for episode in sorted(built, key=lambda e: (e.messages[0], e.sender)):
        count = min(earlier.get(episode.sender, 0), 3)
        if episode.score >= LOW:
            earlier[episode.sender] = count + 1
        # It makes a suspicion stronger, and none where there was none.
        if count and episode.score >= MEDIUM:
            signal = Signal(
                name="suspicious before",
                weight=0.5 * count,
                detail=counted("%(num)s earlier stretch", "%(num)s earlier stretches", count),
            )
            score = round(episode.score + signal.weight, 3)
            episode = replace(episode, signals=(*episode.signals, signal), score=score)
        result.append(episode)
    return result


def _with_neighbors(built: Sequence[Episode], seconds: NDArray[np.int64]) -> list[Episode]:
    """Other stretches of an account that attacks are worth reading, at the level low."""
    attacks: dict[int, list[int]] = {}
    for episode in built:
        if episode.score >= MEDIUM:
            attacks.setdefault(episode.sender, []).append(episode.messages[0])
    result = []
    for episode in built:
        # What a contact wrote long before, such as the genuine account on an invoice, is not the intruder's.
        before = NEIGHBORS if episode.stranger else RUN_UP
        near = [
            m
            for m in attacks.get(episode.sender, ())
            if -NEIGHBORS <= seconds[m] - seconds[episode.messages[0]] <= before
        ]
        if near and episode.score < LOW:
            signal = Signal(name="same account as an attack", weight=round(LOW - episode.score, 3), detail="")
            episode = replace(episode, signals=(*episode.signals, signal), score=LOW)
        result.append(episode)
    return result


def _signal(chat: Chat, name: str, messages: Iterable[int], one: float, more: float, most: int = 3) -> Signal:
    heard = list(messages)
    weight = one + more * (min(len(heard), most) - 1)
    lines = ", ".join(str(chat.columns.line[m]) for m in heard[:most])
    detail = counted("line %(lines)s", "lines %(lines)s", min(len(heard), most), lines=lines)
    return Signal(name=name, weight=round(weight, 3), detail=detail)


@lru_cache(maxsize=512)
def _own_messages(chat: Chat, sender: int) -> NDArray[np.int64]:
    return np.flatnonzero(chat.columns.sender == sender)
