"""What came of each file, kept in the case so that it can grow without reading the evidence again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wa_forensics.case.folder import write_parts
from wa_forensics.case.records import compact, plain, record
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
    """Write the results, one a line."""
    write_parts(folder / FILE, (compact(result) + "\n" for result in results))


def lean(result: FileResult) -> FileResult:
    """An equal result whose texts are shared with other results: rules and checks say the same in every chat."""
    return record(FileResult, plain(result))


def kept_results(folder: Path) -> tuple[FileResult, ...]:
    """The results that a case was made of; CaseError when they are missing or damaged."""
    path = folder / FILE
    try:
        with gzip.open(path, "rb") as lines:
            return tuple(record(FileResult, json.loads(line)) for line in lines)
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        advice = "Scan the evidence again into a new case."
        raise CaseError(str(path), "the results of the files cannot be read", advice) from error
