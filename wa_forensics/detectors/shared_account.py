"""Several persons write under one account.

Shops and offices let several people use one phone or login; then nobody can say who wrote a line.
In an export: words about a common login or about who holds the phone.
Limits: only what is said is seen; different hands are the matter of the behaviour model.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import observed
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Example, Finding, Rule, Severity, Stage, Threat, phrase
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="shared-account",
    title="Several persons use one account",
    threat=Threat.SHARED_ACCOUNT,
    stage=Stage.LURE,
    severity=Severity.INFO,
    why="A shared account has no single author and is easily taken over unnoticed.",
    alternatives=("A single handover between two people.",),
    next_steps=("List who has access to the phone and its linked devices.",),
    references=("https://faq.whatsapp.com/378279804439436",),
    fires_on=(Example(messages=(("Office", "who is using the shop phone right now? we share the same login"),)),),
    quiet_on=(Example(messages=(("Ana", "I share a flat with Ben"),)),),
)
MOST_LINES = 20


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding on the messages that say so."""
    messages = chat.said(Concept.SHARED_LOGIN).messages.tolist()[:MOST_LINES]
    if messages:
        yield make_finding(
            chat,
            RULE,
            messages,
            observation=observed(chat, messages, phrase("spoke of a shared phone or login")),
            inference="More than one person may write under the account.",
            confidence=Confidence.LOW,
        )
