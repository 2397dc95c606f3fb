"""The parts of the page that are lists: sources with their checks and pictures, senders, people, rules."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from wa_forensics.model import ChatFacts, Check, Indicator, SenderProfile
from wa_forensics.report import charts
from wa_forensics.report.register import Register
from wa_forensics.report.summary import worst_verdict
from wa_forensics.report.view import Change, Person, RuleRow, Shared, SourceRow, SourceView

DETAILED_SOURCES = 40
INDICATOR_ROWS = 300
CHANGES = 40
HAND_ROWS = 60


def sources(register: Register) -> tuple[tuple[SourceView, ...], tuple[SourceRow, ...]]:
    """The sources with checks and pictures, those of incidents first when there are many; the rest as rows."""
    checks: dict[str, list[Check]] = {}
    for check in register.case.checks:
        checks.setdefault(check.source, []).append(check)
    touched = {f.source for f in register.findings if f.incident is not None}
    ordered = list(register.case.inputs)
    if len(ordered) > DETAILED_SOURCES:
        ordered.sort(key=lambda facts: facts.source.name not in touched)
    detailed = tuple(
        _source(register, facts, tuple(checks.get(facts.source.name, ()))) for facts in ordered[:DETAILED_SOURCES]
    )
    rows = tuple(
        SourceRow(facts=facts, verdict=worst_verdict(checks.get(facts.source.name, ())))
        for facts in ordered[DETAILED_SOURCES:]
    )
    return detailed, rows


def _source(register: Register, facts: ChatFacts, checks: tuple[Check, ...]) -> SourceView:
    name = facts.source.name
    spans = [
        (incident.start, incident.end)
        for incident in register.incidents
        if any(register.by_id[f].source == name for f in incident.findings if f in register.by_id)
    ]
    seconds = register.messages(name).seconds if facts.message_count else np.empty(0, dtype=np.int64)
    return SourceView(
        facts=facts,
        checks=checks,
        verdict=worst_verdict(checks),
        rhythm=charts.rhythm(seconds, spans),
        heat=charts.heat(seconds),
    )


def changes(register: Register) -> tuple[Change, ...]:
    """The senders whose strongest stretch reaches the threshold, strongest first."""
    found = [
        profile
        for profile in register.case.profiles
        if profile.testable
        and profile.first_message is not None
        and profile.score is not None
        and profile.threshold is not None
        and profile.score >= profile.threshold
    ]
    found.sort(key=lambda p: (-(p.score or 0), p.source, p.sender))
    return tuple(_change(register, profile) for profile in found[:CHANGES])


def _change(register: Register, profile: SenderProfile) -> Change:
    messages = register.messages(profile.source)
    ids = messages.of_sender(profile.sender)
    first, last = profile.first_message or 0, profile.last_message or 0
    inside = ids[(ids >= first) & (ids <= last)]
    return Change(
        profile=profile,
        start=messages.row(first).time,
        end=messages.row(last).time,
        hours=charts.hours(messages.seconds[ids[ids < first]], messages.seconds[inside]),
    )


def shared(register: Register) -> tuple[Shared, ...]:
    """The accounts that several hands seem to write, in the order of the sources."""
    found = [profile for profile in register.case.profiles if profile.groups]
    return tuple(_shared(register, profile) for profile in found[:CHANGES])


def _shared(register: Register, profile: SenderProfile) -> Shared:
    messages = register.messages(profile.source)
    shown = profile.groups[:HAND_ROWS]
    return Shared(
        profile=profile,
        rows=tuple((messages.row(g.first_message).time, messages.row(g.last_message).time, g) for g in shown),
        hidden=len(profile.groups) - len(shown),
    )


def indicators(register: Register) -> tuple[Indicator, ...]:
    """Flagged ones first, then by type and time."""
    return tuple(
        sorted(
            register.case.indicators,
            key=lambda i: (not i.flagged, i.type, i.first_seen, i.source, i.value),
        )
    )


def people(inputs: Iterable[ChatFacts], suspected: set[str]) -> tuple[Person, ...]:
    """Every name as written, accounts of incidents first."""
    chats: dict[str, list[tuple[str, int]]] = {}
    for facts in inputs:
        for name, count in facts.senders.items():
            chats.setdefault(name, []).append((facts.name, count))
    found = [
        Person(name=name, chats=tuple(rows), messages=sum(n for _, n in rows), suspected=name in suspected)
        for name, rows in chats.items()
    ]
    return tuple(sorted(found, key=lambda p: (not p.suspected, -p.messages, p.name)))


def rules(register: Register) -> tuple[RuleRow, ...]:
    """The rules that were run, those with findings first."""
    rows = [
        RuleRow(
            rule=str(rule["id"]),
            title=str(rule.get("title") or ""),
            hits=int(rule.get("hits") or 0),
            chats=int(rule.get("chats") or 0),
        )
        for rule in register.case.coverage.get("rules", ())
    ]
    return tuple(sorted(rows, key=lambda row: (-row.hits, row.rule)))
