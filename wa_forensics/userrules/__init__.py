"""Rules, lists of indicators and allow-lists that an examiner brings, without code."""

from __future__ import annotations

from wa_forensics.userrules.allow import leave_out
from wa_forensics.userrules.files import read_own
from wa_forensics.userrules.listed import LISTED_RULES, find_listed
from wa_forensics.userrules.matching import find_matches, messages_with, own_findings

__all__ = [
    "LISTED_RULES",
    "find_listed",
    "find_matches",
    "leave_out",
    "messages_with",
    "own_findings",
    "read_own",
]
