"""Findings and indicators of a batch as Parquet, for pandas, DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wa_forensics.case.messages import write_messages
from wa_forensics.case.records import plain
from wa_forensics.model import Finding, Indicator

_FINDING = (
    *("id", "rule", "title", "threat", "stage", "severity", "confidence", "score", "source", "chat", "actors"),
    *("start", "end", "observation", "inference", "incident", "label"),
)
_INDICATOR = (
    *("type", "value", "defanged", "source", "first_message", "first_line", "first_seen", "sender", "count"),
    *("sources", "flagged"),
)


def write_tables(folder: Path, findings: Sequence[Finding], indicators: Sequence[Indicator]) -> None:
    """``findings.parquet`` (one row a finding, its messages as lists) and ``indicators.parquet``."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    rows = [plain(finding) for finding in findings]
    kinds: dict[str, Any] = dict.fromkeys(_FINDING, text) | {"score": pa.float64(), "actors": pa.list_(text)}
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    for name in ("message", "line", "byte_offset", "byte_length"):
        values = [[item[name] for item in row["evidence"]] for row in rows]
        columns[f"evidence_{name}"] = pa.array(values, pa.list_(number))
    write_messages(folder / "findings.parquet", [pa.table(columns)])
    rows = [plain(indicator) for indicator in indicators]
    kinds = dict.fromkeys(_INDICATOR, text)
    kinds |= {"first_message": number, "first_line": number, "count": number}
    kinds |= {"sources": pa.list_(text), "flagged": pa.bool_()}
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    write_messages(folder / "indicators.parquet", [pa.table(columns)])
