"""What came of each file, kept in the case so that it can grow without reading the evidence again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wa_forensics.case.folder import WORK, write_file, write_parts
from wa_forensics.case.records import compact, pieces, record
from wa_forensics.errors import CaseError
from wa_forensics.model import Analysis, Failure

FILE = "analyses.jsonl.gz"


@dataclass(frozen=True, kw_only=True)
class FileResult:
    """What came of one file; ``messages`` are paths inside the case folder, one for each analysis.

    It travels between processes as its line: what a worker has told to the disk need not be told in another form.
    """

    number: int
    path: str
    sha256: str | None
    size: int | None
    analyses: tuple[Analysis, ...] = ()
    messages: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()

    @cached_property
    def line(self) -> str:
        """The result as one line of JSON."""
        return "".join(pieces(self))

    def __reduce__(self) -> tuple[Callable[[str], FileResult], tuple[str]]:
        return result_of, (self.line,)


def result_of(line: str | bytes) -> FileResult:
    """The result that a line tells."""
    return record(FileResult, json.loads(line))


def lean(result: FileResult) -> FileResult:
    """An equal result whose texts are shared with other results: rules and checks say the same in every chat."""
    return result_of(result.line)


def working_file(folder: Path, number: int) -> Path:
    """Where the result of a file is kept while a scan is under way: what it holds good for, then its line."""
    return folder / WORK / f"{number:06d}.json"


def keep_working(folder: Path, result: FileResult, conditions: object) -> None:
    """Leave a result for a later run to go on from, which asks for the same ``conditions``."""
    target = working_file(folder, result.number)
    target.parent.mkdir(exist_ok=True)
    write_file(target, f"{compact(conditions)}\n{result.line}\n")


def kept_working(folder: Path, number: int, conditions: object) -> FileResult | None:
    """What ``keep_working`` left; None if there is nothing, or not for these conditions."""
    try:
        told, line = working_file(folder, number).read_bytes().split(b"\n", 1)
        return result_of(line) if told.decode() == compact(conditions) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def keep_results(folder: Path, results: Sequence[FileResult]) -> None:
    """Write the results, one a line."""
    write_parts(folder / FILE, (part for result in results for part in _line_of(folder, result)))


def _line_of(folder: Path, result: FileResult) -> Iterator[str]:
    try:
        yield working_file(folder, result.number).read_text("utf-8").partition("\n")[2]
    except OSError:
        yield from pieces(result)
        yield "\n"


def kept_results(folder: Path) -> tuple[FileResult, ...]:
    """The results that a case was made of; CaseError when they are missing or damaged."""
    path = folder / FILE
    try:
        with gzip.open(path, "rb") as lines:
            return tuple(map(result_of, lines))
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        advice = "Scan the evidence again into a new case."
        raise CaseError(str(path), "the results of the files cannot be read", advice) from error
