"""A case folder to the view of one report: the page, the findings shown in full, whole chats."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from wa_forensics.model import Finding, Severity, Signal
from wa_forensics.report import sections
from wa_forensics.report.advice import advise
from wa_forensics.report.comparisons import comparison_views
from wa_forensics.report.context import Excerpt, Excerpts, blocks
from wa_forensics.report.decisions import decisions
from wa_forensics.report.register import DETAILED, EXHIBITS_PER_FINDING, Register
from wa_forensics.report.story import incident_views
from wa_forensics.report.summary import summarize
from wa_forensics.report.view import Exhibit, FindingView, Page, WholeChat
from wa_forensics.report.zone import zone_changes

UNTESTED_ROWS = 100


def page(register: Register, *, full_chat: bool = False) -> Page:
    """Everything but the findings and whole chats, which are streamed."""
    case = register.case
    settings = case.settings
    suspected = {name for incident in register.incidents for name in incident.accounts}
    detailed, rows = sections.sources(register)
    seen = sections.indicators(register)
    untested = tuple(p for p in case.profiles if not p.testable)
    return Page(
        case_name=case.name,
        case_number=str(settings.get("case_number") or "") or _number_from_inputs(register),
        version=str(settings.get("version", "")),
        command=str(settings.get("command", "")),
        timezone=str(settings.get("timezone") or ""),
        zone_changes=zone_changes(str(settings.get("timezone") or ""), case.inputs),
        declared=tuple((str(k), str(v)) for k, v in dict(settings.get("declared") or {}).items()),
        summary=summarize(case, register.findings, register.number, register.incidents),
        advice=advise(_relevant(register), takeover=any(i.windows for i in register.incidents)),
        incidents=tuple(incident_views(register, with_scenes=not full_chat)),
        sources=detailed,
        other_sources=rows,
        source_count=len(case.inputs),
        changes=sections.changes(register),
        shared=sections.shared(register),
        tested=sum(p.testable for p in case.profiles),
        untested=untested[:UNTESTED_ROWS],
        untested_count=len(untested),
        indicators=seen[: sections.INDICATOR_ROWS],
        hidden_indicators=max(0, len(seen) - sections.INDICATOR_ROWS),
        people=sections.people(case.inputs, suspected),
        rules=sections.rules(register),
        failures=tuple((f.where, f.source, f.problem, f.advice) for f in case.coverage.get("failures", ())),
        limits=tuple((item.source, item.limit) for item in case.coverage.get("limits", ())),
        failed_files=tuple((file.path, file.failure) for file in case.files if file.failure),
        unparsed=sum(len(facts.unparsed) for facts in case.inputs),
        exhibits=register.exhibits,
        custody=tuple(case.custody),
        finding_count=len(register.findings),
        detailed_findings=min(DETAILED, len(register.findings)),
        comparisons=comparison_views(case.comparisons, register.findings),
        decisions=decisions(settings, case.coverage, register.findings, case.labels),
    )


def finding_views(register: Register) -> Iterator[FindingView]:
    """The findings shown in full, one at a time."""
    incident_of = {name: n for n, i in enumerate(register.incidents, 1) for name in i.findings}
    excerpts = Excerpts()
    told: dict[tuple[Signal, ...], int] = {}
    for number, finding in enumerate(register.findings[:DETAILED], 1):
        cited = finding.evidence[:EXHIBITS_PER_FINDING]
        shown = [register.exhibit_of[item.source, item.line] for item in cited]
        yield FindingView(
            number=number,
            finding=finding,
            exhibits=tuple(shown),
            contexts=tuple(_contexts(register, excerpts, number, shown)),
            more_exhibits=len(finding.evidence) - len(cited),
            incident=incident_of.get(finding.id),
            signals_at=_first(told, finding.signals, number),
        )


def _first(told: dict[tuple[Signal, ...], int], signals: tuple[Signal, ...], number: int) -> int | None:
    """The earlier finding that rests on the same signals: those of one stretch share them."""
    first = told.setdefault(signals, number)
    return first if signals and first != number else None


def other_findings(register: Register) -> Iterator[tuple[int, Finding]]:
    """The findings beyond those shown in full, as rows."""
    return iter(enumerate(register.findings[DETAILED:], DETAILED + 1))


def whole_chats(register: Register) -> Iterator[WholeChat]:
    """Each chat in full, block by block."""
    cited: dict[str, dict[int, tuple[int, ...]]] = {}
    for number, finding in enumerate(register.findings, 1):
        for item in finding.evidence:
            held = cited.setdefault(item.source, {})
            held[item.message] = (*held.get(item.message, ()), number)
    for source, facts in register.facts.items():
        windows = [
            (w.account, w.first_message, w.last_message)
            for incident in register.incidents
            for w in incident.windows
            if w.source == source
        ]
        yield WholeChat(
            source=source,
            chat=facts.name,
            total=facts.message_count,
            blocks=blocks(register.messages(source), cited.get(source, {}), windows),
        )


def _contexts(register: Register, excerpts: Excerpts, finding: int, shown: Sequence[Exhibit]) -> Iterator[Excerpt]:
    """The evidence with the messages around it, one excerpt per source: a finding across chats has several."""
    for source in dict.fromkeys(exhibit.evidence.source for exhibit in shown):
        if source in register.facts:
            numbers = {e.evidence.message: e.number for e in shown if e.evidence.source == source}
            yield excerpts.of(register.messages(source), numbers, finding)


def _relevant(register: Register) -> list[Finding]:
    grave = [f for f in register.findings if f.severity >= Severity.MEDIUM]
    return [f for f in grave if f.incident] or grave


def _number_from_inputs(register: Register) -> str:
    """A running number that depends on the evidence alone."""
    joined = "".join(sorted(facts.source.sha256 for facts in register.case.inputs))
    return "WF-" + hashlib.sha256(joined.encode()).hexdigest()[:8].upper()
