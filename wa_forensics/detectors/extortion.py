"""Threats with pictures, police or court.

Somebody threatens to publish pictures, or poses as police with a warrant and keeps the reader on a video call.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: jokes about viral videos and real police reports share the words.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="extortion",
    title="Threats with pictures, police or court",
    threat=Threat.URGENT_MONEY,
    stage=Stage.MONETIZATION,
    severity=Severity.HIGH,
    why="Victims pay several times and isolate themselves.",
    alternatives=(
        "A joke among friends.",
        "A genuine police matter, which is never settled by chat.",
    ),
    next_steps=(
        "Do not pay; keep the chat.",
        "Report to the police and the platform.",
        "Talk to somebody trusted.",
    ),
    references=("https://www.ncmec.org",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "I have recorded your video, pay 500 USD or I will send the video to all your contacts and your family",
                ),
            )
        ),
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "This is inspector from crime branch, a case has been registered against you for money laundering, you are under digital arrest, do not disconnect the video call",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "the wedding video went viral lol"),)),),
)
KINDS = frozenset([Concept.SEXTORTION, Concept.DIGITAL_ARREST])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="threatened with publication, arrest or a case",
        inference="The threat fits extortion.",
    )
