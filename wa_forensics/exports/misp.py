"""A case as one MISP event: indicators as attributes, incidents as event reports.

Attributes are marked for automatic detection (``to_ids``) only where a harmful finding rests on them;
nothing is published or shared by itself (distribution 0, your organisation only).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from wa_forensics.exports.record import (
    LEVELS,
    PRODUCER,
    case_key,
    instant,
    json_bytes,
    made_at,
    stable_uuid,
    statement,
    time_basis,
)
from wa_forensics.model import CaseRecord, Finding, Incident, Indicator, Severity

# MISP: 1 high, 2 medium, 3 low, 4 undefined.
THREAT_LEVEL: Mapping[Severity, str] = {
    Severity.CRITICAL: "1",
    Severity.HIGH: "1",
    Severity.MEDIUM: "2",
    Severity.LOW: "3",
    Severity.INFO: "4",
}


def render(case: CaseRecord) -> Iterator[bytes]:
    made = made_at(case)
    stamp = str(int(datetime.fromisoformat(made).timestamp()))
    worst = max((incident.severity for incident in case.incidents), default=Severity.INFO)
    starts = sorted(incident.start for incident in case.incidents)
    by_finding = {finding.id: finding for finding in case.findings}
    chosen = _chosen(case)
    event = {
        "uuid": stable_uuid("misp", case_key(case)),
        "info": f"WhatsApp chat exports: {len(case.incidents)} incidents in {len(case.inputs)} exports",
        "date": (starts[0] if starts else made)[:10],
        "threat_level_id": THREAT_LEVEL[worst],
        "analysis": "1",
        "distribution": "0",
        "published": False,
        "timestamp": stamp,
        "Tag": [{"name": f'wa-forensics:severity="{LEVELS[worst]}"'}],
        "Attribute": [_attribute(case, indicator, stamp) for indicator in chosen],
        "EventReport": [_report(case, incident, by_finding, stamp) for incident in case.incidents],
    }
    yield json_bytes({"Event": event})


def _chosen(case: CaseRecord) -> list[Indicator]:
    """Flagged indicators and those of incidents, each value once."""
    every = [i for incident in case.incidents for i in incident.indicators]
    every += [i for i in case.indicators if i.flagged]
    once: dict[tuple[str, str], Indicator] = {}
    for indicator in every:
        once.setdefault((indicator.type, indicator.value), indicator)
    return [once[key] for key in sorted(once)]


def _attribute(case: CaseRecord, indicator: Indicator, stamp: str) -> dict[str, object]:
    kind, category = _kind(indicator)
    attribute: dict[str, object] = {
        "uuid": stable_uuid("misp", case_key(case), indicator.type, indicator.value),
        "type": kind,
        "category": category,
        "value": indicator.value,
        "to_ids": indicator.flagged and kind in {"url", "domain", "sha256", "iban", "btc", "bank-account-nr"},
        "distribution": "5",
        "disable_correlation": False,
        "timestamp": stamp,
        "comment": (
            f"First seen {indicator.first_seen} (local) in {indicator.source}, line {indicator.first_line}, "
            f"sender {indicator.sender or 'the app'}; {indicator.count} messages. {time_basis(case)}"
        ),
    }
    first = instant(case, indicator.first_seen)
    if first is not None:
        attribute["first_seen"] = first.replace("Z", "+00:00")
    return attribute


def _kind(indicator: Indicator) -> tuple[str, str]:
    value = indicator.value
    if indicator.type == "file":
        is_hash = len(value) == 64 and all(c in "0123456789abcdef" for c in value)
        return ("sha256" if is_hash else "filename"), "Payload delivery"
    if indicator.type == "payee" and value[:2].isalpha() and value[2:4].isdigit() and 15 <= len(value) <= 34:
        return "iban", "Financial fraud"
    if indicator.type == "payee" and value.isdigit():
        return "bank-account-nr", "Financial fraud"
    if indicator.type == "wallet" and value.startswith(("1", "3", "bc1")):
        return "btc", "Financial fraud"
    return {
        "link": ("url", "Network activity"),
        "domain": ("domain", "Network activity"),
        "email": ("email", "Social network"),
        "phone": ("phone-number", "Person"),
    }.get(indicator.type, ("text", "Financial fraud" if indicator.type in {"payee", "wallet"} else "Other"))


def _report(case: CaseRecord, incident: Incident, by_finding: Mapping[str, Finding], stamp: str) -> dict[str, object]:
    parts = [f"# {incident.title}", incident.summary, time_basis(case), f"Made by {PRODUCER}."]
    for finding in (by_finding[f] for f in incident.findings if f in by_finding):
        parts.append(f"## {finding.title} ({LEVELS[finding.severity]})\n\n{statement(finding)}")
    return {
        "uuid": stable_uuid("misp", case_key(case), "report", incident.id),
        "name": incident.title,
        "content": "\n\n".join(parts),
        "distribution": "5",
        "timestamp": stamp,
    }
