"""What an export reads from a case, and what all formats share: instants, stable ids, JSON as bytes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from wa_forensics._version import __version__
from wa_forensics.clock import clock
from wa_forensics.model import CaseRecord, Evidence, Finding, Severity

PRODUCER = f"wa_forensics {__version__}"
# Namespace of every id made here; any fixed value would do, but it must never change.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "wa-forensics.invalid")
LEVELS: Mapping[Severity, str] = {level: level.name.lower() for level in Severity}


def zone_of(case: CaseRecord) -> str | None:
    """The IANA zone the examiner declared for the exporting phone, None if none was declared."""
    zone = case.settings.get("timezone")
    return str(zone) if zone else None


def instant(case: CaseRecord, local: str) -> str | None:
    """A local time as UTC (``2026-03-21T04:10:00Z``); None where no zone was declared: it is not guessed."""
    zone = zone_of(case)
    if zone is None or not local:
        return None
    import numpy as np

    moments = clock(zone, local, local).utc(np.asarray([local], dtype="datetime64[s]"))
    return f"{moments[0]}Z"


def time_basis(case: CaseRecord) -> str:
    zone = zone_of(case)
    if zone is None:
        return "Times are local wall times of the exporting phone; its zone was not declared."
    return f"Times are local wall times of the exporting phone, read in the declared zone {zone}."


def made_at(case: CaseRecord) -> str:
    """When the case was made, UTC, from its custody record; the epoch if there is none."""
    for entry in case.custody:
        text = str(entry.get("time", ""))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return "1970-01-01T00:00:00.000Z"


def stable_uuid(*parts: str) -> str:
    """The same parts give the same UUID (version 5), so that importing twice does not double anything."""
    return str(uuid.uuid5(NAMESPACE, writable("\x1f".join(parts))))


def writable(text: str) -> str:
    """The text with lone surrogates as escapes: the name of a file can hold bytes that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def case_key(case: CaseRecord) -> str:
    """What a case is known by in exports: its inputs, not its folder."""
    return ",".join(sorted(facts.source.text_sha256 for facts in case.inputs))


def address(item: Evidence) -> str:
    return f"{item.source}:{item.line}@{item.byte_offset}"


def statement(finding: Finding) -> str:
    """A finding in plain sentences: what was seen, what it may mean, what else it may be, where it stands."""
    parts = [f"Observed: {finding.observation}", f"May mean: {finding.inference}"]
    if finding.alternatives:
        parts.append("Other explanations: " + " ".join(finding.alternatives))
    parts.append("Evidence: " + "; ".join(address(item) for item in finding.evidence))
    return "\n".join(parts)


def json_bytes(value: object, indent: int | None = 1) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))
    return writable(text).encode() + b"\n"
