"""The same work on a real local Dask cluster of two worker processes: same bytes, and a killed worker loses nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scan_inputs import tree, write_chat, write_zip

from wa_forensics import scan
from wa_forensics.batch import Run, cluster
from wa_forensics.batch.work import Sent, Task, do
from wa_forensics.case.kept import FileResult
from wa_forensics.errors import SettingsError
from wa_forensics.model import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise there")


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    import dask
    from distributed import LocalCluster

    with pytest.MonkeyPatch.context() as patch, dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        # The workers, restarted ones too, must be able to import ``slow`` from this file.
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as made:
            yield made


def exports(folder: Path, count: int) -> Path:
    for number in range(count):
        (write_zip if number % 5 == 4 else write_chat)(folder, f"Person {number:03d}", 8 + number % 7)
    return folder


def slow(task: Task, sent: Sent | None = None) -> FileResult:
    """Takes its time, hangs or dies, as the name of the file says."""
    name = Path(task.path).name
    time.sleep(600 if "hang" in name else 0.05)
    if "kill" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    return do(task, sent)


def test_a_cluster_gives_the_same_bytes_with_a_worker_killed_in_the_middle(
    tmp_path: Path, workers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = exports(tmp_path / "in", 36)
    (folder / "broken.txt").write_text("no export\n", "utf-8")
    scan([folder], tmp_path / "local", run=Run(jobs=1, reproducible=True))
    for shared in (True, False):
        if not shared:
            monkeypatch.setattr(cluster, "_sees", _sees_nothing)
        killed = threading.Event()

        def kill(progress: Any, killed: threading.Event = killed) -> None:
            if progress.files == 9 and not killed.is_set():
                killed.set()
                os.kill(workers.workers[0].pid, signal.SIGKILL)

        out = tmp_path / f"shared{shared}"
        scan([folder], out, run=Run(scheduler=workers.scheduler_address, reproducible=True), watch=kill)
        assert killed.is_set()
        assert tree(out) == tree(tmp_path / "local")


def _sees_nothing(mark: str, stamp: int | None, folders: list[str]) -> tuple[str, bool]:
    from wa_forensics._version import __version__

    return __version__, False


def test_a_file_that_hangs_or_kills_its_workers_loses_only_itself(tmp_path: Path, workers: Any) -> None:
    paths = [write_chat(tmp_path / "in", name) for name in ("a", "hang", "b", "kill", "c", "d")]
    (tmp_path / "out" / "messages").mkdir(parents=True)
    given = [
        Task(number=number, path=str(path), folder=str(tmp_path / "out"), settings=Settings())
        for number, path in enumerate(paths, 1)
    ]
    done = cluster.run_on_cluster(given, workers.scheduler_address, 20, work=slow)
    found = {result.number: result for result in done}
    assert sorted(found) == [1, 2, 3, 4, 5, 6]
    lost = {number: result.failures[0].problem for number, result in found.items() if result.failures}
    assert sorted(lost) == [2, 4]
    assert "not done after 20 seconds" in lost[2] and "its worker process died" in lost[4]
    assert found[4].sha256 is not None, "a file that was not read is still hashed"


def test_an_address_without_a_scheduler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    write_chat(tmp_path / "in")
    with pytest.raises(SettingsError, match="no scheduler answers"):
        scan([tmp_path / "in"], tmp_path / "case", run=Run(scheduler="tcp://127.0.0.1:9"))
    with pytest.raises(SettingsError, match="no scheduler answers"):
        scan([tmp_path / "in"], tmp_path / "case2", run=Run(scheduler="nonsense://x"))


def test_workers_of_a_cluster_are_not_counted_with_j(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from wa_forensics.cli.program import program

    given = ["scan", str(write_chat(tmp_path / "in")), "--scheduler", "tcp://127.0.0.1:9", "-j", "2"]
    ended = CliRunner().invoke(program, given)
    assert ended.exit_code == 2 and "-j does not go with it" in ended.output
    assert not (tmp_path / "case").exists()
