"""Findings as SARIF 2.1.0 (OASIS), so that code-scanning viewers can jump to file, line and byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from wa_forensics._version import __version__
from wa_forensics.exports.record import LEVELS, json_bytes, stable_uuid, time_basis, writable
from wa_forensics.model import CaseRecord, Evidence, Finding, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVEL: Mapping[Severity, str] = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}


def render(case: CaseRecord) -> Iterator[bytes]:
    rules = sorted({finding.rule for finding in case.findings})
    number = {rule: place for place, rule in enumerate(rules)}
    files = [facts.source for facts in case.inputs]
    place_of = {source.name: place for place, source in enumerate(files)}
    first = {rule: next(f for f in case.findings if f.rule == rule) for rule in rules}
    yield json_bytes(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "wa_forensics",
                            "semanticVersion": __version__,
                            "rules": [_rule(first[rule]) for rule in rules],
                        }
                    },
                    "artifacts": [
                        {
                            "location": {"uri": _uri(source.name)},
                            "length": source.size,
                            "hashes": {"sha-256": source.sha256},
                        }
                        for source in files
                    ],
                    "columnKind": "unicodeCodePoints",
                    "properties": {"timeBasis": time_basis(case)},
                    "results": [_result(f, number[f.rule], place_of) for f in case.findings],
                }
            ],
        }
    )


def _rule(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.rule,
        "shortDescription": {"text": finding.title},
        "help": {"text": " ".join(finding.next_steps) or finding.title},
        "properties": {"threat": finding.threat.value, "stage": finding.stage.name.lower()},
    }


def _result(finding: Finding, rule: int, place_of: Mapping[str, int]) -> dict[str, object]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.observation} {finding.inference}"},
        "locations": [_location(finding.evidence[0], place_of)],
        "relatedLocations": [_location(item, place_of) for item in finding.evidence[1:]],
        "guid": stable_uuid("sarif", finding.id),
        "partialFingerprints": {"findingId/v1": finding.id},
        "properties": {
            "severity": LEVELS[finding.severity],
            "confidence": finding.confidence.name.lower(),
            "incident": finding.incident or "",
            "start": finding.start,
            "end": finding.end,
            "alternatives": list(finding.alternatives),
        },
    }


def _location(item: Evidence, place_of: Mapping[str, int]) -> dict[str, object]:
    artifact: dict[str, object] = {"uri": _uri(item.source)}
    if item.source in place_of:
        artifact["index"] = place_of[item.source]
    return {
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": item.line,
                "endLine": item.line_end,
                "byteOffset": item.byte_offset,
                "byteLength": item.byte_length,
                "snippet": {"text": item.quote},
            },
        },
        "message": {"text": f"message {item.message}"},
    }


def _uri(name: str) -> str:
    """A file name as a relative reference: a colon or a blank in it must not be read as part of a URI's
    syntax.
    """
    return quote(writable(name), safe="/!~._-")
