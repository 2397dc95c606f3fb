"""A verification code is handed over.

After a request the reader sends back a short run of digits, or tells later that a code was given away.
In an export: four to eight digits from another sender within a few messages of a request, or words such as
"I gave him the code".
Limits: codes read out on the phone or sent as a picture are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, Episode, episodes, finding_of, sightings
from wa_forensics.entities import clean, codes_in
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
REQUESTS = frozenset(
    [
        Concept.CODE_REQUEST,
        Concept.CODE_BY_MISTAKE,
        Concept.CARD_DETAILS_REQUEST,
        Concept.DEVICE_LINKING,
        Concept.CALL_FORWARDING,
    ]
)
# A code is given within so many messages of the request, in a text of at most so many characters.
REACH = 14
LONGEST = 90


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch with a request that was answered by a code, or that somebody tells of."""
    told = sorted(sightings(chat).talk[Concept.CODE_GIVEN])
    for episode in episodes(chat):
        if episode.score < MEDIUM:
            continue
        given = _answers(chat, episode)
        near = [m for m in told if episode.messages[0] - 60 <= m <= episode.messages[-1] + 40]
        given |= {m for m in near if chat.columns.sender[m] != episode.sender or m < episode.messages[0]}
        if given:
            yield finding_of(
                chat,
                RULE,
                episode,
                sorted(given),
                did="gave a code, or told of having given one,",
                inference="The code may have let somebody else into an account or approved a payment.",
            )


def _answers(chat: Chat, episode: Episode) -> set[int]:
    requests = sorted({s.message for s in episode.sightings if s.kind in REQUESTS})
    own = set(episode.messages)
    senders = chat.columns.sender
    found: set[int] = set()
    for request in requests:
        for message in np.flatnonzero(chat.written[request + 1 : request + 1 + REACH]) + request + 1:
            if senders[message] == episode.sender or int(message) in own:
                continue
            text = clean(chat.text(int(message)))
            if len(text) <= LONGEST and any(len(code.value) >= 4 for code in codes_in(int(message), text)):
                found.add(int(message))
    return found
