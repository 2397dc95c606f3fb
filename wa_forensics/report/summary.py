"""The first screen: what happened, to which account, when, who was asked for money, how sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from wa_forensics.entities.numbers import amounts_in
from wa_forensics.model import (
    ChatFacts,
    Check,
    Confidence,
    Finding,
    Incident,
    Indicator,
    Severity,
    Stage,
    Threat,
    Verdict,
)
from wa_forensics.report.case_record import WholeRecord
from wa_forensics.report.view import Asked, Summary
from wa_forensics.report.wording import MONEY

PAYEE_TYPES = frozenset({"iban", "account", "bank_account", "card", "upi", "pix", "wallet", "crypto", "payee"})
STEPS = 6
# Stages that lie outside the messages of an intruder: how it began, what others said.
_AROUND = frozenset({Stage.LURE, Stage.ACCESS, Stage.TAKEOVER, Stage.AFTERMATH})


def summarize(
    case: WholeRecord, findings: Sequence[Finding], number: Mapping[str, int], incidents: Sequence[Incident]
) -> Summary:
    """The summary of the gravest incident, or of the findings when there is no incident."""
    incident = incidents[0] if incidents else None
    members = frozenset(incident.findings) if incident else frozenset()
    told = [f for f in findings if f.id in members]
    grave = [f for f in told or findings if f.severity >= Severity.MEDIUM] or told
    own = _by_the_account(grave, incident)
    money = [f for f in own if f.threat in MONEY]
    windows = incident.windows if incident else ()
    facts = {item.source.name: item for item in case.inputs}
    starts = [f.start for f in grave] or [item.first for item in case.inputs if item.first]
    ends = [f.end for f in grave] or [item.last for item in case.inputs if item.last]
    verdicts = Counter(check.verdict for check in case.checks)
    return Summary(
        story=_story(incident, grave, money),
        severity=incident.severity if incident else max((f.severity for f in grave), default=Severity.INFO),
        confidence=incident.confidence if incident else max((f.confidence for f in grave), default=Confidence.LOW),
        accounts=incident.accounts if incident else tuple(dict.fromkeys(a for f in grave for a in f.actors))[:4],
        start=incident.start if incident else min(starts, default=""),
        end=incident.end if incident else max(ends, default=""),
        window=(min(w.start for w in windows), max(w.end for w in windows)) if windows else None,
        asked=tuple(_asked(money, facts, number, incident)),
        payees=_payees(case.indicators, incident),
        steps=_steps(own, [f for f in grave if f.stage in _AROUND], number),
        alternatives=incident.alternatives if incident else (),
        finding_count=len(grave),
        kinds=len({f.rule for f in grave}),
        chats=len({item.source for f in grave for item in f.evidence}),
        other_incidents=max(0, len(incidents) - 1),
        integrity=worst_verdict(case.checks),
        verdicts={verdict: verdicts[verdict] for verdict in Verdict},
        messages=sum(item.message_count for item in case.inputs),
        sources=len(case.inputs),
    )


def worst_verdict(checks: Iterable[Check]) -> Verdict:
    """One word for many checks: one "inconsistent" counts, "consistent" needs a passed test."""
    seen = {check.verdict for check in checks}
    for verdict in (Verdict.INCONSISTENT, Verdict.CONSISTENT, Verdict.NO_CONCLUSION):
        if verdict in seen:
            return verdict
    return Verdict.NOT_TESTABLE


def story_of(incident: Incident, findings: Sequence[Finding]) -> str:
    """Which headline fits an incident with these findings."""
    money = [f for f in _by_the_account(findings, incident) if f.threat in MONEY]
    return _story(incident, findings, money)


def _story(incident: Incident | None, grave: Sequence[Finding], money: Sequence[Finding]) -> str:
    if incident is None:
        return "findings" if grave else "nothing"
    if incident.windows:
        return "takeover_money" if money else "takeover"
    return "money" if money else "incident"


def _by_the_account(findings: Sequence[Finding], incident: Incident | None) -> list[Finding]:
    """What the accounts of the incident wrote, inside their windows where there are any."""
    if incident is None:
        return list(findings)
    accounts = frozenset(incident.accounts)
    acted = [f for f in findings if accounts.intersection(f.actors)] or list(findings)
    spans = [(w.source, w.first_message, w.last_message) for w in incident.windows]
    inside = [
        f for f in acted if any(item.source == s and a <= item.message <= b for item in f.evidence for s, a, b in spans)
    ]
    return inside or acted


def _asked(
    money: Sequence[Finding],
    facts: Mapping[str, ChatFacts],
    number: Mapping[str, int],
    incident: Incident | None,
) -> Iterable[Asked]:
    rows: dict[str, list[Finding]] = {}
    for finding in money:
        rows.setdefault(finding.source, []).append(finding)
    for source, group in sorted(rows.items(), key=lambda kv: (kv[1][0].start, kv[0])):
        speakers = set(incident.accounts) if incident else {a for f in group for a in f.actors}
        others = [name for name in facts[source].senders if name not in speakers] if source in facts else []
        first = min(group, key=lambda f: (f.start, number[f.id]))
        yield Asked(
            name=others[0] if len(others) == 1 else first.chat,
            chat=first.chat,
            people=max(1, len(others)),
            amounts=_amounts(group),
            time=first.start,
            finding=number[first.id],
        )


def _steps(
    own: Sequence[Finding], around: Sequence[Finding], number: Mapping[str, int]
) -> tuple[tuple[str, Threat, int], ...]:
    """When each kind of thing happened first, in order of time; of many kinds the gravest."""
    first: dict[Threat, Finding] = {}
    for finding in chain(_in_time(own, number), _in_time(around, number)):
        if finding.threat is not Threat.INTRUDER_OTHER:
            first.setdefault(finding.threat, finding)
    worst = sorted(first.values(), key=lambda f: (-f.severity, -f.confidence, number[f.id]))[:STEPS]
    return tuple((f.start, f.threat, number[f.id]) for f in _in_time(worst, number))


def _in_time(findings: Iterable[Finding], number: Mapping[str, int]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.start, number[f.id]))


def _amounts(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Amounts as written in the messages that the findings rest on, the largest first."""
    found = {
        amount.text.strip(): amount.value
        for finding in findings
        for item in finding.evidence
        for amount in amounts_in(item.message, item.quote)
    }
    return tuple(sorted(found, key=lambda text: (-found[text], text)))[:3]


def _payees(indicators: Sequence[Indicator], incident: Incident | None) -> tuple[Indicator, ...]:
    pool = incident.indicators if incident else [i for i in indicators if i.flagged]
    return tuple(i for i in pool if i.type in PAYEE_TYPES)[:4]
