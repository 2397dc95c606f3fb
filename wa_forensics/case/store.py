"""Writes the records of a case: settings, inputs, findings, incidents, checks, indicators, coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wa_forensics._version import __version__
from wa_forensics.case.folder import write_file, write_parts
from wa_forensics.case.records import compact, plain, pretty
from wa_forensics.compare import Comparison
from wa_forensics.model import (
    Analysis,
    CaseData,
    ChatFacts,
    Check,
    Correlation,
    DateOrder,
    Failure,
    Graph,
    Indicator,
    Limit,
    Rule,
    Settings,
    Span,
    Verdict,
    counted,
)

SCHEMA_VERSION = 1
COMPARISONS = "comparisons.json"
SPANS_LISTED = 200
NOT_DECLARED = "not declared"


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """One file given to a scan: its hash (None if unreadable), and why it failed (None if it did not)."""

    path: str
    sha256: str | None
    size: int | None
    texts: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredChat:
    """The facts of one chat and where its messages lie: a Parquet file and a run of row groups (None: all)."""

    facts: ChatFacts
    messages: str
    first_row_group: int = 0
    row_groups: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRecords:
    """All that a scan found, ready to be written; the order of everything is that of the inputs."""

    command: str
    arguments: tuple[str, ...]
    settings: Settings
    declared: CaseData
    inputs: tuple[InputFile, ...]
    chats: tuple[StoredChat, ...]
    analyses: tuple[Analysis, ...]
    correlation: Correlation
    graph: Graph
    indicators: tuple[Indicator, ...]
    rules: tuple[Rule, ...]
    failures: tuple[Failure, ...]
    comparisons: tuple[Comparison, ...] = ()
    limits: tuple[Limit, ...] = ()


def write_records(folder: Path, records: CaseRecords) -> None:
    """Write every record file into the folder, which exists."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "wa_forensics", "version": __version__},
        "command": records.command,
        "arguments": records.arguments,
        "settings": records.settings,
        "declared": records.declared,
        "name": records.declared.name or name_of(records.chats),
        "inputs": records.inputs,
        "chats": records.chats,
    }
    write_file(folder / "case.json", pretty(head))
    write_lines(folder / "findings.jsonl", records.correlation.findings)
    write_file(folder / "incidents.json", pretty(records.correlation.incidents))
    write_file(folder / "graph.json", pretty(records.graph))
    write_file(folder / "integrity.json", pretty([_checks(analysis) for analysis in records.analyses]))
    write_file(folder / COMPARISONS, pretty([comparison.as_dict() for comparison in records.comparisons]))
    write_lines(folder / "indicators.jsonl", records.indicators)
    write_lines(folder / "profiles.jsonl", [p for analysis in records.analyses for p in analysis.profiles])
    write_file(folder / "coverage.json", pretty(coverage_of(records)))


def write_lines(path: Path, records: Iterable[object]) -> None:
    """One record a line."""
    write_parts(path, (compact(record) + "\n" for record in records))


def declared_rows(declared: CaseData) -> dict[str, str]:
    """What was declared, under the words a report shows; what was not stands there as such."""
    rows = {
        "Case number": declared.number,
        "Items": ", ".join(declared.items) or None,
        "Examiner": declared.examiner,
        "Organization": declared.organization,
        "Acquired by": declared.acquired_by,
        "Acquired at": declared.acquired_at,
        "Acquired how": declared.acquired_how,
        "Device": declared.device,
        "App version": declared.app_version,
    }
    return {label: value or NOT_DECLARED for label, value in rows.items()}


def name_of(chats: Sequence[StoredChat]) -> str:
    """A name for a case that was given none: its chats."""
    names = list(dict.fromkeys(chat.facts.name for chat in chats))
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + rest


def worst_verdict(checks: Sequence[Check]) -> Verdict:
    """The word for a whole source: inconsistent if one check is, consistent if one is and none is not."""
    found = {check.verdict for check in checks}
    for verdict in (Verdict.INCONSISTENT, Verdict.CONSISTENT, Verdict.NO_CONCLUSION):
        if verdict in found:
            return verdict
    return Verdict.NOT_TESTABLE


def coverage_of(records: CaseRecords) -> dict[str, Any]:
    """Rules with and without hits, what was skipped or failed, what no parser read, limits that were met."""
    hits = Counter(finding.rule for finding in records.correlation.findings)
    ran = Counter(rule for analysis in records.analyses for rule in analysis.rules_run)
    together = {rule.id for rule in records.rules} - set(ran)
    failed = {(failure.where, failure.source) for failure in records.failures}
    return {
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "threat": rule.threat,
                "severity": rule.severity,
                "chats": len(records.analyses) if rule.id in together else ran[rule.id],
                "hits": hits[rule.id],
            }
            for rule in records.rules
            if ran[rule.id] or not any(where == rule.id for where, _ in failed)
        ],
        "skipped": [
            {"source": p.source, "sender": p.sender, "what": "behaviour of a sender", "reason": p.reason}
            for analysis in records.analyses
            for p in analysis.profiles
            if not p.testable
        ],
        "failures": records.failures,
        "left_out": _left_out(records),
        "allow_unused": _idle(records),
        "unparsed": [_unparsed(a.facts) for a in records.analyses if a.facts.unparsed],
        "undecided_dates": [
            _undecided(a.facts.source.name, a.facts.date_order)
            for a in records.analyses
            if a.facts.date_order.decided_by == "undecided"
        ],
        "limits": [*(note for analysis in records.analyses for note in _limits(analysis.facts)), *records.limits],
    }


def _checks(analysis: Analysis) -> dict[str, Any]:
    source = analysis.facts.source
    return {
        "source": source.name,
        "sha256": source.sha256,
        "verdict": worst_verdict(analysis.checks),
        "checks": analysis.checks,
    }


def _left_out(records: CaseRecords) -> list[dict[str, Any]]:
    """The findings that an allow-list covered, each with its entry: who left it out, and why."""
    allowed = records.settings.own.allowed
    return [
        {"finding": left.finding, "entry": allowed[left.entry]}
        for analysis in records.analyses
        for left in analysis.left_out
    ]


def _idle(records: CaseRecords) -> list[dict[str, Any]]:
    """The entries of allow-lists that covered nothing, and whether they had expired."""
    own = records.settings.own
    used = {left.entry for analysis in records.analyses for left in analysis.left_out}
    return [
        plain(entry) | {"expired": own.as_of is not None and entry.expires < own.as_of}
        for number, entry in enumerate(own.allowed)
        if number not in used
    ]


def _unparsed(facts: ChatFacts) -> dict[str, Any]:
    spans: Sequence[Span] = facts.unparsed
    return {
        "source": facts.source.name,
        "spans": len(spans),
        "bytes": sum(span.byte_length for span in spans),
        "reasons": dict(sorted(Counter(span.reason for span in spans).items())),
        "listed": spans[:SPANS_LISTED],
    }


def _undecided(source: str, order: DateOrder) -> Mapping[str, Any]:
    return {"source": source, "shown": order.order, "readings": order.readings}


def _limits(facts: ChatFacts) -> list[Limit]:
    found = [Limit(source=facts.source.name, limit=note) for note in facts.notes]
    if facts.source.decode_errors:
        told = counted(
            "%(num)s byte was no %(encoding)s and read as U+FFFD",
            "%(num)s bytes were no %(encoding)s and read as U+FFFD",
            facts.source.decode_errors,
            encoding=facts.source.encoding,
        )
        found.append(Limit(source=facts.source.name, limit=told))
    return found
