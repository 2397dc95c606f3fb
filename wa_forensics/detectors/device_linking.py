"""Somebody is led to link a device.

A page or a person has the reader scan a QR code or type a pairing code. The attacker's browser becomes a linked
device and reads along.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: people link their own laptops every day.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="device-linking",
    title="Somebody is led to link a device",
    threat=Threat.OTP_REQUEST,
    stage=Stage.ACCESS,
    severity=Severity.HIGH,
    why="A linked device reads and writes as the owner without logging the owner out.",
    alternatives=(
        "The reader links a device of their own.",
        "The writer tells what a page or somebody else asked for.",
        "A QR code is meant for a payment or a menu.",
    ),
    next_steps=(
        "Open Settings, Linked devices, and log out what is not known.",
        "Note the device names and times shown there before logging out.",
    ),
    references=("https://faq.whatsapp.com/378279804439436",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hey, I just found your photo! look at your photo here https://photo-login.example/abc and scan this QR with whatsapp to verify",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("Ana", "scan this QR to pay at the counter"),
                ("Ben", "Found your photo from the trip, sending later"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.DEVICE_LINKING])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="wrote of scanning a QR code or entering a pairing code",
        inference="The step fits the linking of a device that is not the owner's.",
    )
