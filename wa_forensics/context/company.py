"""Who plays along where somebody pitches: accounts that put out who writes against it, or delete when it deletes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from wa_forensics.chat import Chat, once
from wa_forensics.context.episodes import episodes
from wa_forensics.context.relations import TEAMWORK
from wa_forensics.context.signals import strangers
from wa_forensics.context.weighing import HIGH, Episode
from wa_forensics.model import Kind
from wa_forensics.vocabulary import Event

# Who is put out had written so many messages and seconds before, and what the group's managers do up to so many
# messages after the play belongs to it.
JUST, JUST_SECONDS, AFTER = 12, 3600, 400
PUT_OUT = (Event.GROUP_PARTICIPANT_REMOVED, Event.DELETED_BY_ADMIN)
CLOSED = (Event.GROUP_SETTINGS_SEND_MESSAGES, Event.GROUP_INVITE_LINK_RESET, Event.DISAPPEARING_ON)


def pitches(chat: Chat) -> tuple[Episode, ...]:
    """The strong stretches in which a job or an investment is pitched, the strongest first."""
    found = (e for e in episodes(chat) if e.score >= HIGH and any(s.kind in TEAMWORK for s in e.sightings))
    return tuple(sorted(found, key=lambda e: (-e.score, e.messages[0])))


def acts_as(chat: Chat, message: int, sender: int) -> bool:
    """Does a line of the app name the sender as the one who acted?"""
    return chat.accounts_in(message).get(sender) == 0


@once
def silencers(chat: Chat) -> Mapping[int, tuple[int, ...]]:
    """By account that put out a member who had just written during a pitch: the app's lines on what it did.

    Who puts out the pitching account, or another that attacks, is none.
    """
    leading = pitches(chat)
    if not leading:
        return {}
    hostile = {e.sender for e in episodes(chat) if e.score >= HIGH}
    begin = min(e.messages[0] for e in leading)
    end = max(e.messages[-1] for e in leading) + AFTER
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    found: dict[int, list[int]] = {}
    lines = [m for m in chat.messages_with(events=(*PUT_OUT, *CLOSED)).tolist() if begin <= m <= end]
    for message in lines:
        actor = next((code for code in chat.accounts_in(message) if acts_as(chat, message, code)), None)
        if actor is None or (chat.event(message) in CLOSED and actor not in found):
            continue
        near = range(max(0, message - JUST), message)
        wrote = {int(chat.columns.sender[m]) for m in near if seconds[message] - seconds[m] <= JUST_SECONDS}
        out = set(chat.accounts_in(message)) - {actor}
        if chat.event(message) in CLOSED or (out and out <= wrote - hostile):
            found.setdefault(actor, []).append(message)
    return {actor: tuple(acts) for actor, acts in sorted(found.items())}


@once
def deleters(chat: Chat) -> Mapping[int, tuple[int, ...]]:
    """By account that plays along, its deleted messages: of unknown numbers that delete in the hour in which a pitching
    account does, and of those that silence.
    """
    leading = pitches(chat)
    if not leading:
        return {}
    deleted, senders = chat.messages_with(kind=Kind.DELETED), chat.columns.sender
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    begin, hostile = min(e.messages[0] for e in leading), {e.sender for e in leading}
    play = [m for m in deleted.tolist() if m > begin and int(senders[m]) in hostile]
    unknown = strangers(chat)
    found: dict[int, list[int]] = {}
    for message in deleted[deleted > begin].tolist():
        sender = int(senders[message])
        together = any(abs(seconds[message] - seconds[m]) <= JUST_SECONDS for m in play)
        if sender not in hostile and (sender in silencers(chat) or (unknown[sender] and together)):
            found.setdefault(sender, []).append(message)
    return {sender: tuple(messages) for sender, messages in sorted(found.items())}
