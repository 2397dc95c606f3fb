"""Two exports of one conversation: what one lacks, what differs, how their clocks and names relate.

The modules load on first use: a scan of one export needs none but the sketch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wa_forensics.compare.comparison import ClockChange, ComparedMessage, Comparison, Pair, comparison_from
    from wa_forensics.compare.contents import sketch
    from wa_forensics.compare.findings import RULES, comparison_findings
    from wa_forensics.compare.outcome import compare_chats, comparison_check
    from wa_forensics.compare.pairing import compared, is_one_conversation, same_conversations

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

_HOMES = {
    "ClockChange": "comparison",
    "ComparedMessage": "comparison",
    "Comparison": "comparison",
    "Pair": "comparison",
    "RULES": "findings",
    "compare_chats": "outcome",
    "compared": "pairing",
    "comparison_check": "outcome",
    "comparison_findings": "findings",
    "comparison_from": "comparison",
    "is_one_conversation": "pairing",
    "same_conversations": "pairing",
    "sketch": "contents",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
