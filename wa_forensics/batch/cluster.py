"""Runs tasks on the workers of a Dask cluster that stands already; the same function as in local processes.

All traffic is that of ``dask.distributed``. Workers that see the case folder read the exports and write their parts of
the case there; to others the bytes of each export are sent, and what they make of it comes back.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wa_forensics._version import __version__
from wa_forensics.batch.pool import DIED, Work
from wa_forensics.batch.work import Sent, Task, do, hash_of, keep, lost
from wa_forensics.case.folder import MARK, write_file
from wa_forensics.case.kept import FileResult
from wa_forensics.errors import SettingsError
from wa_forensics.evidence import files_beside

CONNECT_SECONDS = 30
# A cluster without a worker for so long has lost them.
WORKERLESS_SECONDS = 60
# Larger files (zips with media) are not sent about; this machine does them itself.
MOST_SENT = 256 << 20
MOST_FOLDERS = 1000
_LATER = "Start workers and go on with --resume."


def run_on_cluster(tasks: Sequence[Task], address: str, timeout: float | None, work: Work = do) -> Iterator[FileResult]:
    """The result of each task, in the order in which they end; ``work`` is a function the workers can import.

    ``timeout`` counts the seconds from when a free worker was given a file; the worker that goes over it is
    restarted. A file whose worker dies is given to another; Dask's ``allowed-failures`` says how often.

    Raises SettingsError when there is no such cluster, it runs another version, or it loses all its workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        advice = "Install it: pip install 'wa-forensics[cluster]'."
        raise SettingsError(f"--scheduler {address}", "dask.distributed is not installed", advice) from error
    if not tasks:
        return
    try:
        client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        advice = "Give the address that the command dask scheduler prints, such as tcp://host:8786."
        raise SettingsError(f"--scheduler {address}", f"no scheduler answers there ({error})", advice) from error
    with client:
        yield from _Cluster(client=client, address=address, timeout=timeout, work=work).run(tasks)


@dataclass(kw_only=True)
class _Cluster:
    """A connected cluster, and which task each future is."""

    client: Any
    address: str
    timeout: float | None
    work: Work
    flying: dict[Any, tuple[Task, float]] = field(default_factory=dict)

    def run(self, tasks: Sequence[Task]) -> Iterator[FileResult]:
        shared = self._look(tasks)
        here = str(Path.cwd())
        waiting = deque(replace(t, folder=str(Path(t.folder).absolute()), base=here) for t in tasks)
        seen = time.monotonic()
        while waiting or self.flying:
            while waiting and len(self.flying) < self._width():
                task = waiting.popleft()
                if not shared and _size(task) > MOST_SENT:
                    yield self.work(task)
                else:
                    self._submit(task, shared)
            for future in self._ended():
                task, _ = self.flying.pop(future)
                yield self._result(future, task, shared)
            yield from self._overdue()
            if self.client.nthreads():
                seen = time.monotonic()
            elif time.monotonic() - seen > WORKERLESS_SECONDS:
                raise self._gone("the cluster has no worker left")

    def _width(self) -> int:
        """How many files are under way: one for each thread, and another so that none is idle.

        With a time limit there is no other, because waiting is no work.
        """
        threads = int(sum(self.client.nthreads().values()))
        return max(1, threads if self.timeout else 2 * threads)

    def _submit(self, task: Task, shared: bool) -> None:
        if shared:
            future = self.client.submit(self.work, task, pure=False)
        else:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Sending large graph")
                future = self.client.submit(_do_sent, self.work, task, _content(task), pure=False)
        self.flying[future] = task, time.monotonic()

    def _ended(self) -> list[Any]:
        from distributed import wait

        try:
            with self.client.as_current():
                ended = wait(list(self.flying), timeout=1.0, return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
            return list(ended.done)
        except TimeoutError:
            return []

    def _result(self, future: Any, task: Task, shared: bool) -> FileResult:
        from distributed import KilledWorker

        if future.status in {"cancelled", "lost"}:
            raise self._gone("the connection to the scheduler was lost")
        try:
            told = future.result()
        except KilledWorker as error:
            return lost(task, f"its worker process died {int(error.allowed_failures) + 1} times", DIED)
        return told if shared else _received(task, *told)

    def _overdue(self) -> Iterator[FileResult]:
        if self.timeout is None:
            return
        late = [f for f, (_, began) in self.flying.items() if time.monotonic() - began > self.timeout and not f.done()]
        for future in late:
            task, _ = self.flying.pop(future)
            self._free(future)
            yield lost(task, f"was not done after {self.timeout:g} seconds", "Pass a longer --timeout.")

    def _free(self, future: Any) -> None:
        """Restart the worker that hangs on a task; what else it was given goes to others."""
        workers = [name for name, keys in self.client.processing().items() if future.key in keys]
        future.cancel()
        # A worker without a nanny cannot be restarted; its thread stays busy.
        with suppress(ValueError):
            self.client.restart_workers(workers, timeout=CONNECT_SECONDS, raise_for_error=False)

    def _look(self, tasks: Sequence[Task]) -> bool:
        """Whether every worker sees the case folder and the exports."""
        try:
            self.client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise self._gone("the scheduler has no workers") from error
        mark = Path(tasks[0].folder, MARK).absolute()
        folders = sorted({str(Path(task.path).absolute().parent) for task in tasks})[:MOST_FOLDERS]
        stamp = int(mark.stat().st_mtime) if mark.exists() else None
        told = self.client.run(_sees, str(mark), stamp, folders)
        others = sorted({version for version, _ in told.values()} - {__version__})
        if others:
            problem = f"its workers run version {', '.join(others)} of wa_forensics, this is {__version__}"
            raise SettingsError(f"--scheduler {self.address}", problem, "Install the same version everywhere.")
        return all(sees for _, sees in told.values())

    def _gone(self, problem: str) -> SettingsError:
        return SettingsError(f"--scheduler {self.address}", problem, _LATER)


def _sees(mark: str, stamp: int | None, folders: Sequence[str]) -> tuple[str, bool]:
    """Asked of a worker: its version, and whether the mark of this run and the folders of the exports are there."""
    path = Path(mark)
    same = path.is_file() and int(path.stat().st_mtime) == stamp
    return __version__, same and all(Path(folder).is_dir() for folder in folders)


def _content(task: Task) -> Sent | None:
    """What a worker needs of an input; None for one that cannot be read, which the worker then finds too."""
    try:
        data = task.place.read_bytes()
        return Sent(data=data, beside=files_beside(task.place, data) if data[:2] != b"PK" else ())
    except OSError:
        return None


def _do_sent(work: Any, task: Task, sent: Sent | None) -> tuple[FileResult, dict[str, bytes]]:
    """Asked of a worker: the result of a file and the message tables that it wrote, by their names in the case."""
    with tempfile.TemporaryDirectory(prefix="wa-forensics-") as folder:
        result = work(replace(task, folder=folder, is_only=True), sent)
        return result, {name: Path(folder, name).read_bytes() for name in result.messages}


def _received(task: Task, result: FileResult, tables: dict[str, bytes]) -> FileResult:
    for name, data in tables.items():
        target = Path(task.folder, name)
        target.parent.mkdir(exist_ok=True)
        write_file(target, data)
    if result.sha256 is None:
        digest, size = hash_of(task.place)
        result = replace(result, sha256=digest, size=size)
    if not task.is_only:
        keep(task, result)
    return result


def _size(task: Task) -> int:
    try:
        return task.place.stat().st_size
    except OSError:
        return 0
