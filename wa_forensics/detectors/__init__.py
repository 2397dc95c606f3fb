"""One module per sign of attack, listed by hand; each has a ``RULE`` and a ``detect(chat)``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from wa_forensics.chat import Chat
from wa_forensics.model import Finding, Rule


class Detector(Protocol):
    """What every module in this folder offers."""

    RULE: Rule

    def detect(self, chat: Chat) -> Iterator[Finding]: ...


DETECTORS: tuple[Detector, ...] = ()
