"""Incidents, findings and indicators as a STIX 2.1 bundle (OASIS).

STIX wants UTC instants where an export has none, so objects are dated with the moment the case was made,
and local times stand in the descriptions with their basis. Every id is derived from the case: a second
export is the same.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping

from wa_forensics.exports.record import (
    LEVELS,
    PRODUCER,
    address,
    case_key,
    instant,
    json_bytes,
    made_at,
    stable_uuid,
    statement,
    time_basis,
    writable,
)
from wa_forensics.model import CaseRecord, Confidence, Finding, Incident, Indicator

# Namespace of deterministic ids of cyber-observables, STIX 2.1 section 2.9.
OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
# Middle of the ranges low, medium and high of the scale in STIX 2.1 appendix A.
CONFIDENCE: Mapping[Confidence, int] = {Confidence.LOW: 15, Confidence.MEDIUM: 50, Confidence.HIGH: 85}
ACCOUNT_TYPES: Mapping[str, str] = {"phone": "phone", "payee": "payment-account", "wallet": "crypto-wallet"}
Item = dict[str, object]


def render(case: CaseRecord) -> Iterator[bytes]:
    objects = list(_objects(case))
    bundle = {"type": "bundle", "id": f"bundle--{stable_uuid('stix', case_key(case))}", "objects": objects}
    yield json_bytes(bundle)


def _objects(case: CaseRecord) -> Iterator[Item]:
    made = made_at(case)
    author = _domain(case, made, "identity", "author", None)
    author |= {"name": PRODUCER, "identity_class": "system"}
    yield author
    by = str(author["id"])
    by_finding = {finding.id: finding for finding in case.findings}
    seen: set[str] = set()
    for incident in case.incidents:
        refs: list[str] = []
        for item in _incident(case, made, by, incident, by_finding):
            refs.append(str(item["id"]))
            if item["id"] not in seen:
                seen.add(str(item["id"]))
                yield item
        grouping = _domain(case, made, "grouping", incident.id, by)
        grouping |= {"name": incident.title, "context": "suspicious-activity", "object_refs": refs}
        yield grouping
    loose = [finding for finding in case.findings if finding.incident is None]
    for finding in loose:
        yield _note(case, made, by, finding, by)


def _incident(
    case: CaseRecord, made: str, by: str, incident: Incident, by_finding: Mapping[str, Finding]
) -> Iterator[Item]:
    item = _domain(case, made, "incident", incident.id, by)
    windows = [
        f"{w.source}: lines {w.first_line} to {w.last_line} under {w.account}, {w.start} to {w.end}"
        for w in incident.windows
    ]
    item |= {
        "name": incident.title,
        "description": "\n".join([incident.summary, *windows, time_basis(case)]),
        "confidence": CONFIDENCE[incident.confidence],
        "labels": [
            f"severity-{LEVELS[incident.severity]}",
            *(f"stage-{s.name.lower()}" for s in incident.stages),
        ],
    }
    yield item
    for name in incident.accounts:
        yield _observable("user-account", {"account_type": "whatsapp", "display_name": name, "user_id": name})
    for indicator in incident.indicators:
        observable = _observable_of(indicator)
        yield observable
        made_indicator = _indicator(case, made, by, incident, indicator)
        yield made_indicator
        yield _relation(case, made, by, str(made_indicator["id"]), "related-to", str(item["id"]))
    for finding in (by_finding[f] for f in incident.findings if f in by_finding):
        yield _note(case, made, by, finding, str(item["id"]))


def _note(case: CaseRecord, made: str, by: str, finding: Finding, about: str) -> Item:
    item = _domain(case, made, "note", finding.id, by)
    item |= {
        "abstract": finding.title,
        "content": statement(finding),
        "authors": [PRODUCER],
        "object_refs": [about],
        "confidence": CONFIDENCE[finding.confidence],
        "labels": [finding.threat.value.replace("_", "-"), f"severity-{LEVELS[finding.severity]}"],
        "external_references": [
            {"source_name": "wa_forensics finding", "external_id": finding.id, "description": address(item_)}
            for item_ in finding.evidence[:1]
        ],
    }
    return item


def _indicator(case: CaseRecord, made: str, by: str, incident: Incident, indicator: Indicator) -> Item:
    item = _domain(case, made, "indicator", f"{incident.id}|{indicator.type}|{indicator.value}", by)
    item |= {
        "name": f"{indicator.type}: {indicator.defanged}",
        "description": (
            f"First seen {indicator.first_seen} in {indicator.source}, line {indicator.first_line}; "
            f"{indicator.count} messages. {time_basis(case)}"
        ),
        "indicator_types": ["anomalous-activity"],
        "pattern": _pattern(indicator),
        "pattern_type": "stix",
        "valid_from": instant(case, indicator.first_seen) or made,
    }
    return item


def _pattern(indicator: Indicator) -> str:
    value = indicator.value.replace("\\", "\\\\").replace("'", "\\'")
    if indicator.type == "link":
        return f"[url:value = '{value}']"
    if indicator.type == "domain":
        return f"[domain-name:value = '{value}']"
    if indicator.type == "email":
        return f"[email-addr:value = '{value}']"
    if indicator.type == "file":
        return f"[file:hashes.'SHA-256' = '{value}']" if _is_hash(value) else f"[file:name = '{value}']"
    kind = ACCOUNT_TYPES.get(indicator.type, indicator.type)
    return f"[user-account:account_type = '{kind}' AND user-account:user_id = '{value}']"


def _observable_of(indicator: Indicator) -> Item:
    value = indicator.value
    if indicator.type == "link":
        return _observable("url", {"value": value})
    if indicator.type == "domain":
        return _observable("domain-name", {"value": value})
    if indicator.type == "email":
        return _observable("email-addr", {"value": value})
    if indicator.type == "file":
        return _observable("file", {"hashes": {"SHA-256": value}} if _is_hash(value) else {"name": value})
    kind = ACCOUNT_TYPES.get(indicator.type, indicator.type)
    return _observable("user-account", {"account_type": kind, "user_id": value})


def _is_hash(value: str) -> bool:
    return len(value) == 64 and all(c in "0123456789abcdef" for c in value)


def _observable(kind: str, properties: Mapping[str, object]) -> Item:
    # STIX 2.1 section 2.9: UUIDv5 of the canonical JSON of the contributing properties.
    key = {name: value for name, value in properties.items() if name != "display_name"}
    canonical = json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    made = uuid.uuid5(OBSERVABLES, writable(canonical))
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{made}", **properties}


def _domain(case: CaseRecord, made: str, kind: str, key: str, by: str | None) -> Item:
    item: Item = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{stable_uuid('stix', case_key(case), kind, key)}",
        "created": made,
        "modified": made,
    }
    if by is not None:
        item["created_by_ref"] = by
    return item


def _relation(case: CaseRecord, made: str, by: str, source: str, kind: str, target: str) -> Item:
    item = _domain(case, made, "relationship", f"{source}|{kind}|{target}", by)
    return item | {"relationship_type": kind, "source_ref": source, "target_ref": target}
