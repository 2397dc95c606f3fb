"""Findings that tell one story: takeover windows, indicators, and incidents within and across chats."""

from __future__ import annotations

from wa_forensics.incidents.takeover import takeover_windows

__all__ = ["takeover_windows"]
