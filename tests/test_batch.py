"""Many exports: the same bytes for any number of workers; a killed, hanging or poisoned one loses its own file only."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scan_inputs import WITH_CLOCK, tree, write_chat, write_zip

from wa_forensics import Case, scan
from wa_forensics.batch import Progress, Run, plan
from wa_forensics.batch.finish import BATCH_FROM
from wa_forensics.batch.pool import TRIES, TRIES_KILLED, choose_jobs, run
from wa_forensics.batch.work import Task, do, finished
from wa_forensics.case.kept import FileResult
from wa_forensics.errors import CaseError, EvidenceError, NothingReadError, ParseError
from wa_forensics.model import Settings
from wa_forensics.report import render_case, render_index

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise there")


def many(folder: Path, count: int) -> Path:
    for number in range(count):
        (write_zip if number % 5 == 4 else write_chat)(folder, f"Person {number:03d}", 8 + number % 7)
    return folder


def tasks(folder: Path, paths: list[Path]) -> list[Task]:
    (folder / "messages").mkdir(parents=True, exist_ok=True)
    return [
        Task(number=number, path=str(path), folder=str(folder), settings=Settings())
        for number, path in enumerate(paths, 1)
    ]


def poisoned(task: Task) -> FileResult:
    """Dies, hangs or works, as the name of the file says."""
    if "kill" in task.path:
        os.kill(os.getpid(), signal.SIGKILL)
    if "crash" in task.path:
        os._exit(3)
    if "once" in task.path and not Path(task.path + ".tried").exists():
        Path(task.path + ".tried").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "hang" in task.path:
        time.sleep(600)
    return do(task)


def test_workers_start_where_the_temporary_folder_has_a_long_name(tmp_path: Path) -> None:
    scratch = tmp_path / ("long" * 25)
    scratch.mkdir()
    folder = many(tmp_path / "many", 3)
    done = subprocess.run(
        [sys.executable, "-m", "wa_forensics", "scan", str(folder), "--out", str(tmp_path / "case"), "-j", "2"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert len(Case(tmp_path / "case").chats) == 3


def test_few_files_run_without_processes() -> None:
    assert choose_jobs(None, 3, 1000) == 1
    assert choose_jobs(None, 1, 1 << 40) == 1
    assert choose_jobs(4, 3, 1000) == 3
    assert choose_jobs(2, 0, 0) == 1


def test_a_worker_that_dies_or_hangs_loses_only_its_own_file(tmp_path: Path) -> None:
    paths = [write_chat(tmp_path / "in", name) for name in ("a", "kill", "b", "hang", "c", "once", "crash")]
    found = {result.number: result for result in run(tasks(tmp_path / "out", paths), 2, timeout=8, work=poisoned)}
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7]
    lost = {number: result.failures[0].problem for number, result in found.items() if result.failures}
    assert sorted(lost) == [2, 4, 7]
    assert f"died {TRIES} times (exit code 3)" in lost[7]
    assert f"died {TRIES_KILLED} times" in lost[2] and "not done after 8 seconds" in lost[4]
    assert found[2].sha256 is not None, "a file that was not read is still hashed"
    assert all(len(found[number].analyses) == 1 for number in (1, 3, 5, 6))


def test_a_batch_gives_the_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    folder = many(tmp_path / "in", BATCH_FROM + 2)
    (folder / "broken.txt").write_text("no export\n", "utf-8")
    trees = []
    for jobs in (1, 2, 3):
        scan([folder], tmp_path / f"case{jobs}", run=Run(jobs=jobs, reproducible=True))
        trees.append(tree(tmp_path / f"case{jobs}"))
    assert trees[0].keys() == trees[1].keys() == trees[2].keys()
    for name, data in trees[0].items():
        assert data == trees[1][name] == trees[2][name], name
    assert {"index.html", "findings.parquet", "indicators.parquet", "messages/000001.parquet"} <= trees[0].keys()


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = many(tmp_path / "in", 4)
    (folder / "novel.txt").write_text("It was a dark night.\n" * 40, "utf-8")
    case = scan([folder], tmp_path / "case")
    assert len(case.inputs) == 4
    assert [Path(item.path).name for item in case.files if item.failure] == ["novel.txt"]
    assert [Path(item.source).name for item in case.coverage["failures"]] == ["novel.txt"]


def test_when_no_file_is_an_export_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(EvidenceError):
        scan([folder], tmp_path / "case")
    (folder / "a.txt").write_text("dark night\n" * 40, "utf-8")
    with pytest.raises(ParseError):
        scan([folder], tmp_path / "case")
    (folder / "b.txt").write_text("stormy night\n" * 40, "utf-8")
    with pytest.raises(NothingReadError) as caught:
        scan([folder], tmp_path / "case")
    assert len(caught.value.sentences) == 2
    assert not (tmp_path / "case").exists()


def test_progress_is_told_and_ends_at_the_total(tmp_path: Path) -> None:
    folder = many(tmp_path / "in", 4)
    told: list[Progress] = []
    scan([folder], tmp_path / "case", watch=told.append)
    assert [item.files for item in told] == [0, 1, 2, 3, 4]
    assert told[-1].bytes == told[-1].all_bytes == sum(plan([folder]).sizes)
    assert told[-1].messages == sum(facts.message_count for facts in Case.open(tmp_path / "case").inputs)


# resuming


def test_a_resumed_scan_repeats_no_finished_file_and_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wa_forensics.batch.finish as finish

    folder = many(tmp_path / "in", 6)
    scan([folder], tmp_path / "whole", run=Run(reproducible=True))

    def full(*arguments: object) -> None:
        raise CaseError("disk", "full", "")

    with monkeypatch.context() as patch:
        patch.setattr(finish, "write_records", full)
        with pytest.raises(CaseError):
            scan([folder], tmp_path / "case")
    done: list[str] = []

    def counting(task: Task) -> FileResult:
        done.append(task.path)
        return do(task)

    kept = tmp_path / "case.part" / "work" / "000003.json"
    kept.write_text(kept.read_text("utf-8")[:-50], "utf-8")
    monkeypatch.setattr("wa_forensics.batch.pool.run.__defaults__", (counting,))
    scan([folder], tmp_path / "case", run=Run(resume=True, reproducible=True))
    assert len(done) == 1, "only the file whose result was damaged is done again"
    assert tree(tmp_path / "case") == tree(tmp_path / "whole")


def test_a_kept_result_counts_only_for_the_same_file_and_settings(tmp_path: Path) -> None:
    path = write_chat(tmp_path / "in")
    (task,) = tasks(tmp_path / "out", [path])
    done = do(task)
    assert finished(task) == done
    other = Task(number=1, path=task.path, folder=task.folder, settings=Settings(date_order="MDY"))
    assert finished(other) is None
    path.write_text(path.read_text("utf-8") + "20/01/2025, 10:00 - Ben Example: later\n", "utf-8")
    assert finished(task) is None


def test_a_half_written_result_is_not_used(tmp_path: Path) -> None:
    (task,) = tasks(tmp_path / "out", [write_chat(tmp_path / "in")])
    do(task)
    kept = tmp_path / "out" / "work" / "000001.json"
    kept.write_text(kept.read_text("utf-8")[:-9], "utf-8")
    assert finished(task) is None
    do(task)
    (tmp_path / "out" / "messages" / "000001.parquet").unlink()
    assert finished(task) is None


def test_what_a_killed_worker_left_half_written_is_no_part_of_the_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wa_forensics.batch.finish as finish

    folder = many(tmp_path / "in", BATCH_FROM)
    scan([folder], tmp_path / "whole", run=Run(reproducible=True))
    with monkeypatch.context() as patch:
        patch.setattr(finish, "write_records", lambda *given: (_ for _ in ()).throw(CaseError("disk", "full", "")))
        with pytest.raises(CaseError):
            scan([folder], tmp_path / "case")
    (tmp_path / "case.part" / "messages" / "000002.parquet.99999.part").write_bytes(b"PAR1 half")
    (tmp_path / "case.part" / "findings.jsonl.99999.part").write_bytes(b"{")
    scan([folder], tmp_path / "case", run=Run(resume=True, reproducible=True))
    assert tree(tmp_path / "case") == tree(tmp_path / "whole")


def start(folder: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "wa_forensics", "scan", str(folder), "-o", str(out), "--reproducible", *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_results(out: Path, count: int) -> None:
    work = out.with_name(out.name + ".part") / "work"
    for _ in range(600):
        if work.is_dir() and len(list(work.glob("*.json"))) >= count:
            return
        time.sleep(0.05)
    raise AssertionError("the scan did not get that far")


def test_a_scan_killed_outright_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    folder = many(tmp_path / "in", 60)
    scan([folder], tmp_path / "whole", run=Run(jobs=2, reproducible=True))
    for round_number in (3, 25):
        process = start(folder, tmp_path / "case", "-j", "2", *(["--resume"] if round_number > 3 else []))
        wait_for_results(tmp_path / "case", round_number)
        process.kill()
        process.wait()
        assert not (tmp_path / "case").exists()
        time.sleep(0.5)  # the workers end when they see that their parent is gone
    assert start(folder, tmp_path / "case", "--resume", "-j", "2").wait() == 0
    assert tree(tmp_path / "case") == tree(tmp_path / "whole")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for children in /proc")
def test_killed_workers_lose_nothing(tmp_path: Path) -> None:
    folder = many(tmp_path / "in", 60)
    scan([folder], tmp_path / "whole", run=Run(jobs=2, reproducible=True))
    process = start(folder, tmp_path / "case", "-j", "2")
    killed = 0
    wait_for_results(tmp_path / "case", 2)
    while process.poll() is None and killed < 4:
        workers = grandchildren(process.pid)
        if workers:
            os.kill(workers[killed % len(workers)], signal.SIGKILL)
            killed += 1
        time.sleep(0.4)
    assert process.wait() == 0
    assert killed
    assert tree(tmp_path / "case") == tree(tmp_path / "whole")


def grandchildren(pid: int) -> list[int]:
    """The workers: children of the fork server, which is a child of the scan."""

    def children(parent: int) -> list[int]:
        try:
            return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text("utf-8").split()]
        except OSError:
            return []

    return [worker for server in children(pid) for worker in children(server)]


# reading the results elsewhere


def test_pandas_reads_the_tables_of_a_batch(tmp_path: Path) -> None:
    import pandas as pd

    folder = many(tmp_path / "in", BATCH_FROM)
    case = scan([folder], tmp_path / "case")
    messages = pd.read_parquet(tmp_path / "case" / "messages")
    assert len(messages) == sum(facts.message_count for facts in case.inputs)
    findings = pd.read_parquet(tmp_path / "case" / "findings.parquet")
    assert list(findings["id"]) == [finding.id for finding in case.findings]
    indicators = pd.read_parquet(tmp_path / "case" / "indicators.parquet")
    assert len(indicators) == len(case.indicators)
    assert case.messages(case.inputs[7].source.name)["text"].to_pylist()[1].startswith("note 0")


def test_duckdb_reads_the_tables_of_a_batch(tmp_path: Path) -> None:
    import duckdb

    folder = many(tmp_path / "in", BATCH_FROM)
    text = (
        "Dear {}, my card does not work. Can you transfer 450 euros to account 5550 4610 01 today, do not tell anybody."
    )
    for number in range(4):
        path = write_chat(tmp_path / "in", f"Asked {number}", 60)
        path.write_text(
            path.read_text("utf-8") + f"17/02/2025, 08:0{number} - Ben Example: {text.format(number)}\n", "utf-8"
        )
    case = scan([folder], tmp_path / "case")
    place = (tmp_path / "case").as_posix()
    counts = dict(
        duckdb.sql(
            f"select source, count(*) from read_parquet('{place}/messages/*.parquet') group by source"
        ).fetchall()
    )
    assert counts == {facts.source.name: facts.message_count for facts in case.inputs}
    cited = duckdb.sql(
        f"""select f.id, m.text, m.byte_offset from
        (select id, source, unnest(evidence_message) as message from read_parquet('{place}/findings.parquet')) f
        join read_parquet('{place}/messages/*.parquet') m using (source, message) order by f.id, message"""
    ).fetchall()
    held = [(f.id, item.quote, item.byte_offset) for f in case.findings for item in f.evidence]
    assert sorted(held) == sorted(cited) and held


def test_clock_times_stand_in_custody_and_manifest_only(tmp_path: Path) -> None:
    folder = many(tmp_path / "in", 3)
    scan([folder], tmp_path / "a")
    time.sleep(1.1)
    scan([folder], tmp_path / "b")
    first, second = tree(tmp_path / "a"), tree(tmp_path / "b")
    assert {name for name in first if first[name] != second[name]} == WITH_CLOCK
    entries = [json.loads(line) for line in first["custody.jsonl"].decode().splitlines()]
    assert all(entry["time"] for entry in entries)


def test_the_report_of_a_batch_shows_what_its_records_say(tmp_path: Path) -> None:
    samples = sorted((Path(__file__).parent.parent / "sample_exports").rglob("*.txt"))
    folder = many(tmp_path / "in", BATCH_FROM - len(samples) + 1)
    scan([folder, *samples], tmp_path / "case", run=Run(jobs=1))
    case = Case.open(tmp_path / "case", with_clock=False)
    assert len(case.files) > BATCH_FROM and case.findings and case.incidents and case.profiles and case.indicators
    again = render_case(case, tmp_path / "again.html"), render_index(case, tmp_path / "index.html")
    assert [page.read_bytes() for page in again] == [
        (tmp_path / "case" / name).read_bytes() for name in ("report.html", "index.html")
    ]
