"""Stretches of one account's messages in which signals add up: an attack, or a chat that only sounds like one.

Evidence adds up on one scale (log-odds). Kinds of signals count once each, weaker ones less; what the others say
and what the app notes around the stretch counts too. A contact with a history needs a reason to believe that the
hand changed (a notice, a code given away, doubt, a warning, disowning): words alone never reach a finding there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat, once
from wa_forensics.context.course import plays
from wa_forensics.context.crowd import Crowd, crowd, reading
from wa_forensics.context.hearing import Stretch, beyond_chance, blocked, hear
from wa_forensics.context.relations import TEAMWORK, with_earlier, with_neighbors, with_other_signs, with_partners
from wa_forensics.context.signals import Sightings, sightings
from wa_forensics.context.stretches import PRIOR_STRANGER, THIN, all_stretches
from wa_forensics.context.weighing import HIGH, LOW, SHOWN, Episode, weigh
from wa_forensics.vocabulary import Concept


@once
def episodes(chat: Chat) -> tuple[Episode, ...]:
    """The stretches that reach at least the level low, in order of their first message."""
    found = sightings(chat)
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    around = crowd(chat, found, PRIOR_STRANGER)
    built = _built(chat, all_stretches(chat, found, seconds, around), found, seconds, around)
    # Courting and investing take weeks: a contact who attacks under the own name is judged over all of them.
    patient = {e.sender for e in built if e.score >= HIGH and e.own_hand and not e.stranger}
    if blocked(chat):
        # Who is blocked in the end may have asked little each time.
        patient |= {e.sender for e in built if not e.stranger}
    spread = Counter(e.sender for e in built if not e.stranger and any(s.kind in TEAMWORK for s in e.sightings))
    patient |= {sender for sender, parts in spread.items() if parts > 1}
    # Whose single stretches are not strong may be a play as a whole.
    playing = plays(chat) - {e.sender for e in built if e.score >= HIGH}
    patient |= playing
    if patient:
        whole = _built(chat, all_stretches(chat, found, seconds, around, patient), found, seconds, around, playing)
        patient = ({e.sender for e in whole if e.score >= HIGH and e.own_hand} | playing) & patient
        built = [e for e in built if e.sender not in patient] + [e for e in whole if e.sender in patient]
    return tuple(sorted((e for e in built if e.score >= LOW), key=lambda e: (e.messages[0], e.sender)))


def _built(
    chat: Chat,
    stretches: list[Stretch],
    found: Sightings,
    seconds: NDArray[np.int64],
    around: Crowd,
    playing: Collection[int] = (),
) -> list[Episode]:
    """The stretches with what the others say and what they say about each other."""
    taken = PRIOR_STRANGER - around.prior
    # Among many messages some read like a scam by chance.
    read = [
        reading(chat, s.sightings, taken)
        if taken and s.stranger and s.sum >= SHOWN and all(signal.name != THIN for signal in s.signals)
        else None
        for s in stretches
    ]
    told = found.talk[Concept.HACKED_DISCLOSURE] | found.talk[Concept.WEB_SESSION]
    lost = {int(chat.columns.sender[m]) for m in told}
    built: list[Episode] = []
    silent: frozenset[int] = frozenset()
    # Twice, because what a hostile account says of others must not count against them.
    for _ in range(2):
        heard = hear(chat, stretches, found, seconds, silent)
        built = [
            weigh(chat, s, beyond_chance(chat, s, heard[at], found), around, read[at], s.sender in playing)
            for at, s in enumerate(stretches)
        ]
        built = [replace(e, lost=e.sender in lost) for e in built]
        built = with_other_signs(with_partners(chat, built), seconds)
        built = with_neighbors(with_earlier(built), seconds)
        silent = frozenset(m for e in built if e.score >= HIGH for m in e.messages)
    return built
