"""A case folder to the view of one report: numbers, order, context, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from wa_forensics.model import (
    ChatFacts,
    Evidence,
    Finding,
    Incident,
    Indicator,
    SenderProfile,
    Severity,
)
from wa_forensics.report import charts
from wa_forensics.report.advice import advise
from wa_forensics.report.case_record import CaseRecord
from wa_forensics.report.context import Line, blocks, excerpt, lines
from wa_forensics.report.messages import Messages
from wa_forensics.report.summary import summarize, worst_verdict
from wa_forensics.report.view import (
    Change,
    Contact,
    Exhibit,
    FindingView,
    IncidentView,
    Page,
    Person,
    RuleRow,
    Scene,
    SourceView,
    Untested,
    WholeChat,
)

DETAILED = 300  # findings shown in full; the rest follow as rows of a table
EXHIBITS_PER_FINDING = 12
SCENE_LIMIT = 400
SOURCES_WITH_PICTURES = 40
INDICATOR_ROWS = 300


class Builder:
    """Holds the case, the order of findings and exhibits, and the few message tables in use."""

    def __init__(self, case: CaseRecord) -> None:
        self.case = case
        self.facts = {facts.source.name: facts for facts in case.inputs}
        self.incidents = sorted(case.incidents, key=lambda i: (-i.severity, -i.confidence, i.start, i.id))
        self.findings = self._ordered()
        self.number = {finding.id: n for n, finding in enumerate(self.findings, 1)}
        self.exhibits = self._numbered()
        self.exhibit_of = {(e.source, e.line): e for e in self.exhibits}
        self.messages = lru_cache(maxsize=8)(self._open)

    def _open(self, source: str) -> Messages:
        return Messages(source, self.case.messages(source))

    def _ordered(self) -> list[Finding]:
        """Findings of the gravest incident first, in order of time; then the rest, worst first."""
        rank = {name: n for n, incident in enumerate(self.incidents) for name in incident.findings}
        alone = len(self.incidents)

        def key(finding: Finding) -> tuple[Any, ...]:
            place = rank.get(finding.id, alone)
            weight = (-finding.severity, -finding.confidence) if place == alone else ()
            return (place, *weight, finding.start, finding.source, finding.evidence[0].message, finding.id)

        return sorted(self.case.findings, key=key)

    def _numbered(self) -> tuple[Exhibit, ...]:
        found: dict[tuple[str, int], tuple[Finding, Any, list[int]]] = {}
        for number, finding in enumerate(self.findings[:DETAILED], 1):
            for item in finding.evidence[:EXHIBITS_PER_FINDING]:
                found.setdefault((item.source, item.line), (finding, item, []))[2].append(number)
        return tuple(
            Exhibit(
                number=n,
                source=item.source,
                line=item.line,
                line_end=item.line_end,
                byte_offset=item.byte_offset,
                byte_length=item.byte_length,
                time="",
                sender=None,
                quote=item.quote,
                findings=tuple(cited),
            )
            for n, (_, item, cited) in enumerate(found.values(), 1)
        )

    # the page

    def page(self, *, full_chat: bool = False) -> Page:
        case = self.case
        main = self.incidents[0] if self.incidents else None
        takeover = any(incident.windows for incident in self.incidents)
        suspected = {name for incident in self.incidents for name in incident.accounts}
        testable = [p for p in case.profiles if p.testable and p.first_message is not None and p.features]
        settings = case.settings
        return Page(
            case_name=case.name,
            case_number=str(settings.get("case_number") or "") or self._number_from_inputs(),
            version=str(settings.get("version", "")),
            command=str(settings.get("command", "")),
            timezone=str(settings.get("timezone") or ""),
            declared=tuple((str(k), str(v)) for k, v in dict(settings.get("declared") or {}).items()),
            summary=summarize(case, self.findings, self.number, main, len(self.incidents)),
            advice=advise(self._relevant(), takeover=takeover),
            incidents=tuple(self._incident(n, i, full_chat) for n, i in enumerate(self.incidents, 1)),
            sources=tuple(self._source(n, facts) for n, facts in enumerate(case.inputs)),
            changes=tuple(self._change(profile) for profile in testable),
            untested=tuple(
                Untested(source=p.source, sender=p.sender, messages=p.messages, reason=p.reason)
                for p in case.profiles
                if not p.testable
            ),
            indicators=self._indicators()[:INDICATOR_ROWS],
            hidden_indicators=max(0, len(case.indicators) - INDICATOR_ROWS),
            people=self._people(suspected),
            rules=self._rules(),
            failures=self._failures(),
            limits=tuple(
                (str(item.get("source", "")), str(item.get("limit", "")))
                for item in case.coverage.get("limits", ())
            ),
            failed_files=tuple((file.path, file.failure) for file in case.files if file.failure),
            unparsed=sum(len(facts.unparsed) for facts in case.inputs),
            exhibits=self.exhibits,
            custody=tuple(case.custody),
            finding_count=len(self.findings),
            detailed_findings=min(DETAILED, len(self.findings)),
        )

    def finding_views(self) -> Iterator[FindingView]:
        """The findings shown in full, one at a time."""
        incident_of = {name: n for n, i in enumerate(self.incidents, 1) for name in i.findings}
        for number, finding in enumerate(self.findings[:DETAILED], 1):
            cited = finding.evidence[:EXHIBITS_PER_FINDING]
            shown = [self.exhibit_of[item.source, item.line] for item in cited]
            yield FindingView(
                number=number,
                finding=finding,
                exhibits=tuple(shown),
                contexts=tuple(self._contexts(cited, shown)),
                more_exhibits=len(finding.evidence) - len(cited),
                incident=incident_of.get(finding.id),
            )

    def _contexts(
        self, cited: Sequence[Evidence], shown: Sequence[Exhibit]
    ) -> Iterator[tuple[str, tuple[Line, ...]]]:
        """The messages around the evidence, one group per source: a finding across chats has several."""
        for source in dict.fromkeys(item.source for item in cited):
            if source in self.facts:
                numbers = {
                    item.message: exhibit.number
                    for item, exhibit in zip(cited, shown, strict=True)
                    if item.source == source
                }
                yield source, excerpt(self.messages(source), list(numbers), exhibits=numbers)

    def whole_chats(self) -> Iterator[WholeChat]:
        """Each chat in full, block by block."""
        cited: dict[str, dict[int, tuple[int, ...]]] = {}
        for number, finding in enumerate(self.findings, 1):
            for item in finding.evidence:
                held = cited.setdefault(item.source, {})
                held[item.message] = (*held.get(item.message, ()), number)
        for source, facts in self.facts.items():
            windows = [
                (w.account, w.first_message, w.last_message)
                for incident in self.incidents
                for w in incident.windows
                if w.source == source
            ]
            yield WholeChat(
                source=source,
                chat=facts.name,
                total=facts.message_count,
                blocks=blocks(self.messages(source), cited.get(source, {}), windows),
            )

    def other_findings(self) -> Iterator[tuple[int, Finding]]:
        """The findings beyond the detailed ones, as rows."""
        return iter(enumerate(self.findings[DETAILED:], DETAILED + 1))

    # parts

    def _relevant(self) -> list[Finding]:
        grave = [f for f in self.findings if f.severity >= Severity.MEDIUM]
        return [f for f in grave if f.incident] or grave

    def _number_from_inputs(self) -> str:
        """A running number that depends on the evidence alone."""
        import hashlib

        joined = "".join(sorted(facts.source.sha256 for facts in self.case.inputs))
        return "WF-" + hashlib.sha256(joined.encode()).hexdigest()[:8].upper()

    def _incident(self, number: int, incident: Incident, full_chat: bool) -> IncidentView:
        found = [f for f in self.findings if f.id in set(incident.findings)]
        lane = {name: facts.name for name, facts in self.facts.items()}
        moments = [
            charts.Moment(number=self.number[f.id], lane=f.chat, time=f.start, stage=f.stage, title=f.title)
            for f in found
        ]
        return IncidentView(
            number=number,
            incident=incident,
            timeline=charts.timeline(
                moments, [(lane.get(w.source, w.source), w.start, w.end) for w in incident.windows]
            ),
            contacts=self._contacts(incident, found),
            findings=tuple(self.number[f.id] for f in found),
            scenes=() if full_chat else tuple(self._scenes(incident, found)),
        )

    def _contacts(self, incident: Incident, found: Sequence[Finding]) -> tuple[Contact, ...]:
        rows: dict[tuple[str, str], list[Finding]] = {}
        for finding in found:
            for actor in finding.actors:
                if actor in incident.accounts:
                    rows.setdefault((actor, self._audience(finding, actor)), []).append(finding)
        return tuple(
            Contact(
                account=account,
                other=other,
                time=min(f.start for f in group),
                threats=tuple(dict.fromkeys(f.threat for f in group)),
                findings=tuple(self.number[f.id] for f in group),
            )
            for (account, other), group in sorted(rows.items(), key=lambda kv: min(f.start for f in kv[1]))
        )

    def _audience(self, finding: Finding, actor: str) -> str:
        facts = self.facts.get(finding.source)
        others = [name for name in facts.senders if name != actor] if facts else []
        return others[0] if len(others) == 1 else finding.chat

    def _scenes(self, incident: Incident, found: Sequence[Finding]) -> Iterator[Scene]:
        cited: dict[str, dict[int, tuple[int, ...]]] = {}
        for finding in found:
            for item in finding.evidence:
                held = cited.setdefault(item.source, {})
                held[item.message] = (*held.get(item.message, ()), self.number[finding.id])
        for key, (source, hits) in enumerate(sorted(cited.items(), key=lambda kv: min(kv[1]))):
            if source in self.facts:
                yield self._scene(key, source, hits, incident)

    def _scene(self, key: int, source: str, hits: dict[int, tuple[int, ...]], incident: Incident) -> Scene:
        messages = self.messages(source)
        windows = [
            (w.account, w.first_message, w.last_message) for w in incident.windows if w.source == source
        ]
        wanted = {m for hit in hits for m in range(max(0, hit - 6), min(len(messages), hit + 7))}
        for _, first, last in windows:
            wanted.update(range(first, min(last + 1, first + SCENE_LIMIT)))
        shown = sorted(wanted)[:SCENE_LIMIT]
        exhibits = {
            m: self.exhibit_of[source, int(messages.line[m])].number
            for m in hits
            if (source, int(messages.line[m])) in self.exhibit_of
        }
        return Scene(
            source=source,
            chat=self.facts[source].name,
            key=key,
            lines=tuple(lines(messages, shown, set(hits), exhibits, windows, hits)),
            shown=len(shown),
            total=len(messages),
            cut=len(wanted) - len(shown),
            owner=incident.accounts[0] if incident.accounts else None,
        )

    def _source(self, number: int, facts: ChatFacts) -> SourceView:
        checks = tuple(c for c in self.case.checks if c.source == facts.source.name)
        spans = [
            (incident.start, incident.end)
            for incident in self.incidents
            if any(f.source == facts.source.name and f.incident == incident.id for f in self.findings)
        ]
        pictured = number < SOURCES_WITH_PICTURES and facts.message_count > 0
        seconds = self.messages(facts.source.name).seconds if pictured else np.empty(0, dtype=np.int64)
        return SourceView(
            facts=facts,
            checks=checks,
            verdict=worst_verdict(checks),
            rhythm=charts.rhythm(seconds, spans),
            heat=charts.heat(seconds),
        )

    def _change(self, profile: SenderProfile) -> Change:
        messages = self.messages(profile.source)
        ids = messages.of_sender(profile.sender)
        first, last = profile.first_message or 0, profile.last_message or 0
        inside = ids[(ids >= first) & (ids <= last)]
        return Change(
            source=profile.source,
            sender=profile.sender,
            messages=profile.messages,
            score=profile.score,
            threshold=profile.threshold,
            start=messages.row(first).time,
            end=messages.row(last).time,
            features=profile.features,
            hours=charts.hours(messages.seconds[ids[ids < first]], messages.seconds[inside]),
        )

    def _indicators(self) -> tuple[Indicator, ...]:
        return tuple(
            sorted(
                self.case.indicators, key=lambda i: (not i.flagged, i.type, i.first_seen, i.source, i.value)
            )
        )

    def _people(self, suspected: set[str]) -> tuple[Person, ...]:
        chats: dict[str, list[tuple[str, int]]] = {}
        for facts in self.case.inputs:
            for name, count in facts.senders.items():
                chats.setdefault(name, []).append((facts.name, count))
        people = [
            Person(
                name=name,
                phone=None,
                chats=tuple(rows),
                messages=sum(count for _, count in rows),
                suspected=name in suspected,
            )
            for name, rows in chats.items()
        ]
        return tuple(sorted(people, key=lambda p: (not p.suspected, -p.messages, p.name)))

    def _rules(self) -> tuple[RuleRow, ...]:
        rows = [
            RuleRow(
                rule=str(rule["id"]),
                title=str(rule.get("title") or ""),
                hits=int(rule.get("hits") or 0),
                chats=int(rule.get("chats") or 0),
            )
            for rule in self.case.coverage.get("rules", ())
        ]
        return tuple(sorted(rows, key=lambda row: (-row.hits, row.rule)))

    def _failures(self) -> tuple[tuple[str, str, str, str], ...]:
        return tuple((f.where, f.source, f.problem, f.advice) for f in self.case.coverage.get("failures", ()))
