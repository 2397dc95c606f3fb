"""The main job: any number of exports in, one sealed case folder with its report out."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wa_forensics import analysis, incidents
from wa_forensics.batch import pool
from wa_forensics.batch.progress import Progress, Watcher, nobody
from wa_forensics.batch.work import MESSAGES as PARTS
from wa_forensics.batch.work import FileResult, Task, finished
from wa_forensics.case import Case, CaseRecords, InputFile, StoredChat, custody, manifest, signature
from wa_forensics.case.folder import publish, staging
from wa_forensics.case.messages import merge_messages
from wa_forensics.case.store import write_records
from wa_forensics.case.tables import write_tables
from wa_forensics.clock import clock
from wa_forensics.errors import EvidenceError, NothingReadError, ParseError
from wa_forensics.evidence import find_inputs, verify_unchanged
from wa_forensics.model import CaseData, Failure, Settings
from wa_forensics.report import render_case, render_index

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# From so many files on, a case is a batch: one Parquet file for each chat, tables, an index.
BATCH_FROM = 33
MESSAGES = "messages.parquet"


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a scan is carried out; nothing here changes a finding.

    ``jobs``: worker processes, None for as many as pay off. ``timeout``: seconds for one file. ``resume``:
    go on where a stopped run ended. ``force``: replace an older case. ``reproducible``: no clock times in
    the custody record. ``key``: signs the manifest.
    """

    jobs: int | None = None
    timeout: float | None = None
    resume: bool = False
    force: bool = False
    reproducible: bool = False
    key: Ed25519PrivateKey | None = None


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
    given = [str(path) for path in paths]
    settings, declared, run, target = settings or Settings(), declared or CaseData(), run or Run(), Path(out)
    if settings.timezone:
        clock(settings.timezone, "2020", "2020")
    todo = plan(given)
    with staging(target, force=run.force, resume=run.resume) as folder:
        results = _read_all(todo, folder, settings, run, watch)
        if not any(result.analyses for result in results):
            raise _nothing_read(results)
        failed = [failure for result in results for failure in result.failures]
        records = _correlated(_command(given, settings), settings, declared, results, failed, folder)
        write_records(folder, records)
        _close(folder, records, run)
        publish(folder, target, force=run.force)
    return Case.open(target)


def _read_all(todo: Plan, folder: Path, settings: Settings, run: Run, watch: Watcher) -> tuple[FileResult, ...]:
    """The result of every file, in the order of the inputs."""
    tasks = [
        Task(number=number, path=path, folder=str(folder), settings=settings, is_only=len(todo.files) == 1)
        for number, path in enumerate(todo.files, 1)
    ]
    earlier = [finished(task) for task in tasks] if run.resume else [None] * len(tasks)
    results = {task.number: result for task, result in zip(tasks, earlier, strict=True) if result}
    left = [task for task in tasks if task.number not in results]
    size = sum(todo.sizes[task.number - 1] for task in left)
    counted = _Count(todo, watch)
    for result in results.values():
        counted.add(result)
    for result in pool.run(left, pool.choose_jobs(run.jobs, len(left), size), run.timeout):
        results[result.number] = result
        counted.add(result)
    return tuple(results[task.number] for task in tasks)


class _Count:
    """Counts what is done and tells the watcher."""

    def __init__(self, todo: Plan, watch: Watcher) -> None:
        self.todo, self.watch = todo, watch
        self.files = self.bytes = self.messages = self.failed = 0
        self.tell()

    def add(self, result: FileResult) -> None:
        self.files += 1
        self.bytes += self.todo.sizes[result.number - 1]
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


def _correlated(
    command: str,
    settings: Settings,
    declared: CaseData,
    results: Sequence[FileResult],
    failed: Sequence[Failure],
    folder: Path,
) -> CaseRecords:
    """Everything found in the chats together."""
    analyses = tuple(item for result in results for item in result.analyses)
    changed = verify_unchanged([item.facts.source for item in analyses])
    crashed = [failure for item in analyses for failure in item.failures]
    return CaseRecords(
        command=command,
        settings=settings,
        declared=declared,
        inputs=tuple(_input(result) for result in results),
        chats=_stored(results, folder),
        analyses=analyses,
        correlation=incidents.correlate(analyses),
        indicators=incidents.shared([item.indicators for item in analyses]),
        rules=analysis.rules(),
        failures=(*failed, *crashed, *changed),
    )


def _stored(results: Sequence[FileResult], folder: Path) -> tuple[StoredChat, ...]:
    """Where the messages of each chat lie; few files are joined into one table."""
    pairs = [pair for r in results for pair in zip(r.analyses, r.messages, strict=True)]
    if len(results) >= BATCH_FROM:
        return tuple(
            StoredChat(facts=item.facts, messages=name, first_row_group=0, row_groups=None) for item, name in pairs
        )
    groups = merge_messages(folder / MESSAGES, [folder / name for _, name in pairs])
    stored, first = [], 0
    for (item, _), count in zip(pairs, groups, strict=True):
        stored.append(StoredChat(facts=item.facts, messages=MESSAGES, first_row_group=first, row_groups=count))
        first += count
    return tuple(stored)


def _close(folder: Path, records: CaseRecords, run: Run) -> None:
    """Custody, report, manifest, signature."""
    time = custody.moment(run.reproducible)
    files = [{"path": i.path, "size": i.size, "sha256": i.sha256} for i in records.inputs]
    entries = [("read", item) for item in files]
    entries.append(("scan", {"command": records.command, "chats": len(records.chats)}))
    custody.append(folder, entries, time)
    case = Case.open(folder, with_clock=False)
    render_case(case, folder / "report.html")
    if len(records.inputs) >= BATCH_FROM:
        write_tables(folder, records.correlation.findings, records.indicators)
        render_index(case, folder / "index.html")
    else:  # joined by now; kept until here, so that a run stopped by a full disk need not read again
        shutil.rmtree(folder / PARTS)
    manifest.seal(folder, files, [("report", {"file": "report.html"})], time)
    if run.key is not None:
        signature.sign(folder, run.key)


def _input(result: FileResult) -> InputFile:
    failure = result.failures[0] if result.failures else None
    return InputFile(
        path=result.path,
        sha256=result.sha256,
        size=result.size,
        texts=tuple(item.facts.source.name for item in result.analyses),
        failure=f"{failure.problem}. {failure.advice}".strip() if failure else None,
    )


def _nothing_read(results: Sequence[FileResult]) -> EvidenceError | ParseError:
    failures = [failure for result in results for failure in result.failures]
    if len(failures) == 1:
        kind = ParseError if failures[0].where in {"ParseError", "AmbiguousDateOrder"} else EvidenceError
        return kind(failures[0].source, failures[0].problem, failures[0].advice)
    return NothingReadError("input", tuple(f"{f.source}: {f.problem}. {f.advice}".strip() for f in failures))


def _command(paths: Sequence[str], settings: Settings) -> str:
    """The command that gives this case again; how it was carried out (-j, --resume) is no part of it."""
    options: list[str] = []
    if settings.date_order != "auto":
        options += ["--date-order", settings.date_order.lower()]
    elif not settings.allow_undecided:
        options += ["--date-order", "ask"]
    if settings.timezone:
        options += ["--timezone", settings.timezone]
    return shlex.join(["wa-forensics", "scan", *options, *paths, "-o", "CASE"])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
