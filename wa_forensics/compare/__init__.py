"""Two exports of one conversation: what one lacks, what differs, how their clocks and names relate."""

from __future__ import annotations

from wa_forensics.compare.comparison import ClockChange, ComparedMessage, Comparison, Pair, comparison_from
from wa_forensics.compare.findings import RULES, comparison_findings
from wa_forensics.compare.outcome import compare_chats, comparison_check
from wa_forensics.compare.pairing import compared, is_one_conversation, same_conversations, sketch

__all__ = [
    "RULES",
    "ClockChange",
    "ComparedMessage",
    "Comparison",
    "Pair",
    "compare_chats",
    "compared",
    "comparison_check",
    "comparison_findings",
    "comparison_from",
    "is_one_conversation",
    "same_conversations",
    "sketch",
]
