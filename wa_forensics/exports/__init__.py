"""A case in the exchange formats of other tools, one module per format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from wa_forensics.errors import SettingsError
from wa_forensics.exports import case_uco, csv_table, misp, sarif, stix, timesketch
from wa_forensics.model import CaseRecord

__all__ = ["FORMATS", "Format", "write"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One exchange format: usual file suffix, what it is for, and the function that makes its bytes."""

    name: str
    suffix: str
    purpose: str
    render: Callable[[CaseRecord], Iterator[bytes]]


FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format(name="timesketch", suffix=".jsonl", purpose="Timesketch timeline", render=timesketch.render),
        Format(name="stix", suffix=".stix.json", purpose="STIX 2.1 bundle", render=stix.render),
        Format(name="misp", suffix=".misp.json", purpose="MISP event", render=misp.render),
        Format(name="case", suffix=".case.jsonld", purpose="CASE/UCO JSON-LD", render=case_uco.render),
        Format(name="sarif", suffix=".sarif", purpose="SARIF 2.1.0 log", render=sarif.render),
        Format(name="csv", suffix=".csv", purpose="table of findings for a spreadsheet", render=csv_table.render),
    )
}


def write(case: CaseRecord, format: str, out: Path | BinaryIO) -> None:
    """Write a case in one of ``FORMATS`` to a file or a binary stream; SettingsError if there is no such."""
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise SettingsError("--to", f"{format!r} is no export format", f"Known formats: {known}.")
    parts = FORMATS[format].render(case)
    if isinstance(out, Path):
        with out.open("wb") as stream:
            stream.writelines(parts)
    else:
        out.writelines(parts)
