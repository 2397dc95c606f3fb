"""A case that grows: more exports, or other rules over the stored messages, without reading the evidence again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from wa_forensics.analysis import reanalyze
from wa_forensics.batch.finish import Request, Run, finish
from wa_forensics.batch.job import Plan, plan, read_all
from wa_forensics.batch.progress import Watcher, nobody
from wa_forensics.batch.work import MESSAGES, hash_of
from wa_forensics.case import Case, custody, manifest, verdicts
from wa_forensics.case.folder import publish, staging, writing
from wa_forensics.case.kept import FileResult, kept_results
from wa_forensics.case.messages import write_messages
from wa_forensics.case.records import record
from wa_forensics.case.stored_chat import stored_chat
from wa_forensics.case.verify import require_sealed
from wa_forensics.errors import CaseError, EvidenceError
from wa_forensics.model import Analysis, Own, Settings


def add(path: str | Path, paths: Iterable[str | Path], *, run: Run | None = None, watch: Watcher = nobody) -> Case:
    """Add exports to a case; files that it holds already, by hash, are left out.

    The result is that of one scan over all of them. Raises what ``scan`` raises, and CaseError when the case
    was changed since it was sealed.
    """
    given = tuple(str(item) for item in paths)
    with ExitStack() as stack:
        grown = _Growing(Path(path), run or Run(), stack)
        todo = _unknown(plan(given), grown.results)
        read = read_all(todo, grown.folder, grown.settings, grown.run, watch, len(grown.results) + 1)
        results = (*grown.results, *read)
        return grown.end(results, read, (*grown.case.arguments, *given), "add")


def rescan(path: str | Path, *, run: Run | None = None, own: Own | None = None) -> Case:
    """Run the rules of this version over the stored messages of a case; the checks of the files stay as they were.

    ``own`` replaces what the examiner brought to the scan before.
    """
    with ExitStack() as stack:
        grown = _Growing(Path(path), run or Run(), stack)
        if own is not None:
            grown.settings = replace(grown.settings, own=own)
        results = [
            replace(result, analyses=tuple(_again(grown.case, item, grown.settings.own) for item in result.analyses))
            for result in grown.results
        ]
        return grown.end(results, (), grown.case.arguments, "rescan")


class _Growing:
    """A sealed case, and the folder that its successor is written to."""

    def __init__(self, path: Path, run: Run, stack: ExitStack) -> None:
        self.path = path
        self.run = replace(run, force=True)
        require_sealed(path)
        if (path / manifest.SIGNATURE).exists() and run.key is None:
            advice = "Pass --sign KEY to sign the changed case again."
            raise CaseError(str(path), "the case is signed, and a change would break the signature", advice)
        self.case = Case.open(path)
        self.settings = record(Settings, dict(self.case.settings))
        self.results = kept_results(path)
        self.folder = stack.enter_context(staging(path, force=True, resume=run.resume))
        with writing(self.folder):
            shutil.copyfile(path / custody.FILE, self.folder / custody.FILE)
            if (path / verdicts.FILE).exists():
                shutil.copyfile(path / verdicts.FILE, self.folder / verdicts.FILE)
        self._take_messages()

    def end(
        self, results: Sequence[FileResult], read: Sequence[FileResult], paths: tuple[str, ...], action: str
    ) -> Case:
        request = Request(paths=paths, settings=self.settings, declared=self.case.declared, action=action)
        finish(results, read, self.folder, request, self.run)
        publish(self.folder, self.path, force=True)
        return Case.open(self.path)

    def _take_messages(self) -> None:
        for result in self.results:
            for analysis, name in zip(result.analyses, result.messages, strict=True):
                write_messages(self.folder / name, [self.case.messages(analysis.facts.source.name)])
        (self.folder / MESSAGES).mkdir(exist_ok=True)


def _again(case: Case, earlier: Analysis, own: Own) -> Analysis:
    return reanalyze(stored_chat(case, earlier.facts), earlier, own)


def _unknown(todo: Plan, results: Sequence[FileResult]) -> Plan:
    """The files whose bytes the case does not hold; EvidenceError when there are none."""
    held = {result.sha256 for result in results if result.analyses}
    pairs = zip(todo.files, todo.sizes, strict=True)
    new = [(path, size) for path, size in pairs if hash_of(Path(path))[0] not in held]
    if not new:
        raise EvidenceError(", ".join(todo.files), "the case holds these files already", "There is nothing to add.")
    return Plan(files=tuple(path for path, _ in new), sizes=tuple(size for _, size in new))
