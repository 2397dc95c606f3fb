"""Scan inputs of hostile sizes: each must end, within bounds, in a report or in a sentence that says what to do.

    python benchmarks/hostile_sizes.py [--small] [--only NAME ...]

Prints CPU seconds, peak memory and exit code of each; exits 1 if a bound is broken. ``--small`` is a twentieth of
the sizes, for a quick look (a test runs a smaller set still).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2024, 1, 13, 9, 5)
SCAN = """
import json, resource, sys, time
from wa_forensics.cli import main
start = time.process_time()
try:
    main(sys.argv[1:])
    code = 0
except SystemExit as leave:
    code = leave.code or 0
usage = resource.getrusage(resource.RUSAGE_SELF)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = usage.ru_utime + usage.ru_stime + children.ru_utime + children.ru_stime
# ru_maxrss of a process begins with what its parent held; the kernel's own mark does not.
own = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
peak = max(int(own), children.ru_maxrss) * 1024
print(json.dumps({"code": code, "seconds": seconds, "bytes": peak}))
"""


@dataclass(frozen=True, kw_only=True)
class Input:
    """``write`` makes the file for a size; ``codes`` are the exit codes that are right."""

    write: Callable[[Path, int], None]
    size: int
    seconds: float
    megabytes: int
    codes: tuple[int, ...] = (0,)
    suffix: str = ".txt"


def _lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        target.writelines(lines)


def _head(number: int) -> str:
    return f"{START + timedelta(seconds=20 * number):%d/%m/%Y, %H:%M} - "


def many_people(path: Path, size: int) -> None:
    """Every message by somebody else."""
    _lines(path, (f"{_head(i)}Person {i}: hello from number {i}\n" for i in range(size)))


def many_numbers(path: Path, size: int) -> None:
    """Every message by another phone number."""
    _lines(path, (f"{_head(i)}+44 7700 {900000 + i % 1000} {i}: hello\n" for i in range(size)))


def one_message(path: Path, size: int) -> None:
    """One message of so many bytes between two ordinary ones."""
    _lines(
        path,
        iter((f"{_head(0)}Asha: hi\n{_head(1)}Ravi: ", "pay 12 now a.b/c " * (size // 17), f"\n{_head(2)}Asha: ok\n")),
    )


def one_word(path: Path, size: int) -> None:
    """One message that is a single word."""
    _lines(path, iter((f"{_head(0)}Asha: hi\n{_head(1)}Ravi: ", "a" * size, f"\n{_head(2)}Asha: ok\n")))


def one_digit(path: Path, size: int) -> None:
    """One message that is a single number."""
    _lines(path, iter((f"{_head(0)}Asha: hi\n{_head(1)}Ravi: ", "7" * size, f"\n{_head(2)}Asha: ok\n")))


def short_lines(path: Path, size: int) -> None:
    """One message of so many empty lines."""
    _lines(path, iter((f"{_head(0)}Asha: hi\n{_head(1)}Ravi: x", "\n" * size, f"{_head(2)}Asha: ok\n")))


def marks(path: Path, size: int) -> None:
    """One message of direction marks and combining characters."""
    _lines(
        path,
        iter((f"{_head(0)}Asha: hi\n{_head(1)}Ravi: ", "\u202e\u0300\u200d" * (size // 9), f"\n{_head(2)}Asha: ok\n")),
    )


def text_bomb(path: Path, size: int) -> None:
    """A zip of so many bytes of zeros, a thousandth of that when packed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("_chat.txt", "w") as member:
        for _ in range(size >> 20):
            member.write(b"0" * (1 << 20))


def many_members(path: Path, size: int) -> None:
    """A zip of so many small files."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", "".join(f"{_head(i)}Asha: hi\n" for i in range(20)))
        for number in range(size):
            archive.writestr(f"IMG-20240113-WA{number:04}.jpg", b"")


INPUTS = {
    "people": Input(write=many_people, size=1_000_000, seconds=120, megabytes=3_000),
    "numbers": Input(write=many_numbers, size=200_000, seconds=120, megabytes=2_000),
    "one message": Input(write=one_message, size=100_000_000, seconds=120, megabytes=4_000),
    "one word": Input(write=one_word, size=100_000_000, seconds=60, megabytes=3_000),
    "one number": Input(write=one_digit, size=100_000_000, seconds=60, megabytes=3_000),
    "empty lines": Input(write=short_lines, size=50_000_000, seconds=60, megabytes=3_000),
    "marks": Input(write=marks, size=50_000_000, seconds=120, megabytes=4_000),
    "text bomb": Input(write=text_bomb, size=1 << 30, seconds=30, megabytes=500, codes=(3,), suffix=".zip"),
    "members": Input(write=many_members, size=50_000, seconds=60, megabytes=1_000, codes=(0, 3), suffix=".zip"),
}


def measure(name: str, folder: Path, size: int) -> dict[str, float]:
    """Exit code, CPU seconds and peak memory of a scan of one input."""
    path = folder / f"{name.replace(' ', '_')}{INPUTS[name].suffix}"
    INPUTS[name].write(path, size)
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SCAN, "scan", str(path), "--out", str(folder / f"{name} case")],
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
    )
    path.unlink()
    if not result.stdout.strip().endswith("}"):
        return {"code": result.returncode or -1, "seconds": 0.0, "bytes": 0.0}
    found: dict[str, float] = json.loads(result.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Measure what is asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--small", action="store_true")
    options.add_argument("--only", nargs="*", default=list(INPUTS))
    chosen = options.parse_args()
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.only:
            wanted = INPUTS[name]
            found = measure(name, Path(folder), wanted.size // 20 if chosen.small else wanted.size)
            good = found["code"] in wanted.codes
            good = good and found["seconds"] <= wanted.seconds and found["bytes"] <= wanted.megabytes * 1e6
            broken += not good
            print(
                f"{name:12s} {wanted.write.__doc__:60s} {found['seconds']:6.1f} CPU s {found['bytes'] / 1e6:7.0f} MB"
                f" exit {found['code']:.0f}{'' if good else '  BROKEN'}",
                flush=True,
            )
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
