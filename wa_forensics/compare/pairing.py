"""Finds exports of one conversation among many by small sketches of their texts, and adds what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wa_forensics.chat import Chat
from wa_forensics.compare.comparison import Comparison
from wa_forensics.compare.contents import SKETCH_SIZE
from wa_forensics.compare.findings import RULES, comparison_findings
from wa_forensics.compare.outcome import comparison_check
from wa_forensics.model import Analysis, Check, Finding, Severity, Threat, Verdict

FEWEST_COMMON = 4
LEAST_COMMON_SHARE = 0.3
# Two exports show one conversation when most of the smaller one is in the other, from two persons at least: what
# one account sent to several people is common to their chats as well.
FEWEST_MATCHED = 6
LEAST_MATCHED_SHARE = 0.5
FEWEST_BY_SECOND = 2
NOT_GRAVE = frozenset(
    {
        Threat.EVIDENCE_DELETION,
        Threat.INTEGRITY,
        Threat.IDENTITY,
        Threat.BEHAVIOUR_CHANGE,
        Threat.SHARED_ACCOUNT,
        Threat.SECURITY_NOTICE,
    }
)
# A text that so many chats hold was sent around and says nothing about the conversation.
MOST_HOLDERS = 8


def same_conversations(sketches: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Positions of the pairs that are probably exports of one conversation, ascending."""
    holders: dict[int, list[int]] = {}
    for place, hashes in enumerate(sketches):
        for key in hashes:
            holders.setdefault(key, []).append(place)
    common: dict[tuple[int, int], int] = {}
    for places in holders.values():
        if len(places) <= MOST_HOLDERS:
            for i, first in enumerate(places):
                for second in places[i + 1 :]:
                    common[first, second] = common.get((first, second), 0) + 1
    chosen = [pair for pair, count in common.items() if _is_enough(count, sketches[pair[0]], sketches[pair[1]])]
    return tuple(sorted(chosen))


def _is_enough(count: int, a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether enough of the smaller chat is in the larger one, judged on the hashes that both could hold."""
    limits = [one[-1] for one in (a, b) if len(one) == SKETCH_SIZE]
    bound = min(limits) if limits else None
    quarter = any(all(key & 3 == 0 for key in one) for one in (a, b))
    smaller = min(sum((bound is None or key <= bound) and not (quarter and key & 3) for key in one) for one in (a, b))
    return count >= FEWEST_COMMON and count >= LEAST_COMMON_SHARE * smaller


def is_one_conversation(comparison: Comparison) -> bool:
    """Whether a comparison that nobody asked for shows two exports of one conversation."""
    counts = sorted(comparison.matched_by.values(), reverse=True)
    if comparison.verdict == Verdict.NOT_TESTABLE or len(counts) < 2 or len(comparison.names) < 2:
        return False
    lacking = min(len(comparison.missing_in_a), len(comparison.missing_in_b))
    share = comparison.matched / (comparison.matched + lacking + len(comparison.changed))
    return comparison.matched >= FEWEST_MATCHED and share >= LEAST_MATCHED_SHARE and counts[1] >= FEWEST_BY_SECOND


def compared(a: Analysis, b: Analysis, comparison: Comparison, chats: tuple[Chat, Chat]) -> tuple[Analysis, Analysis]:
    """Two analyses with the comparison as check I19 and with what one side lacks as findings."""
    grave = {
        (analysis.facts.source.name, item.message)
        for analysis in (a, b)
        for finding in analysis.findings
        if finding.severity >= Severity.LOW and finding.threat not in NOT_GRAVE
        for item in finding.evidence
    }
    found = comparison_findings(comparison, *chats, grave)
    return _with(a, comparison_check(comparison, a.facts.source.name), found), _with(
        b, comparison_check(comparison, b.facts.source.name), found
    )


def _with(analysis: Analysis, check: Check, found: Sequence[Finding]) -> Analysis:
    own = tuple(finding for finding in found if finding.source == analysis.facts.source.name)
    checks = sorted((*analysis.checks, check), key=lambda item: item.id)
    ran = (*analysis.rules_run, *(rule.id for rule in RULES if rule.id not in analysis.rules_run))
    return replace(analysis, findings=(*analysis.findings, *own), checks=tuple(checks), rules_run=ran)
