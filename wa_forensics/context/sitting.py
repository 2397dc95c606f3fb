"""All that an account wrote in the sitting of a suspicious stretch."""

from __future__ import annotations

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context.relations import TEAMWORK
from wa_forensics.context.signals import sightings
from wa_forensics.context.weighing import HIGH, Episode
from wa_forensics.vocabulary import Concept

# Before the first and after the last sign, while no pause is longer than this, the same hand is writing.
SESSION = 2 * 3600
# What weighs most in a stretch that pitches, by the names of signals.
PITCH = frozenset(kind.replace("_", " ") for kind in TEAMWORK)
# What the account itself writes when it warns or tells of a theft is not part of its attack.
OWN_WORD = (Concept.WARNING, Concept.HACKED_DISCLOSURE, Concept.DISOWNING)


def sitting(chat: Chat, episode: Episode) -> list[int]:
    """The episode with what the account wrote in the same sitting.

    Once the case is strong, of a stranger all that it wrote, and of a contact who pitches under the own name and was
    new in the chat: such plays begin with the first hello.
    """
    own = np.flatnonzero((chat.columns.sender == episode.sender) & chat.written)
    pitching = episode.own_hand and episode.new and episode.signals[0].name in PITCH
    if (episode.stranger or pitching) and episode.score >= HIGH:
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
