"""Many exports: one after another or in worker processes, resumable; one bad file never stops the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wa_forensics.batch.finish import Run
from wa_forensics.batch.job import Plan, plan, scan
from wa_forensics.batch.progress import Progress, Watcher

if TYPE_CHECKING:
    from wa_forensics.batch.grow import add, rescan

__all__ = ["Plan", "Progress", "Run", "Watcher", "add", "plan", "rescan", "scan"]


def __getattr__(name: str) -> Any:
    # A case that grows is verified first, which a new scan does without.
    if name not in ("add", "rescan"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from wa_forensics.batch import grow

    return getattr(grow, name)
