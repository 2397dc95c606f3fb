"""How far a scan is; the terminal shows it, a library caller may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Files and bytes done of how many, messages read, files that failed, and what goes on."""

    step: str
    files: int
    all_files: int
    bytes: int
    all_bytes: int
    messages: int
    failed: int


Watcher = Callable[[Progress], None]


def nobody(progress: Progress) -> None:
    """Watches nothing."""
