"""wa_forensics: signs of account takeover and fraud in WhatsApp chat exports. Public names load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_forensics._version import __version__

if TYPE_CHECKING:
    from wa_forensics.batch import scan
    from wa_forensics.case import Case
    from wa_forensics.chat import Chat
    from wa_forensics.model import Finding, Incident
    from wa_forensics.parsing import read_export

__all__ = ["Case", "Chat", "Finding", "Incident", "__version__", "read_export", "scan"]

_HOMES = {
    "Case": "wa_forensics.case",
    "Chat": "wa_forensics.chat",
    "Finding": "wa_forensics.model",
    "Incident": "wa_forensics.model",
    "read_export": "wa_forensics.parsing",
    "scan": "wa_forensics.batch",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
