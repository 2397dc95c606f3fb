"""A verification code is handed over.

After a request the reader sends back a short run of digits, or tells later that a code was given away.
In an export: four to eight digits from another sender within a few messages of a request, or words such as
"I gave him the code".
Limits: codes read out on the phone or sent as a picture are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import (
    CODE_KINDS,
    MEDIUM,
    Episode,
    bare_digits,
    code_answers,
    episodes,
    finding_of,
    sightings,
    sitting,
)
from wa_forensics.entities import clean
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="code-disclosed",
    title="A verification code is handed over",
    threat=Threat.OTP_DISCLOSED,
    stage=Stage.ACCESS,
    severity=Severity.HIGH,
    why="From this moment the account, or the payment, is in other hands.",
    alternatives=("The digits are a door code, an order number or an amount.",),
    next_steps=("Ask which service sent the code.", "Secure that account; call the bank if it was the bank's."),
    references=("https://faq.whatsapp.com/1131652977717250",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hello sorry, I sent you a 6 digit code by mistake, please send me the code, it is urgent",
                ),
                ("Ana", "482913"),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "what is the door code?"), ("Ben", "4471"))),),
)
# Who tells of a code given away does so a few days before or after the attack.
BEFORE, AFTER = 3 * 86400, 2 * 86400
# Numbers of remote sessions and vouchers are read out as codes are.
ASKED = CODE_KINDS | {Concept.REMOTE_ACCESS, Concept.GIFT_CARD}
# Without a request that was heard, bare digits are a code from so many on.
LONG = 6


def detect(chat: Chat) -> Iterator[Finding]:
    """Per stretch one finding on the codes given after a request, or told of."""
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        first, last = episode.messages[0], episode.messages[-1]
        requests = {s.message for s in episode.sightings if s.kind in CODE_KINDS}
        given = code_answers(chat, requests, sightings(chat))
        told = _told(chat, episode, Concept.CODE_GIVEN)
        # Looking back, the owner also speaks of the new code that protects the account now.
        later = {m for m in told if m > last and chat.columns.sender[m] == episode.sender}
        given |= told - later
        if given:
            yield finding_of(
                chat,
                RULE,
                episode,
                sorted(given),
                did="gave a code, or told of a code,",
                inference="The code may have let somebody else into an account or approved a payment.",
            )
        spoken = _told(chat, episode, Concept.CODE_WORD) | later
        # "I put in the number and the code" under the account's own name: the owner tells how it was lost.
        asking = {s.message for s in episode.sightings if s.kind in CODE_KINDS}
        spoken |= (sightings(chat).talk[Concept.CODE_GIVEN] & set(episode.messages)) - asking
        if not requests:
            # The owner tells of it before the account is used, or once back in control.
            away = {m for m in spoken if m < first or m > last}
            spoken = {m for m in away if chat.columns.sender[m] == episode.sender}
        asked = any(s.kind in ASKED for s in episode.sightings)
        bare = bare_digits(chat, episode.sender, first, last)
        spoken |= {m for m in bare if asked or sum(c.isdigit() for c in chat.searched_text(m)) >= LONG}
        spoken -= given
        if episode.own_hand:
            spoken = {m for m in spoken if chat.columns.sender[m] != episode.sender}
        if spoken:
            yield finding_of(
                chat,
                RULE,
                episode,
                sorted(spoken),
                did="spoke of a code or wrote bare digits",
                inference="It may tell how a code came into other hands.",
                severity=Severity.LOW,
            )


def _told(chat: Chat, episode: Episode, *concepts: Concept) -> set[int]:
    """Messages of others, or of the owner before and after the stretch, that speak of codes without giving one."""
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    first, last = episode.messages[0], episode.messages[-1]
    begin, end = seconds[first] - BEFORE, seconds[last] + AFTER
    talk = sightings(chat).talk
    # Once back in control the owner tells how it came about.
    back = len(chat) if episode.own_hand else sitting(chat, episode)[-1]
    near = {m for concept in concepts for m in talk[concept] if begin <= seconds[m] <= end}
    return {
        m
        for m in near
        if not re.search(r"\d{4}", clean(chat.searched_text(m)))
        and (m < first or m > back or chat.columns.sender[m] != episode.sender)
    }
