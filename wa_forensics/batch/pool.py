"""Runs tasks in this process or in several; a worker that dies or hangs loses at most its own file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from multiprocessing import get_all_start_methods, get_context
from typing import Any

from wa_forensics.batch.work import Task, do, lost
from wa_forensics.case.kept import FileResult

# A worker that something else killed deserves another try; a file that kills its worker each time does not.
TRIES = 3
# Below this, starting processes takes longer than the work.
SERIAL_BYTES = 16 << 20


def choose_jobs(asked: int | None, files: int, size: int) -> int:
    """Worker processes for a scan: what was asked, else as many as pay off."""
    if asked is not None:
        return max(1, min(asked, files))
    if files < 2 or size < SERIAL_BYTES:
        return 1
    return min(files, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


Work = Callable[..., FileResult]


def run(tasks: Iterable[Task], jobs: int, timeout: float | None, work: Work = do) -> Iterator[FileResult]:
    """The result of each task, in the order in which they end; ``work`` is a function that pickles."""
    if jobs == 1 and timeout is None:
        for task in tasks:
            yield work(task)
    else:
        yield from _in_processes(tasks, jobs, timeout, work)


def _in_processes(tasks: Iterable[Task], jobs: int, timeout: float | None, work: Work) -> Iterator[FileResult]:
    from pebble import ProcessExpired, ProcessPool

    waiting = deque((task, 1) for task in tasks)
    running: dict[Any, tuple[Task, int]] = {}
    with ProcessPool(max_workers=jobs, context=_context()) as pool:
        try:
            while waiting or running:
                # Two tasks for each worker: none is idle, and memory does not grow with the number of files.
                while waiting and len(running) < 2 * jobs:
                    task, attempt = waiting.popleft()
                    running[pool.schedule(work, args=[task], timeout=timeout)] = task, attempt
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    task, attempt = running.pop(future)
                    try:
                        yield future.result()
                    except TimeoutError:
                        yield lost(task, f"was not done after {timeout:g} seconds", "Pass a longer --timeout.")
                    except ProcessExpired as error:
                        if attempt < TRIES:
                            waiting.appendleft((task, attempt + 1))
                        else:
                            yield lost(task, f"its worker process died {TRIES} times ({error})", DIED)
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]
            raise


DIED = "Scan this file alone; lack of memory is the usual cause."


def _context() -> Any:
    # A fork of a process that has run Arrow's threads can hang; a fork server that has only imported cannot.
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["wa_forensics.batch.work"])
    return context
