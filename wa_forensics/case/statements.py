"""Does each statement of a case stand on its details: findings on messages, incidents on findings, links on parts."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from wa_forensics.case.reader import Case
from wa_forensics.compare import ComparedMessage
from wa_forensics.model import Evidence, Finding


def unfounded(case: Case, report: Path) -> Iterator[tuple[str, str]]:
    """(file, what is wrong) for every statement without its details."""
    yield from _findings(case)
    yield from _incidents(case)
    yield from _comparisons(case)
    yield from _report(report)


def _findings(case: Case) -> Iterator[tuple[str, str]]:
    by_source: dict[str, list[tuple[Finding, Evidence]]] = {}
    for finding in case.findings:
        if not finding.evidence:
            yield "findings.jsonl", f"finding {finding.id} names no message"
        for item in finding.evidence:
            by_source.setdefault(item.source, []).append((finding, item))
    known = {facts.source.name for facts in case.inputs}
    for source, items in by_source.items():
        if source not in known:
            yield "findings.jsonl", f"finding {items[0][0].id} names the source {source}, which is not in the case"
            continue
        columns = case.messages(source).select(["line", "byte_offset", "byte_length", "text"])
        for finding, item in items:
            if not 0 <= item.message < len(columns):
                yield "findings.jsonl", f"finding {finding.id} names message {item.message}, which does not exist"
                continue
            line, offset, length, text = (column[item.message].as_py() for column in columns.columns)
            told = item.quote.removesuffix("…")
            if (line, offset, length) != (item.line, item.byte_offset, item.byte_length):
                yield "findings.jsonl", f"finding {finding.id} and the messages differ on where line {item.line} is"
            elif not (text or "").startswith(told):
                yield "messages", f"the text of line {item.line} is not what finding {finding.id} quotes"


def _incidents(case: Case) -> Iterator[tuple[str, str]]:
    findings = {finding.id: finding for finding in case.findings}
    indicators = {(indicator.type, indicator.value) for indicator in case.indicators}
    ids = {incident.id for incident in case.incidents}
    sources = {facts.source.name: facts for facts in case.inputs}
    for finding in case.findings:
        if finding.incident is not None and finding.incident not in ids:
            yield "findings.jsonl", f"finding {finding.id} names incident {finding.incident}, which does not exist"
    for incident in case.incidents:
        for name in incident.findings:
            if name not in findings:
                yield "incidents.json", f"incident {incident.id} rests on finding {name}, which does not exist"
            elif findings[name].incident != incident.id:
                yield "incidents.json", f"incident {incident.id} claims finding {name}, which does not name it"
        for indicator in incident.indicators:
            if (indicator.type, indicator.value) not in indicators:
                yield "incidents.json", f"incident {incident.id} names {indicator.value}, which is no indicator"
        for window in incident.windows:
            if window.source not in sources:
                yield "incidents.json", f"incident {incident.id} has a window in {window.source}, which is no source"


def _comparisons(case: Case) -> Iterator[tuple[str, str]]:
    """What a comparison says of a message must be what the messages say."""
    by_source: dict[str, list[ComparedMessage]] = {}
    for found in case.comparisons:
        sides = [side for pair in (*found.changed, *found.moved) for side in (pair.a, pair.b)]
        for told in (*found.missing_in_a, *found.missing_in_b, *sides):
            by_source.setdefault(told.source, []).append(told)
    known = {facts.source.name for facts in case.inputs}
    for source, messages in by_source.items():
        if source not in known:
            yield "comparisons.json", f"names the source {source}, which is not in the case"
            continue
        columns = case.messages(source).select(["line", "sender", "text"])
        for told in messages:
            if not 0 <= told.message < len(columns):
                yield "comparisons.json", f"names message {told.message} of {source}, which does not exist"
                continue
            line, sender, text = (column[told.message].as_py() for column in columns.columns)
            if (line, sender, text or "") != (told.line, told.sender, told.text):
                yield "comparisons.json", f"says something else of line {told.line} of {source} than the messages"


class _Anchors(HTMLParser):
    """Collects the ids of a page and the places in it that it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if name in {"href", "xlink:href"} and value and value.startswith("#") and len(value) > 1:
                self.targets.append(value[1:])


def _report(report: Path) -> Iterator[tuple[str, str]]:
    if not report.exists():
        yield report.name, "is missing"
        return
    page = _Anchors()
    page.feed(report.read_text("utf-8", "replace"))
    for target in sorted(set(page.targets) - page.ids):
        yield report.name, f"the page refers to {target!r}, which is not in it"
