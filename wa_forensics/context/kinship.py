"""What the lines between the signs of a stretch are most likely about: the matter of the signs around them.

An intruder asks, waits, answers and presses again. "Thank you. Another one will come" holds no sign of its own,
but stands between two requests for a code. Each line of a stretch shares in the signs near it: half as much per
message of the account in between, and less across a long pause.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import numpy as np

from wa_forensics.chat import Chat, once
from wa_forensics.context.signals import sightings
from wa_forensics.context.sitting import OWN_WORD, sitting
from wa_forensics.context.stretches import PITCHES
from wa_forensics.context.weighing import Episode
from wa_forensics.vocabulary import Concept
from wa_forensics.wording import MATTERS, TOPICS, topics_of

HALVED = 0.5
# Signs further away than this, in messages of the account or in seconds, say nothing about a line.
REACH, PAUSE = 6, 12 * 3600
# What comes after a sign belongs to it more than what comes before.
BEFORE = 0.8
# Part of the signs around a line that has to be of a rule's kinds before the rule names the line.
LEAST_SHARE = 0.25
# What the matter of the whole stretch counts at each line, against 1 for a sign next to it.
WHOLE = 0.4
# An amount alone is about money; how much that weighs.
AMOUNT = 0.8
# So do a number to send it to, a time until when, and letters and digits as long as a wallet's address.
NUMBER, READ = 0.6, 600
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        Concept.DEADLINE_THREAT,
        re.compile(r"(?<![\d.,:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])|(?<!\d)\d{1,3} ?(?:min|h(?!tt))[^\W\d]*", re.I),
    ),
    ("new wallet", re.compile(r"(?<![\w/.=-])(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{25,64}(?![\w/.])", re.I)),
)
# Of the messages of attackers that hold a word of such a topic, about half are of this kind.
TOPICAL: Mapping[str, str] = {
    "code": Concept.CODE_REQUEST,
    "program": Concept.CODE_REQUEST,
    "bank": Concept.PAYMENT_REQUEST,
    "loan": Concept.PAYMENT_REQUEST,
    "bill": Concept.PAYMENT_REQUEST,
    "invest": Concept.INVESTMENT_PITCH,
    "praise": Concept.PROFIT_TESTIMONY,
    "urgency": Concept.URGENCY,
}
# Where the stretch holds a sign of the matter, this is so of the words of these too.
WHERE_SIGNED: Mapping[str, str] = {
    "link": Concept.LINK_INVITATION,
    "file": Concept.FILE_INVITATION,
    "payee": Concept.BANK_DETAILS_CHANGED,
    "card": Concept.GIFT_CARD,
    "coin": Concept.CRYPTO_PAYMENT,
    "task": Concept.JOB_OFFER,
    "wage": Concept.JOB_OFFER,
    "withdraw": Concept.JOB_OFFER,
    "topup": Concept.JOB_OFFER,
    "level": Concept.JOB_OFFER,
    "profit": Concept.INVESTMENT_PITCH,
    "tip": Concept.INVESTMENT_PITCH,
    "remote": Concept.REMOTE_ACCESS,
    "press": Concept.DEADLINE_THREAT,
    "prize": Concept.GIVEAWAY,
}
# Talk that goes with every attack says nothing about the matter.
TALK = {
    Concept.FORMAL_GREETING,
    Concept.TROUBLE_EXCUSE,
    Concept.SECRECY,
    Concept.CALL_REFUSAL,
    Concept.DELETE_INSTRUCTION,
    Concept.FAMILY_GREETING,
    "new link",
}


@once
def matters(chat: Chat, episode: Episode) -> Mapping[int, Mapping[str, float]]:
    """For each message of the episode's sitting the kinds of signs near it, with their shares (sum 1)."""
    messages = sitting(chat, episode)
    place = {message: at for at, message in enumerate(messages)}
    seconds = chat.columns.timestamp[messages].astype("datetime64[s]").astype(np.int64)
    found = sightings(chat)
    signs = [
        (place[s.message], str(s.kind), s.weight)
        for s in episode.sightings
        if s.message in place and s.kind not in TALK
    ]
    signs += [(place[a.message], str(Concept.PAYMENT_REQUEST), AMOUNT) for a in chat.amounts if a.message in place]
    # Where paid tasks or an investment are pitched, wages, deposits and balances are the pitch.
    pitched = [kind for _, kind, _ in signs if kind in PITCHES]
    if pitched:
        often = max(sorted(set(pitched)), key=pitched.count)
        signs += [(place[a.message], often, AMOUNT) for a in chat.amounts if a.message in place]
    signs += [(place[p.message], str(Concept.PAYMENT_DETAILS), NUMBER) for p in chat.phones if p.message in place]
    for at, message in enumerate(messages):
        text = chat.searched_text(message)[:READ]
        signs += [(at, str(kind), NUMBER) for kind, pattern in PATTERNS if pattern.search(text)]
    # What the whole stretch is about counts a little everywhere.
    whole: dict[str, float] = {}
    for _, kind, weight in signs:
        whole[kind] = whole.get(kind, 0.0) + weight
    everywhere = WHOLE / max(sum(whole.values()), 1e-9)
    weights = [{kind: weight * everywhere for kind, weight in whole.items()} for _ in messages]
    for at, kind, weight in signs:
        for near in range(max(0, at - REACH), min(len(messages), at + REACH + 1)):
            if abs(seconds[near] - seconds[at]) > PAUSE:
                continue
            worth = weight * HALVED ** abs(near - at) * (BEFORE if near < at else 1.0)
            weights[near][kind] = weights[near].get(kind, 0.0) + worth
    return {
        message: {kind: worth / sum(near.values()) for kind, worth in sorted(near.items())}
        for message, near in zip(messages, weights, strict=True)
        if near and (episode.own_hand or not found.said(message, *OWN_WORD))
    }


def akin(chat: Chat, episode: Episode, kinds: Collection[str]) -> list[int]:
    """The messages of the sitting whose surroundings are mostly of these kinds, ascending."""
    return sorted(
        message
        for message, near in matters(chat, episode).items()
        if sum(share for kind, share in near.items() if kind in kinds) >= LEAST_SHARE
    )


def worded(chat: Chat, episode: Episode, kinds: Collection[str]) -> list[int]:
    """The messages of the sitting that hold a word of a topic of these kinds, ascending."""
    signed = any(s.kind in kinds for s in episode.sightings)
    topical, where_signed = _topical(chat, episode)
    return [
        message
        for message in topical
        if not topical[message].isdisjoint(kinds) or (signed and not where_signed[message].isdisjoint(kinds))
    ]


@once
def _topical(chat: Chat, episode: Episode) -> tuple[Mapping[int, frozenset[str]], Mapping[int, frozenset[str]]]:
    """For each message of the episode's sitting the kinds that its own words are about, and those where signed."""
    messages = list(matters(chat, episode))
    texts = [chat.searched_text(m)[:READ] for m in messages]

    def kinds_of(listed: str, names: tuple[str, ...], kinds: Mapping[str, str]) -> Mapping[int, frozenset[str]]:
        held = topics_of(texts, listed)
        return {
            message: frozenset(kinds[names[topic]] for topic in np.flatnonzero(row).tolist() if names[topic] in kinds)
            for message, row in zip(messages, held, strict=True)
        }

    return kinds_of("topics", TOPICS, TOPICAL), kinds_of("matters", MATTERS, WHERE_SIGNED)
