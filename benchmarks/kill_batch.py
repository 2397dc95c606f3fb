"""Random ``kill -9`` of workers and of the whole scan: nothing lost, nothing doubled, the same final bytes.

python benchmarks/kill_batch.py [--files 60] [--workers 100] [--parents 20] [--seed 1]

Makes small invented exports, scans them once undisturbed, then kills workers at random moments (several scans, until so
many were killed) and at last the scan itself at random moments, going on with ``--resume`` each time. Every case must
hold the bytes of the undisturbed one. Prints one JSON object; exit code 1 when a byte differs. Linux only (``/proc``).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from correlation import write_exports

LONGEST_SCAN = 1800


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--messages", type=int, default=60)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--parents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = killed(Path(name), chosen)
        if figures["cases_with_other_bytes"]:
            print((Path(name) / "said.txt").read_text("utf-8", "replace")[-4000:], file=sys.stderr)
    print(json.dumps({"files": chosen.files, **figures}))
    return 0 if figures["cases_with_other_bytes"] == 0 else 1


def killed(folder: Path, chosen: argparse.Namespace) -> dict[str, int]:
    """Kill as often as asked and count the cases that came out otherwise."""
    chance = random.Random(chosen.seed)  # noqa: S311
    exports = folder / "exports"
    exports.mkdir()
    write_exports(exports, chosen.files, chosen.messages, set())
    started(exports, folder / "whole").wait()
    wanted = tree(folder / "whole")
    other = scans = workers = parents = 0
    while workers < chosen.workers:
        scans += 1
        workers += kill_workers(exports, folder / "case", chance, chosen.workers - workers)
        other += tree(folder / "case") != wanted
        shutil.rmtree(folder / "case", ignore_errors=True)
    shutil.rmtree(folder / "case.part", ignore_errors=True)
    while parents < chosen.parents:
        scans += 1
        done, resume = False, False
        while not done:
            process = started(exports, folder / "case", *(["--resume"] if resume else []))
            done = parents >= chosen.parents or ended_by_itself(process, chance.uniform(0.2, 6.0))
            if not done:
                process.kill()
                parents += 1
            process.wait(LONGEST_SCAN)
            resume = True
        other += tree(folder / "case") != wanted
        shutil.rmtree(folder / "case", ignore_errors=True)
    return {
        "scans": scans,
        "workers_killed": workers,
        "scans_killed": parents,
        "cases_with_other_bytes": other,
        "files_in_case": len(wanted),
    }


def kill_workers(exports: Path, out: Path, chance: random.Random, most: int) -> int:
    """One scan, whose workers are killed at random moments; how many were."""
    process = started(exports, out)
    count = 0
    while not ended_by_itself(process, chance.uniform(0.1, 1.5)):
        alive = workers_of(process.pid)
        # A file is given up when its worker died ten times, so few enough kills that chance does not bring it there.
        if alive and count < min(most, 12):
            try:
                os.kill(chance.choice(alive), signal.SIGKILL)
                count += 1
            except ProcessLookupError:
                pass
    return count


def ended_by_itself(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait so long; whether the process ended."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def started(exports: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "wa_forensics", "scan", str(exports), "-o", str(out), "-j", "2", "--reproducible"]
    said = (out.parent / "said.txt").open("ab")
    return subprocess.Popen([*command, "--quiet", *options], stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603


def workers_of(pid: int) -> list[int]:
    """The worker processes: children of the fork server, which is a child of the scan."""
    return [worker for server in children(pid) for worker in children(server)]


def children(parent: int) -> list[int]:
    try:
        lists = [path.read_text("utf-8") for path in Path(f"/proc/{parent}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for text in lists for child in text.split()]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a case by its name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


if __name__ == "__main__":
    begin = time.time()
    code = main()
    print(f"{time.time() - begin:.0f} seconds", file=sys.stderr)
    sys.exit(code)
