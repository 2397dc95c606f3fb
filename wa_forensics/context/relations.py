"""What stretches say about each other: partners of a pitch, other signs and earlier attacks of the same account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context.crowd import beyond_crowd
from wa_forensics.context.signals import strangers
from wa_forensics.context.stretches import DAY
from wa_forensics.context.weighing import LOW, MEDIUM, Episode
from wa_forensics.context.writing import own_messages
from wa_forensics.model import Signal, counted, joined, say
from wa_forensics.vocabulary import Concept

NEIGHBORS = 60 * DAY
# The theft of an account and its first use lie within so much time.
RUN_UP = 3 * DAY
# Kinds of at least this weight count by a share in the account's other stretches.
WEIGHTY, ELSEWHERE, MOST_ELSEWHERE = 1.2, 0.25, 1.5
# So many other strangers who vouch make a cast.
CAST = 2
# Where a contact pitches, one stranger who says such words may as well be a victim.
LED = 0.45
TEAMWORK = frozenset([Concept.INVESTMENT_PITCH, Concept.PROFIT_TESTIMONY, Concept.JOB_OFFER, Concept.UNLOCK_FEE])


def with_partners(chat: Chat, built: Sequence[Episode]) -> list[Episode]:
    """A stranger who vouches where another stranger pitches works with them, and several who vouch are a cast."""
    team = [e for e in built if e.stranger and any(s.kind in TEAMWORK for s in e.sightings)]
    # A contact who pitches under the own name has a cast as well.
    leads = [e for e in built if not e.stranger and e.own_hand and any(s.kind in TEAMWORK for s in e.sightings)]
    pitching = [e for e in team if e.score >= MEDIUM] + leads

    def first(e: Episode) -> int:
        # Others praise before the one they praise asks for money.
        return int(own_messages(chat, e.sender)[0]) if e.new and not e.stranger else e.messages[0]

    unknown = strangers(chat)
    praise = {s.message for e in team for s in e.sightings if s.kind in TEAMWORK}
    result = []
    for episode in built:
        partners = {e.sender for e in pitching if e.sender != episode.sender and first(e) <= episode.messages[-1]}
        cast = {e.sender for e in team if e.sender != episode.sender}
        signal = None
        worth = LED if episode in team and partners & {e.sender for e in leads} else 0.0
        if episode in team and cast and not worth:
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


def with_other_signs(built: Sequence[Episode], seconds: NDArray[np.int64]) -> list[Episode]:
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


def with_earlier(built: Sequence[Episode]) -> list[Episode]:
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


def with_neighbors(built: Sequence[Episode], seconds: NDArray[np.int64]) -> list[Episode]:
    """Other stretches of an account that attacks are worth reading, at the level low."""
    attacks: dict[int, list[int]] = {}
    for episode in built:
        if episode.score >= MEDIUM:
            attacks.setdefault(episode.sender, []).append(episode.messages[0])
    taken_over = {e.sender for e in built if e.score >= MEDIUM and not e.own_hand}
    result = []
    for episode in built:
        # What a contact wrote long before, such as the genuine account on an invoice, is not the intruder's.
        before = RUN_UP if episode.sender in taken_over else NEIGHBORS
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
