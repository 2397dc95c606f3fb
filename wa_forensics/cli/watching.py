"""The progress line of long work on stderr, only where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wa_forensics.cli.terminal import console, is_terminal

if TYPE_CHECKING:
    from wa_forensics.batch.progress import Progress, Watcher


@contextmanager
def watching(*, quiet: bool = False) -> Iterator[Watcher]:
    """A watcher that draws files, bytes, rate and time left; one that does nothing without a terminal."""
    if quiet or not is_terminal(sys.stderr):
        yield lambda progress: None
        return
    from rich.progress import (
        BarColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[files]} files"),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    with Bar(*columns, console=console(), transient=True) as bar:
        row = bar.add_task("reading", total=None, files="0", failed="")

        def watch(progress: Progress) -> None:
            bar.update(
                row,
                description=progress.step,
                total=progress.all_bytes or None,
                completed=progress.bytes,
                files=f"{progress.files}/{progress.all_files}",
                failed=f"{progress.failed} failed" if progress.failed else "",
            )

        yield watch
