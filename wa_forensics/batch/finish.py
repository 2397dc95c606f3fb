"""From the results of all files to a sealed case: correlation, records, custody, report, manifest, signature."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wa_forensics import analysis, incidents
from wa_forensics.batch.accounts import judge_accounts
from wa_forensics.batch.pairs import compare_pairs, pairs_of, stored_chats
from wa_forensics.batch.work import MESSAGES as PARTS
from wa_forensics.case import Case, CaseRecords, InputFile, StoredChat, custody, manifest, signature
from wa_forensics.case.folder import sweep
from wa_forensics.case.kept import FileResult, keep_results
from wa_forensics.case.messages import merge_messages
from wa_forensics.case.store import write_records
from wa_forensics.case.tables import write_tables
from wa_forensics.evidence import verify_unchanged
from wa_forensics.model import CaseData, Settings, Source
from wa_forensics.report import render_case, render_index

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# From so many files on, a case is a batch: one Parquet file for each chat, tables, an index.
BATCH_FROM = 33
MESSAGES = "messages.parquet"


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a scan is carried out; nothing here changes a finding.

    ``jobs``: worker processes, None for as many as pay off. ``scheduler``: the address of a Dask cluster that
    does the files instead. ``timeout``: seconds for one file. ``resume``: go on where a stopped run ended.
    ``force``: replace an older case. ``reproducible``: no clock times in the custody record. ``key``: signs
    the manifest.
    """

    jobs: int | None = None
    scheduler: str | None = None
    timeout: float | None = None
    resume: bool = False
    force: bool = False
    reproducible: bool = False
    key: Ed25519PrivateKey | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for: the paths as given, the settings, what was declared; ``action`` is for the custody record."""

    paths: tuple[str, ...]
    settings: Settings
    declared: CaseData
    action: str = "scan"


def finish(results: Sequence[FileResult], read: Sequence[FileResult], folder: Path, request: Request, run: Run) -> None:
    """Write and seal everything in ``folder``; ``read`` are the results that this run took from the evidence."""
    sweep(folder)
    records = _correlated(request, results, [item.facts.source for r in read for item in r.analyses], folder)
    write_records(folder, records)
    time = custody.moment(run.reproducible)
    # Packing holds the interpreter for short moments only: where a second core is free, it takes no time.
    with ThreadPoolExecutor(1) as beside:
        kept = beside.submit(keep_results, folder, results)
        custody.append(folder, _entries(records, read, request), time)
        _render(folder, records)
        kept.result()
    files = [{"path": i.path, "size": i.size, "sha256": i.sha256} for i in records.inputs]
    manifest.seal(folder, files, [("report", {"file": "report.html"})], time)
    if run.key is not None:
        signature.sign(folder, run.key)


def _entries(records: CaseRecords, read: Sequence[FileResult], request: Request) -> list[tuple[str, Mapping[str, Any]]]:
    """What was done up to here, for the custody record."""
    return [
        *(("read", {"path": r.path, "size": r.size, "sha256": r.sha256}) for r in read),
        *(
            ("bring", {"path": file.path, "sha256": file.sha256, "kind": file.kind, "entries": file.entries})
            for file in request.settings.own.files
        ),
        (request.action, {"command": records.command, "chats": len(records.chats)}),
    ]


def _render(folder: Path, records: CaseRecords) -> None:
    case = Case.open(folder, with_clock=False)
    is_batch = len(records.inputs) >= BATCH_FROM
    if is_batch:
        case.hold(records)
    render_case(case, folder / "report.html")
    if is_batch:
        write_tables(folder, records.correlation.findings, records.indicators)
        render_index(case, folder / "index.html")
    else:  # joined by now; kept until here, so that a run stopped by a full disk need not read again
        shutil.rmtree(folder / PARTS)


def _correlated(
    request: Request, results: Sequence[FileResult], sources: Sequence[Source], folder: Path
) -> CaseRecords:
    """Everything found in the chats together; the files of ``sources`` are hashed again."""
    alone = tuple(item for result in results for item in result.analyses)
    stored = _stored(results, folder)
    pairs = pairs_of(alone, request.settings.compare)
    chat = stored_chats(stored, folder)
    compared, comparisons = compare_pairs(alone, chat, pairs, request.settings.own)
    judged = judge_accounts(compared, comparisons.same, chat, request.settings.own)
    analyses = judged.analyses
    failed = [failure for result in results for failure in result.failures]
    crashed = [failure for item in analyses for failure in item.failures]
    correlation = incidents.correlate(analyses, comparisons.same)
    return CaseRecords(
        command=_command(request),
        settings=request.settings,
        declared=request.declared,
        arguments=request.paths,
        inputs=tuple(_input(result) for result in results),
        chats=stored,
        analyses=analyses,
        correlation=correlation,
        graph=incidents.graph(correlation.incidents, correlation.findings),
        indicators=incidents.shared([item.indicators for item in analyses]),
        rules=analysis.rules(
            with_comparison=bool(comparisons.found), several=len(analyses) > 1, own=request.settings.own
        ),
        failures=(*failed, *crashed, *comparisons.failures, *judged.failures, *verify_unchanged(sources)),
        comparisons=comparisons.found,
        limits=(*comparisons.limits, *judged.limits),
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


def _input(result: FileResult) -> InputFile:
    failure = result.failures[0] if result.failures else None
    return InputFile(
        path=result.path,
        sha256=result.sha256,
        size=result.size,
        texts=tuple(item.facts.source.name for item in result.analyses),
        failure=f"{failure.problem}. {failure.advice}".strip() if failure else None,
    )


def _command(request: Request) -> str:
    """The command that gives this case again; how it was carried out (-j, --resume) is no part of it."""
    settings = request.settings
    options: list[str] = []
    if settings.date_order != "auto":
        options += ["--date-order", settings.date_order.lower()]
    elif not settings.allow_undecided:
        options += ["--date-order", "ask"]
    if settings.timezone:
        options += ["--timezone", settings.timezone]
    for file in settings.own.files:
        options += [f"--{file.kind}", file.path]
    if settings.own.allowed and settings.own.as_of:
        options += ["--as-of", settings.own.as_of]
    if settings.compare != "auto":
        options += ["--compare", settings.compare]
    return shlex.join(["wa-forensics", "scan", *options, *request.paths, "-o", "CASE"])
