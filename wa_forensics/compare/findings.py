"""Findings of a comparison: messages that one export lacks, and messages that differ."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace

from wa_forensics.chat import Chat
from wa_forensics.compare.comparison import ComparedMessage, Comparison, Pair
from wa_forensics.findings import make_finding
from wa_forensics.model import Confidence, Finding, Rule, Said, Severity, Stage, Threat, counted, forms, joined, say

MISSING = Rule(
    id="missing-in-one-export",
    title="Messages missing in one of two exports",
    threat=Threat.EVIDENCE_DELETION,
    stage=Stage.CONCEALMENT,
    severity=Severity.MEDIUM,
    why=(
        "An intruder deletes the messages on the phone in hand; the other side of the conversation keeps them. "
        "A message that only one of two exports of the same conversation holds is what such a deletion leaves."
    ),
    alternatives=(
        "The owner of the phone deleted the messages for themselves, as many people do.",
        "The messages were never delivered to that phone, or disappeared after a set time.",
        "The messages were taken out of, or put into, one of the files after the export.",
    ),
    next_steps=(
        "Ask both sides to keep their phones unchanged and to export the chat again in your presence.",
        "Compare with a third participant's export or a backup.",
    ),
)
DIFFERS = Rule(
    id="differs-in-one-export",
    title="Messages that differ between two exports",
    threat=Threat.INTEGRITY,
    stage=Stage.CONCEALMENT,
    severity=Severity.MEDIUM,
    why="The same message stands in both exports of a conversation, with another text, sender or time.",
    alternatives=(
        "The sender edited the message and one export was made before, or shows no edit mark.",
        "A phone's clock was wrong.",
    ),
    next_steps=("Ask for a third export of the conversation, or for the phones themselves.",),
)
RULES: tuple[Rule, ...] = (MISSING, DIFFERS)
# Messages that follow one another with no more than this many kept ones between are one finding.
NEAR = 3
# One short word or picture that is missing is hardly worth a look.
SHORT = 12
_NAMED = 3


_MISSING = forms(
    "%(num)s message of %(source)s between %(start)s and %(end)s, written by %(writers)s, is missing in %(other)s, "
    "which covers that time and holds the messages around.",
    "%(num)s messages of %(source)s between %(start)s and %(end)s, written by %(writers)s, are missing in "
    "%(other)s, which covers that time and holds the messages around.",
)


def comparison_findings(
    comparison: Comparison, a: Chat, b: Chat, grave: Container[tuple[str, int]] = ()
) -> tuple[Finding, ...]:
    """The findings of one comparison; evidence stands in the export that holds the messages.

    ``grave`` are (source, message) pairs that other findings rest on: where such a message is missing on the
    other side, somebody may have removed the traces of an attack, however weak that finding is alone.
    """
    found: list[Finding] = []
    for holder, other, messages in ((a, b, comparison.missing_in_b), (b, a, comparison.missing_in_a)):
        for group in _groups(messages):
            found.append(_missing(holder, other, group, grave))
    texts = [pair for pair in comparison.changed if pair.similarity < 1 or len(pair.reasons) == 1]
    for pair in texts:
        found.append(_differs(pair, a, b, (pair.a.source, pair.a.message) in grave))
    return tuple(found)


def _differs(pair: Pair, a: Chat, b: Chat, is_grave: bool) -> Finding:
    finding = make_finding(
        a,
        DIFFERS,
        [pair.a.message],
        observation=say(
            "The message at line %(line)s of %(source)s stands at line %(other_line)s of %(other)s otherwise "
            "(similarity of the texts %(similarity)s).",
            line=str(pair.a.line),
            source=a.source.name,
            other_line=str(pair.b.line),
            other=b.source.name,
            similarity=f"{pair.similarity:.2f}",
        ),
        inference=_possible(pair.reasons),
        confidence=Confidence.MEDIUM,
        severity=Severity.MEDIUM if is_grave else Severity.LOW,
        details={"other_source": b.source.name, "other_line": pair.b.line, "other_text": pair.b.text},
    )
    return _told_apart(finding, b)


def _missing(holder: Chat, other: Chat, group: list[ComparedMessage], grave: Container[tuple[str, int]]) -> Finding:
    several = len(group) > 1
    flagged = [message for message in group if (message.source, message.message) in grave]
    writers = Counter(message.sender or "" for message in group)
    facts: dict[str, str | int] = {
        "source": holder.source.name,
        "start": group[0].timestamp,
        "end": group[-1].timestamp,
        "writers": joined((f"{name} ({count})" for name, count in writers.most_common(_NAMED)), ", "),
        "other": other.source.name,
    }
    told = [counted(*_MISSING, len(group), **facts)]
    if flagged:
        told.append(say("Other findings rest on %(flagged)s of them.", flagged=len(flagged)))
    finding = make_finding(
        holder,
        MISSING,
        [message.message for message in group],
        observation=joined(told),
        inference=_possible(group[0].reasons),
        confidence=Confidence.MEDIUM if several or flagged else Confidence.LOW,
        severity=_severity(group, bool(flagged)),
        # Who removed them is not known: it need not be who wrote them.
        actors=tuple(dict.fromkeys(message.sender for message in flagged if message.sender)),
        details={"missing_in": other.source.name, "flagged": len(flagged)},
    )
    return _told_apart(finding, other)


def _possible(reasons: Sequence[str]) -> Said:
    return say("Possible reasons: %(reasons)s.", reasons=joined(map(say, reasons), "; "))


def _severity(group: list[ComparedMessage], is_grave: bool) -> Severity:
    if is_grave:
        return Severity.HIGH
    return Severity.LOW if len(group) == 1 and len(group[0].text) < SHORT else Severity.MEDIUM


def _told_apart(finding: Finding, other: Chat) -> Finding:
    """The same messages may be missing in several other exports: each is a finding of its own."""
    key = f"{finding.id}|{other.source.text_sha256}|{other.source.name}"
    return replace(finding, id=hashlib.sha256(key.encode()).hexdigest()[:16])


def _groups(messages: tuple[ComparedMessage, ...]) -> list[list[ComparedMessage]]:
    groups: list[list[ComparedMessage]] = []
    for message in sorted(messages, key=lambda item: item.message):
        if groups and message.message - groups[-1][-1].message <= NEAR + 1:
            groups[-1].append(message)
        else:
            groups.append([message])
    return groups
