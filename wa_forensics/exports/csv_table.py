"""Findings as CSV, one row per evidence message, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from wa_forensics.exports.record import LEVELS
from wa_forensics.model import CaseRecord

COLUMNS = (
    "finding",
    "incident",
    "rule",
    "title",
    "threat",
    "stage",
    "severity",
    "confidence",
    "score",
    "chat",
    "actors",
    "start",
    "end",
    "observation",
    "inference",
    "label",
    "source",
    "message",
    "line",
    "line_end",
    "byte_offset",
    "byte_length",
    "quote",
)


def render(case: CaseRecord) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, because spreadsheets take CSV without one for a local code page."""
    yield "\ufeff".encode() + _row(COLUMNS)
    for finding in case.findings:
        for item in finding.evidence:
            yield _row(
                (
                    finding.id,
                    finding.incident or "",
                    finding.rule,
                    finding.title,
                    finding.threat.value,
                    finding.stage.name.lower(),
                    LEVELS[finding.severity],
                    finding.confidence.name.lower(),
                    "" if finding.score is None else f"{finding.score:g}",
                    finding.chat,
                    "; ".join(finding.actors),
                    finding.start,
                    finding.end,
                    finding.observation,
                    finding.inference,
                    finding.label or "",
                    item.source,
                    str(item.message),
                    str(item.line),
                    str(item.line_end),
                    str(item.byte_offset),
                    str(item.byte_length),
                    item.quote,
                )
            )


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet takes for a formula gets a leading apostrophe; the raw value is in the
    JSONL.
    """
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


def _row(cells: tuple[str, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return line.getvalue().encode("utf-8", "replace")
