"""Findings that tell one story: takeover windows, indicators, and incidents within and across chats."""

from __future__ import annotations

from wa_forensics.incidents.correlate import correlate
from wa_forensics.incidents.graph import graph
from wa_forensics.incidents.hand import RULE as TAKEOVER_RULE
from wa_forensics.incidents.hand import TOLD_RULE, takeover_findings, told_findings
from wa_forensics.incidents.indicators import defang, indicators, occurrences, shared
from wa_forensics.incidents.mass import RULE as MASS_RULE
from wa_forensics.incidents.takeover import takeover_windows
from wa_forensics.incidents.ties import account_key, phones_of
from wa_forensics.incidents.traces import traces

__all__ = [
    "RULES",
    "TAKEOVER_RULE",
    "TOLD_RULE",
    "account_key",
    "correlate",
    "defang",
    "graph",
    "indicators",
    "occurrences",
    "phones_of",
    "shared",
    "takeover_findings",
    "takeover_windows",
    "told_findings",
    "traces",
]

RULES = (TAKEOVER_RULE, TOLD_RULE, MASS_RULE)
