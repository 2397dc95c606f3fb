"""What the templates get to see: frozen records made from a case, numbered and put in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wa_forensics.model import (
    ChatFacts,
    Check,
    Confidence,
    Evidence,
    Finding,
    HandGroup,
    Incident,
    Indicator,
    SenderProfile,
    Severity,
    Threat,
    Verdict,
)
from wa_forensics.report.advice import Advice
from wa_forensics.report.charts import Heat, Hours, Rhythm, Timeline
from wa_forensics.report.comparisons import ComparisonView
from wa_forensics.report.context import Block, Excerpt, Line
from wa_forensics.report.decisions import Decisions
from wa_forensics.report.ties import Ties
from wa_forensics.report.zone import ZoneChange


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Somebody who was asked for money: a person, or a group when ``people`` is above one."""

    name: str
    chat: str
    people: int
    amounts: tuple[str, ...]
    time: str
    finding: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The first screen.

    ``story`` picks the headline: takeover, takeover_money, money, incident, findings or nothing.
    """

    story: str
    severity: Severity
    confidence: Confidence
    accounts: tuple[str, ...]
    start: str
    end: str
    window: tuple[str, str] | None
    asked: tuple[Asked, ...]
    payees: tuple[Indicator, ...]
    steps: tuple[tuple[str, Threat, int], ...]
    alternatives: tuple[str, ...]
    finding_count: int
    kinds: int
    chats: int
    other_incidents: int
    integrity: Verdict
    verdicts: Mapping[Verdict, int]
    messages: int
    sources: int


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One cited message: numbered, with its address and the findings that rest on it."""

    number: int
    evidence: Evidence
    findings: tuple[int, ...]

    @property
    def citation(self) -> str:
        """``file:line@byte``; the byte counts from 0 in the text member."""
        return f"{self.evidence.source}:{self.place}"

    @property
    def place(self) -> str:
        """The citation without the file."""
        return f"{self.evidence.line}@{self.evidence.byte_offset}"


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """One finding with its number, its exhibits and the messages around them.

    ``signals_at``: the earlier finding that lists the same signals, None where this one lists them.
    """

    number: int
    finding: Finding
    exhibits: tuple[Exhibit, ...]
    contexts: tuple[Excerpt, ...]
    more_exhibits: int
    incident: int | None
    signals_at: int | None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who asked or told whom what, across chats."""

    account: str
    other: str
    time: str
    threats: tuple[Threat, ...]
    findings: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """When somebody did something, in which message (``line@byte`` of the row's source), with which amounts."""

    time: str
    place: str
    amounts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Involved:
    """One person of one chat, or the whole chat where a request went to several; ``deeds`` by the words of a role."""

    who: str
    chat: str
    source: str
    threats: tuple[Threat, ...]
    findings: tuple[int, ...]
    deeds: Mapping[str, Deed]


@dataclass(frozen=True, kw_only=True)
class InvolvedTable:
    """Rows by first deed; ``columns`` are the deeds that occur, ``hidden`` the rows left out."""

    columns: tuple[str, ...]
    rows: tuple[Involved, ...]
    hidden: int


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The messages of one chat around an incident, as bubbles."""

    source: str
    chat: str
    lines: tuple[Line, ...]
    shown: int
    total: int
    cut: int
    owner: str | None


@dataclass(frozen=True, kw_only=True)
class WholeChat:
    """A chat in full, read while it is written."""

    source: str
    chat: str
    total: int
    blocks: Iterator[Block]


@dataclass(frozen=True, kw_only=True)
class IncidentView:
    number: int
    incident: Incident
    story: str
    timeline: Timeline | None
    contacts: tuple[Contact, ...]
    involved: InvolvedTable | None
    ties: Ties | None
    findings: tuple[int, ...]
    scenes: tuple[Scene, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One sender before and inside the strongest stretch of change."""

    profile: SenderProfile
    start: str
    end: str
    hours: Hours | None


@dataclass(frozen=True, kw_only=True)
class Shared:
    """One account that several hands seem to write: (start, end, group) rows, and how many are not shown."""

    profile: SenderProfile
    rows: tuple[tuple[str, str, HandGroup], ...]
    hidden: int


@dataclass(frozen=True, kw_only=True)
class Person:
    """One name as written, with its messages per chat."""

    name: str
    chats: tuple[tuple[str, int], ...]
    messages: int
    suspected: bool


@dataclass(frozen=True, kw_only=True)
class SourceView:
    facts: ChatFacts
    checks: tuple[Check, ...]
    verdict: Verdict
    rhythm: Rhythm | None
    heat: Heat | None


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """One of many sources, in short."""

    facts: ChatFacts
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One rule that was run: over how many chats, with how many findings."""

    rule: str
    title: str
    hits: int
    chats: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """The whole report but the findings, which are streamed."""

    case_name: str
    case_number: str
    version: str
    command: str
    timezone: str
    declared: tuple[tuple[str, str], ...]
    summary: Summary
    advice: Advice
    incidents: tuple[IncidentView, ...]
    sources: tuple[SourceView, ...]
    other_sources: tuple[SourceRow, ...]
    source_count: int
    changes: tuple[Change, ...]
    shared: tuple[Shared, ...]
    tested: int
    untested: tuple[SenderProfile, ...]
    untested_count: int
    indicators: tuple[Indicator, ...]
    hidden_indicators: int
    people: tuple[Person, ...]
    rules: tuple[RuleRow, ...]
    failures: tuple[tuple[str, str, str, str], ...]
    limits: tuple[tuple[str, str], ...]
    failed_files: tuple[tuple[str, str], ...]
    unparsed: int
    exhibits: tuple[Exhibit, ...]
    custody: tuple[Mapping[str, object], ...]
    finding_count: int
    detailed_findings: int
    comparisons: tuple[ComparisonView, ...] = ()
    decisions: Decisions | None = None
    zone_changes: tuple[ZoneChange, ...] = ()
