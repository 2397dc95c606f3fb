"""Finds exports of one conversation among many by small sketches of their texts, and adds what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wa_forensics.chat import Chat
from wa_forensics.compare.contents import sampled_keys
from wa_forensics.compare.findings import comparison_findings
from wa_forensics.compare.outcome import compare_chats, comparison_check
from wa_forensics.model import Analysis, Check, Finding, Verdict

# The smallest hashes of a set are a fair sample of it (bottom-k sketch, Cohen and Kaplan 2007).
SKETCH_SIZE = 128
FEWEST_COMMON = 8
LEAST_COMMON_SHARE = 0.3
# A text that so many chats hold was sent around and says nothing about the conversation.
MOST_HOLDERS = 8


def sketch(chat: Chat) -> tuple[int, ...]:
    """A sample of what is said in a chat, the same for each export of it: up to 128 hashes, ascending."""
    return tuple(sampled_keys(chat)[:SKETCH_SIZE].tolist())


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
    smaller = min(sum(bound is None or key <= bound for key in one) for one in (a, b))
    return count >= FEWEST_COMMON and count >= LEAST_COMMON_SHARE * smaller


def compared(a: Analysis, chat_a: Chat, b: Analysis, chat_b: Chat) -> tuple[Analysis, Analysis]:
    """Two analyses of one conversation with the comparison as check I19 and with what one side lacks as findings."""
    comparison = compare_chats(chat_a, chat_b)
    if comparison.verdict == Verdict.NOT_TESTABLE:
        return a, b
    found = comparison_findings(comparison, chat_a, chat_b)
    return _with(a, comparison_check(comparison, a.facts.source.name), found), _with(
        b, comparison_check(comparison, b.facts.source.name), found
    )


def _with(analysis: Analysis, check: Check, found: Sequence[Finding]) -> Analysis:
    own = tuple(finding for finding in found if finding.source == analysis.facts.source.name)
    checks = sorted((*analysis.checks, check), key=lambda item: item.id)
    return replace(analysis, findings=(*analysis.findings, *own), checks=tuple(checks))
