"""Many exports: one after another or in worker processes, resumable; one bad file never stops the run."""

from __future__ import annotations

from wa_forensics.batch.finish import Run
from wa_forensics.batch.grow import add, rescan
from wa_forensics.batch.job import Plan, plan, scan
from wa_forensics.batch.progress import Progress, Watcher

__all__ = ["Plan", "Progress", "Run", "Watcher", "add", "plan", "rescan", "scan"]
