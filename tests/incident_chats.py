"""Invented chats for the tests of incidents and exports: a few lines in, a parsed chat and findings out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from wa_forensics import incidents
from wa_forensics.chat import Chat
from wa_forensics.evidence import raw_text
from wa_forensics.findings import make_finding
from wa_forensics.model import Analysis, Confidence, Finding, Rule, Severity, Stage, Threat
from wa_forensics.parsing import parse_text

Line = tuple[datetime, str, str]
MARA = "Mara Lindqvist"
OWEN = "Owen Achterberg"


def chat_of(lines: Iterable[Line], name: str = "WhatsApp Chat with Mara.txt") -> Chat:
    """The lines as an Android export, parsed; an empty sender makes a line of the app."""
    rows = []
    for time, sender, text in lines:
        who = f"{sender}: " if sender else ""
        rows.append(f"{time:%d/%m/%Y, %H:%M} - {who}{text}\n")
    data = "".join(rows).encode()
    return parse_text(raw_text(Path(name), data))


def rule(threat: Threat, stage: Stage = Stage.DECEPTION) -> Rule:
    return Rule(
        id=f"test-{threat.value.replace('_', '-')}",
        title=threat.value.replace("_", " "),
        threat=threat,
        stage=stage,
        severity=Severity.HIGH,
        why="",
        alternatives=("An ordinary message.",),
        next_steps=("Call the owner on a known number.",),
    )


def finding(chat: Chat, text: str, threat: Threat, severity: Severity = Severity.HIGH) -> Finding:
    """A finding on the one message that contains ``text``."""
    [message] = [m for m in range(len(chat)) if text in chat.text(m)]
    return make_finding(
        chat,
        rule(threat),
        [message],
        observation=f"A message holds {threat.value}.",
        inference="It may be a request by somebody else.",
        confidence=Confidence.MEDIUM,
        severity=severity,
    )


def ordinary(start: datetime, days: int) -> list[Line]:
    """Evenings between two friends: lower case, no full stops, laughter."""
    mine = (
        "hahaha yes",
        "ok see you at 7",
        "lol no way",
        "did you eat",
        "on my way!!",
        "nice one",
        "so tired omg",
    )
    theirs = ("where are you", "haha ok", "bring the blue bag please", "yes", "good night", "i am late sorry")
    lines: list[Line] = []
    for day in range(days):
        at = start + timedelta(days=day)
        for turn in range(3):
            lines.append((at + timedelta(minutes=4 * turn), MARA, mine[(day + turn) % len(mine)]))
            lines.append((at + timedelta(minutes=4 * turn + 2), OWEN, theirs[(day * 2 + turn) % len(theirs)]))
    return lines


NIGHT = datetime(2026, 3, 21, 4, 10)
ATTACK: tuple[tuple[int, str, str], ...] = (
    (0, MARA, "Good morning Owen, I hope you are well."),
    (3, OWEN, "mara? it is four in the morning"),
    (
        5,
        MARA,
        "I need a small favour. A code of six digits was sent to you by mistake, please forward it to me.",
    ),
    (9, OWEN, "what code"),
    (11, MARA, "Please hurry, it expires in five minutes."),
    (15, MARA, "Could you also transfer 450 to this account: Harbour Savings 5550 1188, name T. Quill."),
    (21, OWEN, "this is not you"),
    (24, MARA, "I cannot talk, the microphone is broken."),
)


def hijacked(recovery: bool = True, notice: bool = True, night: datetime = NIGHT) -> Chat:
    """Twelve ordinary evenings, an attack before dawn, and the owner's return two days later."""
    lines = ordinary(night.replace(hour=19, minute=0) - timedelta(days=12), 12)
    if notice:
        text = f"Your security code with {MARA} changed. Tap to learn more."
        lines.append((night - timedelta(minutes=20), "", text))
    lines += [(night + timedelta(minutes=minutes), sender, text) for minutes, sender, text in ATTACK]
    if recovery:
        back = night + timedelta(days=2, hours=14)
        lines.append((back, MARA, "hey its me, my account was hacked, did you pay"))
        lines.append((back + timedelta(minutes=2), OWEN, "no, luckily"))
        lines.append((back + timedelta(minutes=3), MARA, "so sorry omg"))
    return chat_of(lines)


def hijack_findings(chat: Chat, recovery: bool = True) -> list[Finding]:
    found = [
        finding(chat, "code of six digits", Threat.OTP_REQUEST),
        finding(chat, "expires in five", Threat.URGENT_MONEY, Severity.MEDIUM),
        finding(chat, "transfer 450", Threat.PAYMENT_REQUEST),
    ]
    if recovery:
        found.append(finding(chat, "was hacked", Threat.WARNING_FROM_OTHERS, Severity.MEDIUM))
    return found


def analyzed(chat: Chat, findings: Sequence[Finding]) -> Analysis:
    occurrences = incidents.occurrences(chat)
    return Analysis(
        facts=chat.facts,
        findings=tuple(findings),
        checks=(),
        indicators=incidents.indicators(chat, findings, occurrences),
        failures=(),
        rules_run=(),
        windows=incidents.takeover_windows(chat, findings),
        traces=incidents.traces(chat, findings, occurrences),
    )


def renamed(analysis: Analysis, name: str) -> Analysis:
    """The same analysis as if the export had another file name (source of findings and windows included)."""
    source = replace(analysis.facts.source, name=name, path=name)
    return replace(
        analysis,
        facts=replace(analysis.facts, source=source, name=name),
        findings=tuple(
            replace(f, source=name, id=f.id[:8] + hashlib.sha256(name.encode()).hexdigest()[:8])
            for f in analysis.findings
        ),
        windows=tuple(replace(w, source=name) for w in analysis.windows),
    )
