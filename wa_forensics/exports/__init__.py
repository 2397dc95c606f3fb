"""A case in the exchange formats of other tools, one module per format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from wa_forensics.errors import SettingsError
from wa_forensics.exports import case_uco, csv_table, misp, sarif, stix, timesketch
from wa_forensics.model import CaseRecord

__all__ = ["FORMATS", "write"]

# What makes the bytes of a case in each format.
FORMATS: Mapping[str, Callable[[CaseRecord], Iterator[bytes]]] = {
    "timesketch": timesketch.render,
    "stix": stix.render,
    "misp": misp.render,
    "case": case_uco.render,
    "sarif": sarif.render,
    "csv": csv_table.render,
}


def write(case: CaseRecord, format: str, out: Path | BinaryIO) -> None:
    """Write a case in one of ``FORMATS`` to a file or a binary stream; SettingsError if there is no such."""
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise SettingsError("--to", f"{format!r} is no export format", f"Known formats: {known}.")
    parts = FORMATS[format](case)
    if isinstance(out, Path):
        with out.open("wb") as stream:
            stream.writelines(parts)
    else:
        out.writelines(parts)
