"""The index of a batch: one row per chat, worst first, with filters; one self-contained page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wa_forensics.errors import SettingsError
from wa_forensics.model import ChatFacts, Check, Confidence, Finding, Incident, Severity, Verdict
from wa_forensics.report.case_record import WholeRecord
from wa_forensics.report.environment import environment, page_assets
from wa_forensics.report.output import write_stream
from wa_forensics.report.redact import redacted
from wa_forensics.report.register import Register
from wa_forensics.report.summary import worst_verdict
from wa_forensics.report.words import Words

# Clusters listed; more would push the chats off the page, and each row names its incidents in any case.
MOST_CLUSTERS = 200


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """An incident that spans several chats: its number in the report, the incident, how many rows belong to it."""

    number: int
    incident: Incident
    chats: int


@dataclass(frozen=True, kw_only=True)
class IndexRow:
    """One chat, or one file that could not be read (then ``facts`` is None and ``failure`` says why).

    ``severity`` is that of the worst finding, None without findings; ``taken`` are the accounts with a window.
    """

    name: str
    facts: ChatFacts | None
    severity: Severity | None
    confidence: Confidence | None
    findings: int
    incidents: tuple[int, ...]
    taken: tuple[str, ...]
    verdict: Verdict
    link: str | None = None
    failure: str | None = None


def render_index(
    case: WholeRecord,
    out: Path,
    *,
    language: str = "en",
    links: Mapping[str, str] | None = None,
    redactions: Collection[str] = (),
) -> Path:
    """Write the index of a case of many chats to ``out`` and return ``out``.

    ``redactions`` as in ``render_case``.

    ``links`` maps a source to the page about it, relative to the index (``"reports/7.html"``); addresses that
    leave the folder are refused with SettingsError. Rows stand worst first: by severity, confidence, number of
    findings, then name; files that could not be read come first of all, for they were not looked at.
    """
    words = Words(language)
    register = Register(redacted(case, redactions, language) if redactions else case)
    rows = tuple(index_rows(register, _checked(links or {})))
    env = environment(words)
    stream = env.get_template("index/index.html").stream(
        case_name=register.case.name,
        rows=rows,
        totals={level: sum(row.severity == level for row in rows) for level in reversed(Severity)},
        clusters=_clusters(register, rows),
        quiet=sum(row.severity is None and row.failure is None for row in rows),
        failed=sum(row.failure is not None for row in rows),
        assets=page_assets(env, "index/index.js", register.case.name, words.text("Page")),
        words=words,
    )
    return write_stream(stream, out)


def _clusters(register: Register, rows: Iterable[IndexRow]) -> tuple[Cluster, ...]:
    count = Counter(number for row in rows for number in row.incidents)
    made = [
        Cluster(number=number, incident=incident, chats=count[number])
        for number, incident in enumerate(register.incidents, 1)
        if count[number] > 1
    ]
    return tuple(made[:MOST_CLUSTERS])


def index_rows(register: Register, links: Mapping[str, str]) -> Iterator[IndexRow]:
    """The rows, worst first."""
    case = register.case
    findings: dict[str, list[Finding]] = {}
    for finding in register.findings:
        findings.setdefault(finding.source, []).append(finding)
    checks: dict[str, list[Check]] = {}
    for check in case.checks:
        checks.setdefault(check.source, []).append(check)
    incidents: dict[str, dict[int, None]] = {}
    taken: dict[str, dict[str, None]] = {}
    for number, incident in enumerate(register.incidents, 1):
        for name in incident.findings:
            if name in register.by_id:
                incidents.setdefault(register.by_id[name].source, {})[number] = None
        for window in incident.windows:
            taken.setdefault(window.source, {})[window.account] = None
    for file in case.files:
        if file.failure:
            yield IndexRow(
                name=file.path,
                facts=None,
                severity=None,
                confidence=None,
                findings=0,
                incidents=(),
                taken=(),
                verdict=Verdict.NOT_TESTABLE,
                failure=file.failure,
            )
    rows = []
    for facts in case.inputs:
        name = facts.source.name
        found = findings.get(name, [])
        worst = max(found, key=lambda f: (f.severity, f.confidence), default=None)
        rows.append(
            IndexRow(
                name=name,
                facts=facts,
                severity=worst.severity if worst else None,
                confidence=worst.confidence if worst else None,
                findings=len(found),
                incidents=tuple(incidents.get(name, ())),
                taken=tuple(taken.get(name, ())),
                verdict=worst_verdict(checks.get(name, ())),
                link=links.get(name),
            )
        )
    yield from sorted(
        rows,
        key=lambda row: (
            -1 if row.severity is None else -int(row.severity) - 2,
            0 if row.confidence is None else -int(row.confidence),
            -len(row.taken),
            -row.findings,
            row.name,
        ),
    )


def _checked(links: Mapping[str, str]) -> Mapping[str, str]:
    for link in links.values():
        if ":" in link or link.startswith(("/", "\\")) or ".." in link.split("/"):
            raise SettingsError("links", f"{link!r} leaves the folder of the index", "Give relative addresses.")
    return links
