"""Throughput and memory of a batch: N invented exports through ``wa-forensics scan`` with one worker and with two.

python benchmarks/batch.py [--large] [--chats 100] [--messages 5000] [--planted 40] [--jobs 1 2] [--folder FOLDER]
                           [--collections COLLECTION.tsv.gz ...]

100 exports take two or three minutes with one worker and with two; ``--large`` takes 2,000, as the goals of issue 8.
Prints one JSON object a run: wall and CPU seconds (all processes), messages per CPU second and per second of wall
time, peak memory of the process tree (resident pages, looked at twice a second, since to count them takes time from the
workers; pages that processes share are counted once where Linux tells the share), CPU seconds of everything after the
last file (``finish``), the share of correlation in all CPU seconds, and whether the planted letter is one incident. The
last line has the ratio of the rates of wall time of the last and the first run.

``--folder`` keeps exports and cases there and takes exports that an earlier run left. With ``--collections`` the
exports are made of the messages of public collections: two accounts each, with half of the messages in a row. The words
of people cost more than the fifty of the invented chats. Nothing is planted there.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from correlation import START, verdict, write_exports

PARTS = ("correlate", "shared", "write_records", "keep_results", "write_tables", "render_case", "render_index")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="2,000 exports")
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--planted", type=int, default=40)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--collections", type=Path, nargs="+", default=[])
    parser.add_argument("--inside", nargs=3, metavar=("IN", "OUT", "JOBS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        print(json.dumps(inside(*chosen.inside)))
        return 0
    if chosen.large:
        chosen.chats = 2000
    planted = set(random.Random(7).sample(range(chosen.chats), min(chosen.planted, chosen.chats)))  # noqa: S311
    with ExitStack() as stack:
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kind = "collections" if chosen.collections else f"exports-{chosen.chats}"
        exports = folder / f"{kind}-{chosen.messages}"
        if not exports.exists():
            exports.mkdir(parents=True)
            if chosen.collections:
                write_collections(exports, chosen.collections, chosen.messages)
            else:
                write_exports(exports, chosen.chats, chosen.messages, planted)
        if chosen.collections:
            chosen.chats, planted = len(list(exports.iterdir())), set()
        rates = {}
        exact = True
        for jobs in chosen.jobs:
            figures = measured(exports, folder / f"case-{jobs}", jobs, chosen.chats * chosen.messages)
            if planted:
                found = json.loads((folder / f"case-{jobs}" / "incidents.json").read_text("utf-8"))
                figures |= verdict([(i["chats"], i["stages"]) for i in found], planted)
                exact &= figures["in_one_incident"] == len(planted) and figures["foreign_chats_in_it"] == 0
            rates[jobs] = float(figures["messages_per_second"])
            print(json.dumps({"chats": chosen.chats, "messages": chosen.messages, "jobs": jobs, **figures}), flush=True)
        if len(rates) > 1:
            first, last = chosen.jobs[0], chosen.jobs[-1]
            print(json.dumps({f"throughput of {last} to {first}": round(rates[last] / rates[first], 2)}))
    return 0 if exact else 1


def write_collections(folder: Path, collections: list[Path], messages: int) -> None:
    """Exports of two accounts with ``messages`` in all, as many as the collections are good for."""
    from splices import read_authors

    half, draw = messages // 2, random.Random(7)  # noqa: S311 (a reproducible sample)
    runs = [
        texts[low : low + half]
        for path in collections
        for texts in read_authors(path).values()
        for low in range(0, len(texts) - half + 1, half)
    ]
    for number, (mine, other) in enumerate(zip(runs[::2], runs[1::2], strict=False)):
        at, left = START, {"Asha": list(reversed(mine)), "Bram": list(reversed(other))}
        with (folder / f"chat-{number:05d}.txt").open("w", encoding="utf-8", errors="replace") as out:
            while any(left.values()):
                at += timedelta(minutes=draw.choice((0, 1, 1, 2, 5, 90)))
                name = draw.choice([name for name, texts in left.items() if texts])
                out.write(f"{at:%d/%m/%Y, %H:%M} - {name}: {left[name].pop()}\n")


def measured(exports: Path, case: Path, jobs: int, messages: int) -> dict[str, Any]:
    """One scan in a process of its own, watched from here."""
    begin = time.perf_counter()
    command = [sys.executable, __file__, "--inside", str(exports), str(case), str(jobs)]
    # As the command line does; and compiled modules and templates are kept, as where nobody forbids it.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)  # noqa: S603
    memory = Watch(process.pid)
    told, _ = process.communicate()
    wall = time.perf_counter() - begin
    peak, cpu = memory.end()
    parts = json.loads(told)
    return {
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "messages_per_cpu_second": round(messages / cpu),
        "messages_per_second": round(messages / wall),
        "peak_tree_mb": peak >> 20,
        "finish_seconds": round(parts.pop("finish"), 2),
        "correlation_share_of_cpu": round((parts["correlate"] + parts["shared"]) / cpu, 4),
        "seconds": {name: round(value, 2) for name, value in parts.items()},
    }


def inside(exports: str, case: str, jobs: str) -> dict[str, float]:
    """The scan, with the parts of its end timed (CPU seconds of the parent)."""
    gc.disable()  # as the command line does
    from wa_forensics import incidents
    from wa_forensics.batch import Run, finish, job, scan

    spent = dict.fromkeys((*PARTS, "finish"), 0.0)

    def timed(room: Any, name: str) -> None:
        function = getattr(room, name)

        def run(*values: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return function(*values, **named)
            finally:
                spent[name] += time.process_time() - start

        setattr(room, name, run)

    for name in PARTS:
        timed(incidents if name in {"correlate", "shared"} else sys.modules["wa_forensics.batch.finish"], name)
    timed(job, "finish")
    assert finish
    scan([exports], case, run=Run(jobs=int(jobs), force=True, reproducible=True))
    return spent


class Watch:
    """The most memory that a process and all that it started held together (bytes), and their CPU seconds; Linux only.

    The workers are no children of the scan but of its fork server, so the system does not add up their time.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0
        self.ticks: dict[int, int] = {}
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self._watch)
        self.watcher.start()

    def end(self) -> tuple[int, float]:
        self.over.set()
        self.watcher.join()
        return self.peak, sum(self.ticks.values()) / os.sysconf("SC_CLK_TCK")

    def _watch(self) -> None:
        looks = 0
        while not self.over.wait(0.1):
            pids = _tree(self.pid)
            if looks % 5 == 0:
                self.peak = max(self.peak, sum(map(_held, pids)))
            looks += 1
            for pid in pids:
                self.ticks[pid] = max(self.ticks.get(pid, 0), _ticks(pid))


def _tree(pid: int) -> list[int]:
    try:
        lists = [path.read_text("utf-8") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return [pid]
    return [pid, *(other for text in lists for child in text.split() for other in _tree(int(child)))]


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _held(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except (OSError, IndexError):
        pass
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
