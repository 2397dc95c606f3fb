"""The main job: any number of exports in, one sealed case folder with its report out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wa_forensics.batch import pool
from wa_forensics.batch.finish import Request, Run, finish
from wa_forensics.batch.progress import Progress, Watcher, nobody
from wa_forensics.batch.work import Task, finished, forget
from wa_forensics.case import Case
from wa_forensics.case.folder import discard, publish, staging
from wa_forensics.case.kept import FileResult
from wa_forensics.clock import clock
from wa_forensics.errors import EvidenceError, NothingReadError, ParseError
from wa_forensics.evidence import find_inputs
from wa_forensics.model import CaseData, Settings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The files that a scan would read, with their sizes."""

    files: tuple[str, ...]
    sizes: tuple[int, ...]


def plan(paths: Iterable[str | Path]) -> Plan:
    """The files under ``paths`` in the order of a scan; EvidenceError if there are none."""
    given = [Path(path) for path in paths]
    found = find_inputs(given)
    if not found:
        where = ", ".join(str(path) for path in given)
        advice = "Give the .txt or .zip that WhatsApp's 'Export chat' wrote, or a folder that holds them."
        raise EvidenceError(where, "there is no .txt or .zip file inside", advice)
    return Plan(files=tuple(str(path) for path in found), sizes=tuple(_size(path) for path in found))


def scan(
    paths: Iterable[str | Path],
    out: str | Path,
    settings: Settings | None = None,
    *,
    declared: CaseData | None = None,
    run: Run | None = None,
    watch: Watcher = nobody,
) -> Case:
    """Scan exports and write the case folder ``out``; files that fail are named in ``Case.coverage``.

    Raises EvidenceError when there is nothing to read, ParseError or EvidenceError when the only file is no
    export, NothingReadError when none of several is, CaseError when ``out`` exists or cannot be written, and
    SettingsError. Nothing stands under the name ``out`` before the case is whole.
    """
    given = tuple(str(path) for path in paths)
    settings, run, target = settings or Settings(), run or Run(), Path(out)
    if settings.timezone:
        clock(settings.timezone, "2020", "2020")
    todo = plan(given)
    with staging(target, force=run.force, resume=run.resume) as folder:
        results = read_all(todo, folder, settings, run, watch)
        if not any(result.analyses for result in results):
            discard(folder)
            raise _nothing_read(results)
        request = Request(paths=given, settings=settings, declared=declared or CaseData())
        finish(results, results, folder, request, run)
        publish(folder, target, force=run.force)
    return Case.open(target)


def read_all(
    todo: Plan, folder: Path, settings: Settings, run: Run, watch: Watcher, first: int = 1
) -> tuple[FileResult, ...]:
    """The result of every file, in the order of the inputs, which are numbered from ``first``."""
    tasks = [
        Task(number=number, path=path, folder=str(folder), settings=settings, is_only=len(todo.files) == first == 1)
        for number, path in enumerate(todo.files, first)
    ]
    earlier = [finished(task) for task in tasks] if run.resume else [None] * len(tasks)
    results = {task.number: result for task, result in zip(tasks, earlier, strict=True) if result}
    left = [task for task in tasks if task.number not in results]
    for task in left:
        forget(task)
    size = sum(todo.sizes[task.number - first] for task in left)
    counted = _Count(todo, watch, first)
    for result in results.values():
        counted.add(result)
    if run.scheduler is not None:
        from wa_forensics.batch import cluster

        done = cluster.run_on_cluster(left, run.scheduler, run.timeout)
    else:
        done = pool.run(left, pool.choose_jobs(run.jobs, len(left), size), run.timeout)
    for result in done:
        results[result.number] = result
        counted.add(result)
    return tuple(results[task.number] for task in tasks)


class _Count:
    """Counts what is done and tells the watcher."""

    def __init__(self, todo: Plan, watch: Watcher, first: int) -> None:
        self.todo, self.watch, self.first = todo, watch, first
        self.files = self.bytes = self.messages = self.failed = 0
        self.tell()

    def add(self, result: FileResult) -> None:
        self.files += 1
        self.bytes += self.todo.sizes[result.number - self.first]
        self.messages += sum(item.facts.message_count for item in result.analyses)
        self.failed += bool(result.failures)
        self.tell()

    def tell(self) -> None:
        self.watch(
            Progress(
                step="reading",
                files=self.files,
                all_files=len(self.todo.files),
                bytes=self.bytes,
                all_bytes=sum(self.todo.sizes),
                messages=self.messages,
                failed=self.failed,
            )
        )


def _nothing_read(results: Sequence[FileResult]) -> EvidenceError | ParseError:
    failures = [failure for result in results for failure in result.failures]
    if len(failures) == 1:
        kind = (
            ParseError if failures[0].where in {"ParseError", "AmbiguousDateOrder", "AmbiguousClock"} else EvidenceError
        )
        return kind(failures[0].source, failures[0].problem, failures[0].advice)
    return NothingReadError("input", tuple(f"{f.source}: {f.problem}. {f.advice}".strip() for f in failures))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
