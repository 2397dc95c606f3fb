"""Runs tasks in this process or in several; a worker that dies or hangs loses at most its own file.

Each worker has a pipe of its own and one task at a time. Pools whose workers share a queue lose tasks, or break as a
whole, when a worker is killed while it starts, reads or answers; here the death of a worker is the end of its pipe,
and the parent knows what it was given.
"""

from __future__ import annotations

import gc
import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from wa_forensics.batch.work import Task, do, lost
from wa_forensics.case.kept import FileResult, lean
from wa_forensics.errors import CaseError, WaForensicsError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# A worker that ended in another way than by SIGKILL was ended by its file, or by a mistake of ours: it will be again.
# Who sent SIGKILL, and whether they go on, cannot be told (the system does it when memory runs out), so such a file is
# tried more often, after the others.
TRIES, TRIES_KILLED = 3, 10
KILLED = 9
# So many workers in a row that die before they are ready: no process can work here.
MOST_FALSE_STARTS = 50
# Bytes of the path of the temporary folder that leave room for a socket in a folder of its own below it.
LONGEST_TEMPORARY = 60
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
    """The result of each task, in the order in which they end; ``work`` is a function that pickles.

    ``timeout`` counts the seconds from when a worker was given a file. Raises our errors and OSError as ``work`` does,
    and CaseError when no worker process lives long enough to begin.
    """
    if jobs == 1 and timeout is None:
        for number, task in enumerate(tasks):
            if number:
                gc.collect(0)
            result = work(task)
            yield result if task.is_only else lean(result)
    else:
        pool = _Pool(tasks, jobs, timeout, work)
        try:
            yield from pool.results()
        finally:
            pool.stop()


DIED = "Scan this file alone; lack of memory is the usual cause."


class _Worker:
    """One worker process, its pipe, and what it is doing: nothing while it starts, then one task after another."""

    def __init__(self, context: Any, work: Work) -> None:
        self.pipe, far = context.Pipe()
        self.process = context.Process(target=_serve, args=(far, work), daemon=True)
        self.process.start()
        far.close()
        self.ready = False
        self.task: Task | None = None
        self.attempt = 0
        self.since = 0.0

    def give(self, task: Task, attempt: int) -> None:
        """Hand over a task. A worker that is dead already shows it by the end of its pipe."""
        self.task, self.attempt, self.since = task, attempt, time.monotonic()
        with suppress(OSError):
            self.pipe.send(task)

    def answer(self) -> Any:
        """What it sent; None when it died instead."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        if self.process.exitcode is None:
            self.process.kill()
        self.process.join(10)
        self.pipe.close()


class _Pool:
    """The workers and the tasks that wait for one, each with the number of the try."""

    def __init__(self, tasks: Iterable[Task], jobs: int, timeout: float | None, work: Work) -> None:
        self.waiting = deque((task, 1) for task in tasks)
        self.jobs, self.timeout, self.work = jobs, timeout, work
        self.context = _context()
        self.workers: list[_Worker] = []
        self.false_starts = 0

    def results(self) -> Iterator[FileResult]:
        from multiprocessing.connection import wait

        while self.waiting or any(worker.task for worker in self.workers):
            starting = sum(not worker.ready for worker in self.workers)
            while len(self.workers) < self.jobs and starting < len(self.waiting):
                self.workers.append(_Worker(self.context, self.work))
                starting += 1
            for worker in self.workers:
                if self.waiting and worker.ready and worker.task is None:
                    worker.give(*self.waiting.popleft())
            pipes = {worker.pipe: worker for worker in self.workers}
            for pipe in wait(list(pipes), self._patience()):
                yield from self._heard(pipes[pipe])
            yield from self._overdue()

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()

    def _heard(self, worker: _Worker) -> Iterator[FileResult]:
        answer, task = worker.answer(), worker.task
        if answer is None:
            yield from self._died(worker)
            return
        if not worker.ready:
            worker.ready, self.false_starts = True, 0
        worker.task = None
        # The next task first, so that the worker goes on while the result is looked at.
        if self.waiting:
            worker.give(*self.waiting.popleft())
        if isinstance(answer, WaForensicsError | OSError):
            raise answer
        if task is not None:
            yield answer

    def _died(self, worker: _Worker) -> Iterator[FileResult]:
        self._drop(worker)
        if worker.task is None:
            self.false_starts += not worker.ready
            if self.false_starts > MOST_FALSE_STARTS:
                advice = "Free memory, or use -j 1."
                raise CaseError("worker processes", "they die as soon as they start", advice)
            return
        code = worker.process.exitcode
        tries = TRIES_KILLED if code == -KILLED else TRIES
        if worker.attempt < tries:
            self.waiting.append((worker.task, worker.attempt + 1))
        else:
            yield lost(worker.task, f"its worker process died {tries} times (exit code {code})", DIED)

    def _overdue(self) -> Iterator[FileResult]:
        if self.timeout is None:
            return
        for worker in [w for w in self.workers if w.task and time.monotonic() - w.since > self.timeout]:
            if worker.task is not None and not worker.pipe.poll():
                self._drop(worker)
                yield lost(worker.task, f"was not done after {self.timeout:g} seconds", "Pass a longer --timeout.")

    def _drop(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.stop()

    def _patience(self) -> float | None:
        """Seconds until the first worker is overdue."""
        since = [worker.since for worker in self.workers if worker.task]
        if self.timeout is None or not since:
            return None
        return max(0.0, min(since) + self.timeout - time.monotonic()) + 0.01


def _serve(pipe: Connection[Any, Any], work: Work) -> None:
    """A worker: says that it is ready, then answers each task with its result or the error that stops the scan."""
    # Ctrl-C reaches the whole group; the parent decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What all workers share stays shared: the collector writes into what it looks at. It runs once a file, over what
    # that file left.
    gc.freeze()
    gc.disable()
    # The parent may be gone; then nobody waits for an answer.
    with suppress(EOFError, OSError):
        pipe.send(True)
        while True:
            task = pipe.recv()
            try:
                answer: Any = work(task)
            except (WaForensicsError, OSError) as error:
                answer = error
            pipe.send(answer)
            gc.collect(0)


def _context() -> Any:
    from multiprocessing import get_all_start_methods, get_context

    # A fork of a process that has run Arrow's threads can hang; a fork server that has only imported cannot. It
    # listens at a socket in a folder of the temporary one, and the path of a socket has room for about 100 bytes.
    fits = len(os.fsencode(tempfile.gettempdir())) <= LONGEST_TEMPORARY
    if "forkserver" not in get_all_start_methods() or not fits:
        return get_context("spawn")
    # As many processes as cores leave no core for the threads of linear algebra; they would wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = get_context("forkserver")
    context.set_forkserver_preload(["wa_forensics.batch.work"])
    return context
