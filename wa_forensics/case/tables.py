"""Findings and indicators of a batch as Parquet, for pandas, DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from wa_forensics.case.messages import write_messages
from wa_forensics.case.records import plain
from wa_forensics.frame import arrow_booleans, arrow_numbers, arrow_strings
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
    columns = {name: _array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    for name in ("message", "line", "byte_offset", "byte_length"):
        values = [[item[name] for item in row["evidence"]] for row in rows]
        columns[f"evidence_{name}"] = _array(values, pa.list_(number))
    write_messages(folder / "findings.parquet", [pa.table(columns)])
    rows = [plain(indicator) for indicator in indicators]
    kinds = dict.fromkeys(_INDICATOR, text)
    kinds |= {"first_message": number, "first_line": number, "count": number}
    kinds |= {"sources": pa.list_(text), "flagged": pa.bool_()}
    columns = {name: _array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    write_messages(folder / "indicators.parquet", [pa.table(columns)])


def _array(values: Sequence[Any], kind: Any) -> Any:
    """Values as an Arrow array; ``pa.array()`` would import pandas (0.5 s)."""
    import pyarrow as pa

    if pa.types.is_list(kind):
        ends = arrow_numbers(np.cumsum([0, *map(len, values)], dtype=np.int32), pa.int32())
        return pa.ListArray.from_arrays(ends, _array([*chain.from_iterable(values)], kind.value_type))
    if pa.types.is_string(kind):
        return arrow_strings(values)
    if pa.types.is_boolean(kind):
        return arrow_booleans(np.array(values, dtype=bool))
    known = np.array([value is not None for value in values], dtype=bool)
    filled = np.array([value or 0 for value in values], dtype=kind.to_pandas_dtype())
    valid = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(filled)])
