"""A takeover window as findings: the messages under a name that another hand may have written, and what was said of it
by others and, afterwards, by the owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.context import observed
from wa_forensics.findings import make_finding
from wa_forensics.incidents.marks import read_marks
from wa_forensics.incidents.question import Question
from wa_forensics.incidents.stretch import Account
from wa_forensics.incidents.traces import harmful_messages
from wa_forensics.incidents.voices import told_of
from wa_forensics.model import (
    Confidence,
    Finding,
    Rule,
    Said,
    Severity,
    Stage,
    Threat,
    Window,
    counted,
    joined,
    phrase,
)

RULE = Rule(
    id="account-taken-over",
    title="Messages that another hand may have written",
    threat=Threat.INTRUDER_OTHER,
    stage=Stage.TAKEOVER,
    severity=Severity.HIGH,
    why=(
        "Whoever takes over an account writes to its contacts under a name they trust. The stretch between the first "
        "and the last such message tells who was deceived, and when the owner was in control again."
    ),
    alternatives=(
        "The owner wrote from another device or in haste.",
        "A colleague or relative who also uses the account wrote these messages.",
    ),
    next_steps=(
        "Ask the owner, by a call or in person, which of these messages are theirs.",
        "Have the owner log out linked devices and register the number again, which logs an intruder out.",
        "Keep the list of linked devices and the notices as screenshots before anything is deleted.",
    ),
)

TOLD_RULE = Rule(
    id="takeover-told",
    title="Others warn, or the owner disowns the messages",
    threat=Threat.WARNING_FROM_OTHERS,
    stage=Stage.AFTERMATH,
    severity=Severity.MEDIUM,
    why="These lines are the strongest confirmation in an export and bound the attack in time.",
    alternatives=("A joke, or a warning about something else.",),
    next_steps=("Take statements from those who warned.", "Use the time as the latest end of the attack."),
)

# What the messages hold and two further reasons; with more, the window carries the level high by itself.
FEW_REASONS = 3


def takeover_findings(chat: Chat, windows: Iterable[Window], findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding per window, on the account's own messages in it; medium where no harmful finding is inside and
    few reasons speak for the window.
    """
    harmful = harmful_messages(findings)
    for window in windows:
        own = np.flatnonzero(chat.columns.sender == chat.sender_code(window.account))
        inside = own[(own >= window.first_message) & (own <= window.last_message)].tolist()
        serious = any(message in harmful for message in inside)
        yield make_finding(
            chat,
            RULE,
            inside,
            observation=joined([_apart(window, len(inside)), *window.basis]),
            inference="Somebody else may have written them while holding the account.",
            confidence=Confidence.HIGH if serious and len(window.basis) >= 4 else Confidence.MEDIUM,
            severity=Severity.HIGH if serious or len(window.basis) > FEW_REASONS else Severity.MEDIUM,
        )


def told_findings(chat: Chat, windows: Iterable[Window], findings: Sequence[Finding]) -> Iterator[Finding]:
    """Per window what was said of the account, medium, and what was said on how it was found out, low; without the
    messages that another finding names as such.
    """
    windows = tuple(windows)
    if not windows:
        return
    seconds = chat.columns.timestamp.astype(np.int64)
    threats = (Threat.WARNING_FROM_OTHERS, Threat.SECURITY_NOTICE, Threat.OTP_DISCLOSED)
    taken = {i.message for f in findings if f.threat in threats and f.severity >= Severity.LOW for i in f.evidence}
    marks = read_marks(chat, findings)
    for window in windows:
        own = np.flatnonzero(chat.columns.sender == chat.sender_code(window.account))
        account = Account(chat=chat, name=window.account, own=own, seconds=seconds, marks=marks)
        asked = Question(of=account, first=window.first_message, last=window.last_message, spent=taken)
        spoken, around = told_of(asked)
        if spoken:
            yield make_finding(
                chat,
                TOLD_RULE,
                spoken,
                observation=observed(chat, spoken, phrase("warned or disowned")),
                inference="The others saw the messages as false.",
                confidence=Confidence.MEDIUM,
            )
        if around:
            yield make_finding(
                chat,
                TOLD_RULE,
                around,
                observation=observed(chat, around, phrase("wrote next to warnings or doubts")),
                inference="The lines may belong to the warning.",
                confidence=Confidence.LOW,
                severity=Severity.LOW,
            )
        taken |= {*spoken, *around}


def _apart(window: Window, messages: int) -> Said:
    return counted(
        "%(num)s message under the name %(account)s between %(start)s and %(end)s (lines %(first)s to %(last)s) stands "
        "apart.",
        "%(num)s messages under the name %(account)s between %(start)s and %(end)s (lines %(first)s to %(last)s) stand "
        "apart.",
        messages,
        account=window.account,
        start=window.start,
        end=window.end,
        first=str(window.first_line),
        last=str(window.last_line),
    )
