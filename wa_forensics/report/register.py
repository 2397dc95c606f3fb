"""The findings of a case in reading order, with the numbers of findings and exhibits, and the open messages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from wa_forensics.model import Evidence, Finding, Severity
from wa_forensics.report.case_record import WholeRecord
from wa_forensics.report.messages import Messages
from wa_forensics.report.view import Exhibit

DETAILED = 300  # findings shown in full; the rest follow as rows of a table
EXHIBITS_PER_FINDING = 12
# Chats that stay open: at least so many (a large one holds its last 131,072 messages), else those of so many messages.
OPEN_SOURCES = 8
OPEN_MESSAGES = OPEN_SOURCES << 17


class Register:
    """What every part of the report looks up: facts by source, numbers by finding, exhibits by address."""

    def __init__(self, case: WholeRecord) -> None:
        self.case = case
        self.facts = {facts.source.name: facts for facts in case.inputs}
        self.incidents = sorted(case.incidents, key=lambda i: (-i.severity, -i.confidence, i.start, i.id))
        self.findings = self._ordered()
        self.by_id = {finding.id: finding for finding in self.findings}
        self.number = {finding.id: n for n, finding in enumerate(self.findings, 1)}
        self.exhibits = self._numbered()
        self.exhibit_of = {(e.evidence.source, e.evidence.line): e for e in self.exhibits}
        largest = max((facts.message_count for facts in case.inputs), default=0)
        self.messages = lru_cache(maxsize=max(OPEN_SOURCES, OPEN_MESSAGES // max(1, largest)))(self._open)

    def _open(self, source: str) -> Messages:
        return Messages(self.case, self.facts[source])

    def _ordered(self) -> list[Finding]:
        """Findings of the gravest incident first, in order of time, weak ones last; then the rest, worst first."""
        rank = {name: n for n, incident in reversed(list(enumerate(self.incidents))) for name in incident.findings}
        alone = len(self.incidents)

        def key(finding: Finding) -> tuple[Any, ...]:
            place = rank.get(finding.id, alone)
            alone_first = (-finding.severity, -finding.confidence) if place == alone else ()
            return (
                place,
                finding.severity < Severity.MEDIUM,
                *alone_first,
                finding.start,
                finding.source,
                finding.evidence[0].message,
                finding.id,
            )

        return sorted(self.case.findings, key=key)

    def _numbered(self) -> tuple[Exhibit, ...]:
        """Exhibits in the order of the texts and their lines, so that the list can be held against the export."""
        found: dict[tuple[str, int], tuple[Evidence, list[int]]] = {}
        for number, finding in enumerate(self.findings[:DETAILED], 1):
            for item in finding.evidence[:EXHIBITS_PER_FINDING]:
                found.setdefault((item.source, item.line), (item, []))[1].append(number)
        place = {name: n for n, name in enumerate(self.facts)}
        ordered = sorted(found.values(), key=lambda held: (place.get(held[0].source, len(place)), held[0].line))
        return tuple(
            Exhibit(number=number, evidence=item, findings=tuple(cited))
            for number, (item, cited) in enumerate(ordered, 1)
        )
