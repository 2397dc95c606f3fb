"""Cost of one whole scan, and of the start of the program.

python benchmarks/whole_scan.py [--messages 500 40000 1000000] [--runs 5] [--form android]

For each size, in processes of their own and interleaved: medians of wall and CPU seconds, messages per CPU second, peak
memory, with everything on and without the behaviour model (its analysis answers that it has nothing). Then the CPU
milliseconds of ``--version`` and ``--help`` above a bare interpreter. One JSON object a line.
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

from generate_exports import export

NAMES = ("wall_seconds", "cpu_seconds", "peak_mb")
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
    parser.add_argument("--messages", type=int, nargs="+", default=[500, 40_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--form", default="android")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for messages in chosen.messages:
            path = Path(name) / f"{messages}.txt"
            with path.open("w", encoding="utf-8", newline="") as target:
                target.writelines(export(chosen.form, messages))
            scan = ["scan", str(path), "-o", str(Path(name) / "case"), "--force", "--quiet"]
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


def medians(ways: dict[str, list[str]], runs: int) -> dict[str, dict[str, float]]:
    """The medians of several ways to run Python, which take turns."""
    seen: dict[str, list[tuple[float, float, float]]] = {way: [] for way in ways}
    if runs > 1:
        for arguments in ways.values():
            run(arguments)  # warm: modules and templates are compiled, files are in memory
    for _ in range(runs):
        for way, arguments in ways.items():
            seen[way].append(run(arguments))
    return {way: dict(zip(NAMES, map(median, zip(*rows, strict=True)), strict=True)) for way, rows in seen.items()}


def median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def run(arguments: Sequence[str]) -> tuple[float, float, float]:
    """Wall and CPU seconds and peak megabytes of one Python process."""
    begin = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
