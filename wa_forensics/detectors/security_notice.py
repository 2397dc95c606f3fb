"""Notices of a changed security code, a linked device or forwarded calls around an attack.

When an account is registered on another phone, its contacts see that the security code changed; when a device is
linked, the owner sees a notice and sometimes tells of it.
In an export: the app's line, or words such as "a new device was linked", close to a suspicious stretch.
Limits: a new phone or a new installation is the usual cause; a device linked by stealth leaves no line.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, episodes, observed, sightings
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Example, Finding, Rule, Severity, Stage, Threat, phrase
from wa_forensics.vocabulary import Concept, Event

RULE = Rule(
    id="security-notice",
    title="Security code changed, device linked or calls forwarded",
    threat=Threat.SECURITY_NOTICE,
    stage=Stage.TAKEOVER,
    severity=Severity.MEDIUM,
    why="It marks the moment when another device began to speak for the account.",
    alternatives=("The person has a new phone or installed the app again.",),
    next_steps=(
        "Ask the owner whether the phone was changed at that time.",
        "Look three days back for codes and links.",
    ),
    references=("https://faq.whatsapp.com/1524220618005378",),
    fires_on=(
        Example(
            messages=(
                ("Ana", "my phone says a new device was linked, chrome on windows"),
                (
                    "+44 7700 900123",
                    "Hello, kindly send me the 6 digit code you received, it is urgent, do not tell anyone",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "I use whatsapp web at work"), ("Ben", "me too"))),),
)
EVENTS = (
    Event.SECURITY_CODE_CHANGED,
    Event.SECURITY_CODE_CHANGED_ALL,
    Event.NUMBER_CHANGED,
    Event.NUMBER_CHANGED_EXPLICIT,
)
BEFORE, AFTER = 3 * 86400, 3 * 86400


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per notice: medium close to a suspicious stretch, else info."""
    notices = set(chat.messages_with(events=EVENTS).tolist())
    talk = sightings(chat).talk
    told = set(talk[Concept.WEB_SESSION])
    seconds = chat.columns.timestamp.astype("datetime64[s]").astype(np.int64)
    spans = [
        (seconds[e.messages[0]] - BEFORE, seconds[e.messages[-1]] + AFTER) for e in episodes(chat) if e.score >= MEDIUM
    ]
    hostile = {m for e in episodes(chat) if e.score >= MEDIUM for m in e.messages}
    # Who speaks of scanning, linking or forwarding without being the attacker tells how it came about.
    spoken = (talk[Concept.DEVICE_LINKING] | talk[Concept.CALL_FORWARDING]) - hostile - told
    for message in sorted(notices | told | spoken):
        close = any(first <= seconds[message] <= last for first, last in spans)
        if not close and message not in notices:
            continue
        yield make_finding(
            chat,
            RULE,
            [message],
            observation=observed(
                chat,
                [message],
                phrase("noted a change of security code or number")
                if message in notices
                else phrase("told of a linked device or session"),
            ),
            inference="Close to a suspicious stretch it may mark the takeover."
            if close
            else "Alone it is mostly a new phone.",
            confidence=Confidence.MEDIUM if close else Confidence.LOW,
            severity=Severity.INFO if not close else Severity.MEDIUM if message in notices else Severity.LOW,
        )
