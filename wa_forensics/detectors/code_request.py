"""Somebody asks for a verification code.

A hijacked contact or a caller who poses as support asks for the code that was just sent to the reader. With it an
account is registered on another phone, or a payment is approved.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: a code asked for by a courier or a colleague reads the same; the people and the moment make the difference.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="code-request",
    title="Somebody asks for a verification code",
    threat=Threat.OTP_REQUEST,
    stage=Stage.ACCESS,
    severity=Severity.HIGH,
    why="Whoever has the code can take over the account or approve a payment; no honest service asks for it in a chat.",
    alternatives=(
        "A courier, a doorman or a shop needs a delivery or door code.",
        "Two people log in to a shared service together.",
    ),
    next_steps=(
        "Ask the reader whether a code was given, and for which service.",
        "Check linked devices and registration of the account.",
        "Turn on two-step verification with a new PIN.",
    ),
    references=("https://faq.whatsapp.com/1131652977717250",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hello, sorry I sent you a 6 digit code by SMS by mistake, can you send me the code please? It is urgent",
                ),
            )
        ),
        Example(
            messages=(
                ("Ana", "hi"),
                (
                    "+44 7700 900123",
                    "This is WhatsApp Support Team. Your account will be suspended, send us the 6-digit code now",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "What is the wifi code?"),
                ("Ben", "the door code is 4471"),
            )
        ),
        Example(messages=(("Ana", "123456 is your OTP. Do not share it with anyone"),)),
        Example(messages=(("Ben", "Send me the promo code for the pizza"),)),
    ),
)
KINDS = frozenset([Concept.CODE_REQUEST, Concept.CODE_BY_MISTAKE])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="asked for a verification code",
        inference="The request fits an attempt to take over an account or to approve a payment in the reader's name.",
    )
