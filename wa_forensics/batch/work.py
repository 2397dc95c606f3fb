"""One input file of a scan: read, analyze, write its messages and its record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from wa_forensics._version import __version__
from wa_forensics.analysis import BUGS, analyze, crash
from wa_forensics.case.kept import FileResult, keep_working, kept_working, working_file
from wa_forensics.case.messages import tables_of, write_messages
from wa_forensics.errors import CaseError, SettingsError, WaForensicsError
from wa_forensics.evidence import read_texts, texts_in
from wa_forensics.model import Analysis, Attachment, Failure, Settings

MESSAGES = "messages"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One file to do: its number among the inputs, from 1, and the unfinished case folder to write to.

    A relative path is meant from the folder ``base``, where that is given. The result of the only file of a scan
    is not kept for a later run: there is nothing to save by it.
    """

    number: int
    path: str
    folder: str
    settings: Settings
    is_only: bool = False
    base: str = ""

    @property
    def place(self) -> Path:
        """Where the file lies."""
        return Path(self.base, self.path)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The content of an input file that a worker elsewhere cannot open: its bytes, and the files beside it."""

    data: bytes
    beside: tuple[Attachment, ...] = ()


def do(task: Task, sent: Sent | None = None) -> FileResult:
    """Do one file. What is wrong with the file becomes a Failure; a CaseError (disk) stops the scan."""
    analyses: list[Analysis] = []
    written: list[str] = []
    failures: list[Failure] = []
    path = Path(task.path)
    try:
        for raw in texts_in(path, sent.data, sent.beside) if sent else read_texts(path, at=task.place):
            try:
                chat, analysis = analyze(raw, task.settings)
            except (CaseError, SettingsError):
                raise
            except WaForensicsError as error:
                failures.append(failure_of(error, raw.source.name))
                continue
            name = f"{MESSAGES}/{task.number:06d}{f'-{len(analyses) + 1}' if analyses else ''}.parquet"
            write_messages(Path(task.folder) / name, tables_of(chat))
            analyses.append(analysis)
            written.append(name)
    except (CaseError, SettingsError):
        raise
    except WaForensicsError as error:
        failures.append(failure_of(error, task.path))
    except BUGS as error:
        failures.append(crash("program", task.path, error))
    if not analyses and not failures:
        failures.append(
            Failure(where="evidence", source=task.path, problem="there is no chat text inside", advice=_ADVICE)
        )
    digest, size = (analyses[0].facts.source.sha256, analyses[0].facts.source.size) if analyses else hash_of(task.place)
    result = FileResult(
        number=task.number,
        path=task.path,
        sha256=digest,
        size=size,
        analyses=tuple(analyses),
        messages=tuple(written),
        failures=tuple(failures),
    )
    if not task.is_only:
        keep(task, result)
    return result


_ADVICE = "Give the .txt or .zip that WhatsApp's 'Export chat' wrote."


def failure_of(error: WaForensicsError, source: str) -> Failure:
    """An error of ours as a Failure of one source; the kind of error stands in ``where``."""
    return Failure(where=type(error).__name__, source=source, problem=error.problem, advice=error.advice)


def lost(task: Task, problem: str, advice: str) -> FileResult:
    """The result of a file whose worker died or ran out of time."""
    forget(task)
    failure = Failure(where="worker", source=task.path, problem=problem, advice=advice)
    digest, size = hash_of(task.place)
    return FileResult(number=task.number, path=task.path, sha256=digest, size=size, failures=(failure,))


def finished(task: Task) -> FileResult | None:
    """The result that a stopped run left for this very file and these settings, None if there is none."""
    result = kept_working(Path(task.folder), task.number, _conditions(task))
    if result is None or not all((Path(task.folder) / name).is_file() for name in result.messages):
        return None
    return result if result.sha256 == hash_of(Path(task.path))[0] else None


def keep(task: Task, result: FileResult) -> None:
    """Leave the result for a later run to go on from."""
    keep_working(Path(task.folder), result, _conditions(task))


def forget(task: Task) -> None:
    """Remove what was left for a later run: it is not what came of the file."""
    working_file(Path(task.folder), task.number).unlink(missing_ok=True)


def hash_of(path: Path) -> tuple[str | None, int | None]:
    """SHA-256 and size of a file, None for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
    except OSError:
        return None, None


def _conditions(task: Task) -> object:
    return {"version": __version__, "path": task.path, "settings": task.settings}
