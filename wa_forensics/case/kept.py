"""What came of each file, kept in the case so that it can grow without reading the evidence again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wa_forensics.case.folder import write_file
from wa_forensics.case.records import compact, record
from wa_forensics.errors import CaseError
from wa_forensics.model import Analysis, Failure

FILE = "analyses.jsonl.gz"


@dataclass(frozen=True, kw_only=True)
class FileResult:
    """What came of one file; ``messages`` are paths inside the case folder, one for each analysis."""

    number: int
    path: str
    sha256: str | None
    size: int | None
    analyses: tuple[Analysis, ...] = ()
    messages: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def keep_results(folder: Path, results: Sequence[FileResult]) -> None:
    """Write the results, one a line; compressed without a clock time, so that the bytes are the same."""
    lines = "".join(compact(result) + "\n" for result in results)
    write_file(folder / FILE, gzip.compress(lines.encode(), compresslevel=3, mtime=0))


def kept_results(folder: Path) -> tuple[FileResult, ...]:
    """The results that a case was made of; CaseError when they are missing or damaged."""
    path = folder / FILE
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        return tuple(record(FileResult, json.loads(line)) for line in lines)
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        advice = "Scan the evidence again into a new case."
        raise CaseError(str(path), "the results of the files cannot be read", advice) from error
