"""Cost of one whole scan, and of the start of the program.

python benchmarks/whole_scan.py [--messages 500 40000 1000000] [--runs 5] [--form android] [--folder FOLDER]
python benchmarks/whole_scan.py --linear [--messages 1000000 3000000 10000000] [--runs 5]

For each size, in processes of their own and interleaved: medians of wall and CPU seconds, messages per CPU second, peak
memory, with everything on and without the behaviour model (its analysis answers that it has nothing). Then the CPU
milliseconds of ``--version`` and ``--help`` above a bare interpreter. One JSON object a line. FOLDER keeps the texts.

With ``--linear``: the sizes with everything on, and how the microseconds of a message compare with those of the first
size. Of the CPU time, the system's is what it takes to get memory from the machine: on a virtual one that gives freed
memory back to its host, it grows with the memory of the process, not with the work.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from generate_exports import export

NAMES = ("wall_seconds", "cpu_seconds", "system_seconds", "peak_mb")
Way = TypeVar("Way")
WITHOUT = """
import sys
from wa_forensics import behaviour
behaviour.analyze = lambda chat: None
behaviour.detect = lambda chat, measured=None: ()
from wa_forensics.cli import main
main()
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, nargs="+")
    parser.add_argument("--linear", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--form", default="android")
    chosen = parser.parse_args()
    sizes = chosen.messages or ([1_000_000, 3_000_000, 10_000_000] if chosen.linear else [500, 40_000, 1_000_000])
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        texts = {size: text_of(chosen.form, size, chosen.folder or work) for size in sizes}
        if chosen.linear:
            tell_growth({size: ["-m", "wa_forensics", *scan_of(texts[size], work)] for size in sizes}, chosen.runs)
            return 0
        for messages, path in texts.items():
            scan = scan_of(path, work)
            ways = {"everything": ["-m", "wa_forensics", *scan], "without behaviour": ["-c", WITHOUT, *scan]}
            for way, figures in medians(ways, chosen.runs).items():
                rate = round(messages / figures["cpu_seconds"])
                print(json.dumps({"messages": messages, "way": way, **figures, "per_cpu_second": rate}), flush=True)
    starts = {
        "bare interpreter": ["-c", "pass"],
        "--version": ["-m", "wa_forensics", "--version"],
        "--help": ["-m", "wa_forensics", "--help"],
    }
    measured = medians(starts, max(chosen.runs, 9))
    bare = measured["bare interpreter"]["cpu_seconds"]
    for option in ("--version", "--help"):
        above = round(1000 * (measured[option]["cpu_seconds"] - bare))
        print(json.dumps({"start": option, "cpu_ms_above_interpreter": above}))
    return 0


def text_of(form: str, messages: int, folder: Path) -> Path:
    """The generated export, named as ``parse_speed.py`` does."""
    path = folder / f"{form}_{messages}.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as target:
            target.writelines(export(form, messages))
    return path


def scan_of(path: Path, work: Path) -> list[str]:
    return ["scan", str(path), "-o", str(work / "case"), "--force", "--quiet"]


def tell_growth(ways: dict[int, list[str]], runs: int) -> None:
    """Print what a message costs at each size, and how many times what it costs at the first."""
    first = 0.0
    for messages, figures in medians(ways, runs).items():
        cost = 1e6 * figures["cpu_seconds"] / messages
        first = first or cost
        compared = {"us_per_message": round(cost, 2), "times_the_first": round(cost / first, 2)}
        print(json.dumps({"messages": messages, **figures, **compared}), flush=True)


def medians(ways: dict[Way, list[str]], runs: int) -> dict[Way, dict[str, float]]:
    """The medians of several ways to run Python, which take turns."""
    seen: dict[Way, list[tuple[float, ...]]] = {way: [] for way in ways}
    if runs > 1:
        for arguments in ways.values():
            run(arguments)  # warm: modules and templates are compiled, files are in memory
    for _ in range(runs):
        for way, arguments in ways.items():
            seen[way].append(run(arguments))
    return {way: dict(zip(NAMES, map(median, zip(*rows, strict=True)), strict=True)) for way, rows in seen.items()}


def median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def run(arguments: Sequence[str]) -> tuple[float, ...]:
    """Wall and CPU seconds, those of the system, and peak megabytes of one Python process."""
    begin = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
