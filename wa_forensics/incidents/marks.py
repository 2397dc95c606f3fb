"""What the findings and the chat say about each message: harm, disclosure, doubt, notice, removal,
deletion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wa_forensics.chat import Chat
from wa_forensics.context import reactions
from wa_forensics.model import Confidence, Finding, Severity, Threat
from wa_forensics.vocabulary import Concept, Event

# How much a message of an account speaks for a hostile hand (log-odds, by judgement): requests for codes and
# for money to a new account are rare in ordinary chats, urgency and offers are not.
HARM: Mapping[Threat, float] = {
    Threat.OTP_REQUEST: 2.5,
    Threat.BANK_DETAILS_CHANGED: 2.5,
    Threat.GIFT_CARD_OR_CRYPTO: 2.5,
    Threat.LOOKALIKE_LINK: 2.5,
    Threat.MALWARE_FILE: 2.5,
    Threat.PAYMENT_REQUEST: 2.0,
    Threat.MALICIOUS_LINK: 2.0,
    Threat.REMOTE_ACCESS: 2.0,
    Threat.URGENT_MONEY: 1.5,
    Threat.GIVEAWAY: 1.5,
    Threat.JOB_OR_INVESTMENT_SCAM: 1.5,
    Threat.INTRUDER_OTHER: 1.5,
    Threat.IMPERSONATION_NEW_NUMBER: 1.0,
    Threat.EVIDENCE_DELETION: 1.5,
}
CODE_EVENTS = (Event.SECURITY_CODE_CHANGED, Event.SECURITY_CODE_CHANGED_ALL)
REMOVAL_EVENTS = (Event.GROUP_PARTICIPANT_REMOVED, Event.GROUP_PARTICIPANT_WAS_REMOVED)
DELETION_EVENTS = (Event.DELETED_BY_SENDER, Event.DELETED_BY_ADMIN)
# What by wording and place is more likely than not a doubt or warning counts as one of others.
EVEN = 0.0
INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Message ids by meaning. ``harm`` is the weight of the strongest finding that rests on the message.

    ``disclosures`` disown texts or tell of a theft in words the locales know; ``own_warnings`` are the other
    messages that warning findings rest on; ``told`` are those that speak of a theft of the account.
    """

    harm: Mapping[int, float]
    serious: frozenset[int]
    findings: Mapping[int, tuple[str, ...]]
    disclosures: tuple[int, ...]
    own_warnings: tuple[int, ...]
    told: frozenset[int]
    doubts: tuple[int, ...]
    warnings: tuple[int, ...]
    codes_given: tuple[int, ...]
    access: tuple[int, ...]
    change: tuple[int, ...]
    notices: tuple[int, ...]
    removals: tuple[int, ...]
    deletions: frozenset[int]

    @cached_property
    def harm_table(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The messages of ``harm``, ascending, and their weights."""
        messages = sorted(self.harm)
        weights = np.asarray([self.harm[m] for m in messages], dtype=np.float64)
        return np.asarray(messages, dtype=np.int64), weights


def read_marks(chat: Chat, findings: Sequence[Finding]) -> Marks:
    """Sort the evidence of the findings, the app's notices and the phrases of doubt and disowning."""
    harm: dict[int, float] = {}
    serious: set[int] = set()
    ids: dict[int, list[str]] = {}
    by_threat: dict[Threat, set[int]] = {threat: set() for threat in Threat}
    for finding in findings:
        weight = _weight(finding)
        for item in finding.evidence:
            if _speaks(finding):
                by_threat[finding.threat].add(item.message)
            ids.setdefault(item.message, []).append(finding.id)
            if weight > harm.get(item.message, 0.0):
                harm[item.message] = weight
            if weight and finding.severity >= Severity.MEDIUM and finding.threat is not Threat.EVIDENCE_DELETION:
                serious.add(item.message)
    disowned = _said(chat, Concept.HACKED_DISCLOSURE, Concept.DISOWNING)
    warned = by_threat[Threat.WARNING_FROM_OTHERS]
    likely = {reaction.message for reaction in reactions(chat) if reaction.odds >= EVEN}
    return Marks(
        harm=harm,
        serious=frozenset(serious),
        findings={message: tuple(sorted(set(found))) for message, found in ids.items()},
        disclosures=_ordered(disowned),
        own_warnings=_ordered(warned - disowned),
        told=frozenset(_said(chat, Concept.HACKED_DISCLOSURE)),
        doubts=_ordered(_said(chat, Concept.IDENTITY_DOUBT)),
        warnings=_ordered(warned | likely | disowned | _said(chat, Concept.WARNING, Concept.REPORTING)),
        codes_given=_ordered(by_threat[Threat.OTP_DISCLOSED]),
        access=_ordered(by_threat[Threat.SECURITY_NOTICE]),
        change=_ordered(by_threat[Threat.BEHAVIOUR_CHANGE]),
        notices=_ordered(set(chat.messages_with(events=CODE_EVENTS).tolist())),
        removals=_ordered(set(chat.messages_with(events=REMOVAL_EVENTS).tolist())),
        deletions=frozenset(chat.messages_with(events=DELETION_EVENTS).tolist()),
    )


def _speaks(finding: Finding) -> bool:
    """Does a finding say enough of its messages? What only reads like a warning does not, unless it is likely one."""
    if finding.threat is Threat.WARNING_FROM_OTHERS:
        return finding.confidence > Confidence.LOW
    return finding.severity > Severity.INFO or finding.threat is Threat.SECURITY_NOTICE


def _weight(finding: Finding) -> float:
    """What one message of a finding weighs: a low finding marks the talk around an attack, not the attack."""
    if finding.severity <= Severity.INFO:
        return 0.0
    share = 0.2 if finding.severity == Severity.LOW else 0.6 if finding.confidence == Confidence.LOW else 1.0
    return HARM.get(finding.threat, 0.0) * share


def _said(chat: Chat, *concepts: Concept) -> set[int]:
    return set(chat.said(*concepts).messages.tolist())


def _ordered(messages: set[int]) -> tuple[int, ...]:
    return tuple(sorted(messages))


def names_account(chat: Chat, message: int, account: str) -> bool:
    """Does the text of a line name the account?"""
    return chat.sender_code(account) in chat.accounts_in(message)
