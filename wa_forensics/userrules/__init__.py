"""Rules, lists of indicators and allow-lists that an examiner brings, without code.

The modules load on first use: most scans bring nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "LISTED_RULES": "listed",
    "find_listed": "listed",
    "find_matches": "matching",
    "leave_out": "allow",
    "messages_with": "matching",
    "own_findings": "matching",
    "read_own": "files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
