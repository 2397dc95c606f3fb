"""Traces: the little that correlation needs of each chat, so that chats need not be open at the same time.

Kept are the numbers of senders, the accounts that notices name, every indicator in a message that a finding
rests on, sketches of the texts that could be one of many (evidence of a finding, a request that stands out, or long
and holding a link, a payee or a phone number), and what others wrote after requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from wa_forensics.chat import Chat
from wa_forensics.incidents.marks import CODE_EVENTS, HARM, INVISIBLE
from wa_forensics.incidents.replies import replies, requests
from wa_forensics.incidents.sketch import sketches
from wa_forensics.model import Finding, Severity, Threat, Trace

# A long text without any indicator is talk; with one it may be an offer or a demand that others received too.
LONG_TEXT = 80
QUOTE = 160
MOST_NOTICES = 500


def harmful_messages(findings: Iterable[Finding]) -> frozenset[int]:
    """Messages that a finding of medium level or above of a harmful kind rests on."""
    return frozenset(
        item.message
        for finding in findings
        if finding.severity >= Severity.MEDIUM
        and finding.threat in HARM
        and finding.threat not in {Threat.EVIDENCE_DELETION, Threat.INTRUDER_OTHER}
        for item in finding.evidence
    )


def traces(
    chat: Chat, findings: Sequence[Finding], occurrences: Sequence[tuple[str, str, int]] = ()
) -> tuple[Trace, ...]:
    """Traces of one chat in order of message; ``occurrences``: (type, value, message) of its indicators."""
    harmful = harmful_messages(findings)
    evidence = {item.message for finding in findings for item in finding.evidence}
    found = [
        _trace(chat, int(np.argmax(chat.columns.sender == code)), "account", phone, False)
        for code, phone in enumerate(chat.sender_phones)
        if phone
    ]
    found += [
        _trace(chat, message, "notice", name, False)
        for message in chat.messages_with(events=CODE_EVENTS)[:MOST_NOTICES].tolist()
        for name in (chat.senders[code] for code in sorted(chat.accounts_in(message)))
    ]
    found += [
        _trace(chat, message, kind, value, message in harmful)
        for kind, value, message in occurrences
        if message in evidence
    ]
    length = chat.columns.text_end - chat.columns.text_start
    with_indicator = {message for _, _, message in occurrences if length[message] >= LONG_TEXT}
    asked = requests(chat)
    texts = [m for m in sorted(evidence | with_indicator | asked.keys()) if chat.columns.sender[m] >= 0]
    drawn = sketches([chat.text(m).translate(INVISIBLE) for m in texts])
    found += [
        _trace(chat, message, "text", value, message in harmful, asked.get(message, 0.0))
        for message, value in zip(texts, drawn, strict=True)
        if value
    ]
    requested = harmful | asked.keys()
    followed = list(replies(chat, requested))
    found += [_trace(chat, message, what, str(request), False) for what, message, request in followed]
    money = requested | {message for what, message, _ in followed if what == "paid"}
    found += [_trace(chat, a.message, "amount", a.text, False) for a in chat.amounts if a.message in money]
    return tuple(sorted(found, key=lambda t: (t.message, t.type, t.value)))


def _trace(chat: Chat, message: int, kind: str, value: str, flagged: bool, weight: float = 0.0) -> Trace:
    c = chat.columns
    is_text = kind == "text"
    quote = chat.text(message) if is_text else ""
    return Trace(
        message=message,
        line=int(c.line[message]),
        time=chat.time(message),
        sender=chat.sender(message) or "",
        type=kind,
        value=value,
        flagged=flagged,
        line_end=int(c.line_end[message]),
        byte_offset=int(c.byte_offset[message]),
        byte_length=int(c.byte_length[message]),
        quote=quote if len(quote) <= QUOTE else quote[: QUOTE - 1] + "…",
        weight=weight,
    )
