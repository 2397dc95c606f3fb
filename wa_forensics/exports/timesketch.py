"""A timeline for Timesketch: JSONL with ``message``, ``datetime`` and ``timestamp_desc`` on every line.

Every message of the case is an event, tagged with the findings that rest on it. Where the examiner declared
no zone, ``datetime`` is the local wall time without an offset, and ``time_basis`` says so (Timesketch shows
such times as if they were UTC).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_forensics.exports.record import LEVELS, instant, json_bytes, time_basis
from wa_forensics.model import CaseRecord, Finding, Incident

ROWS = 4096


def render(case: CaseRecord) -> Iterator[bytes]:
    basis = time_basis(case)
    by_message: dict[tuple[str, int], list[Finding]] = {}
    for finding in case.findings:
        for item in finding.evidence:
            by_message.setdefault((item.source, item.message), []).append(finding)
    for facts in case.inputs:
        source = facts.source.name
        for row in _rows(case.messages(source)):
            yield json_bytes(
                _event(case, source, facts.name, row, by_message.get((source, row["id"]), []), basis),
                indent=None,
            )
    for incident in case.incidents:
        for event in _windows(case, incident, basis):
            yield json_bytes(event, indent=None)


def _rows(table: Any) -> Iterator[dict[str, Any]]:
    """The rows of a table of messages, with their position as ``id``."""
    position = 0
    columns = (
        "timestamp",
        "sender",
        "kind",
        "event",
        "text",
        "attachment",
        "line",
        "line_end",
        "byte_offset",
    )
    for batch in table.select(columns).to_batches(max_chunksize=ROWS):
        for row in batch.to_pylist():
            yield row | {"id": position}
            position += 1


def _event(
    case: CaseRecord, source: str, chat: str, row: dict[str, Any], findings: list[Finding], basis: str
) -> dict[str, object]:
    local = row["timestamp"].isoformat()
    sender = row["sender"]
    event: dict[str, object] = {
        "message": f"{sender}: {row['text']}" if sender else row["text"],
        "datetime": instant(case, local) or local,
        "timestamp_desc": "Message sent (clock of the exporting phone)",
        "data_type": "whatsapp:chat:message",
        "local_time": local,
        "time_basis": basis,
        "chat": chat,
        "sender": sender or "",
        "kind": row["kind"],
        "source_file": source,
        "line": row["line"],
        "line_end": row["line_end"],
        "byte_offset": row["byte_offset"],
    }
    if row["event"]:
        event["app_event"] = row["event"]
    if row["attachment"]:
        event["attachment"] = row["attachment"]
    if findings:
        event["tag"] = sorted({f"{LEVELS[f.severity]}:{f.threat.value}" for f in findings})
        event["findings"] = [f"{f.id} {f.title}" for f in findings]
        event["incidents"] = sorted({f.incident for f in findings if f.incident})
    return event


def _windows(case: CaseRecord, incident: Incident, basis: str) -> Iterator[dict[str, object]]:
    for window in incident.windows:
        for local, what in ((window.start, "first"), (window.end, "last")):
            yield {
                "message": (
                    f"{incident.title}: {what} message that an intruder is thought to have written as {window.account}"
                ),
                "datetime": instant(case, local) or local,
                "timestamp_desc": f"Takeover window, {what} message",
                "data_type": "whatsapp:chat:window",
                "local_time": local,
                "time_basis": basis,
                "source_file": window.source,
                "line": window.first_line if what == "first" else window.last_line,
                "sender": window.account,
                "tag": [f"{LEVELS[incident.severity]}:takeover_window"],
                "incidents": [incident.id],
            }
