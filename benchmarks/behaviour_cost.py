"""CPU seconds and memory of the behaviour model: chats of several sizes made of the messages of collections.

    python -m benchmarks.behaviour_cost COLLECTION.tsv.gz ... [--large]

Texts are drawn with a fixed seed, senders take turns at random. Each size runs in a process of its own; CPU seconds of
``behaviour.analyze`` are the least of some runs, memory is by how much it raises the peak of parsing. ``--large``
adds a million messages (two minutes).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.splices import read_authors
from wa_forensics import behaviour
from wa_forensics.evidence import raw_text
from wa_forensics.parsing import parse_text

# Messages, senders, runs.
SIZES = ((5_000, 2, 7), (5_000, 12, 3), (40_000, 20, 2))
LARGE = ((1_000_000, 7, 1), (1_000_000, 200, 1))


def export(paths: list[Path], messages: int, senders: int) -> bytes:
    """The text of a chat."""
    draw = random.Random(messages + senders)  # noqa: S311 (a reproducible sample)
    texts = [" ".join(text.split()) for path in paths for own in read_authors(path).values() for text in own]
    moment = datetime(2020, 1, 1)
    lines = []
    for _ in range(messages):
        moment += timedelta(minutes=draw.choice((0, 1, 1, 2, 5, 90)))
        lines.append(f"{moment:%d/%m/%Y, %H:%M} - Person {draw.randrange(senders):03}: {draw.choice(texts)}\n")
    return "".join(lines).encode("utf-8", "replace")


def measured(paths: list[Path], messages: int, senders: int, runs: int) -> dict[str, float]:
    buffer = export(paths, messages, senders)
    chat = parse_text(raw_text(Path("chat.txt"), buffer), date_order="DMY")
    before, spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
    for _ in range(runs):
        start = time.process_time()
        behaviour.analyze(chat)
        spent.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": min(spent), "memory": (peak - before) / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", nargs="+", type=Path)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--inside", nargs=3, type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        print(json.dumps(measured(chosen.collections, *chosen.inside)))
        return
    print("| messages | senders | CPU seconds | MB above the peak of parsing |\n|---|---|---|---|")
    for messages, senders, runs in (*SIZES, *(LARGE if chosen.large else ())):
        command = [sys.executable, "-m", "benchmarks.behaviour_cost", *map(str, chosen.collections)]
        told = subprocess.run(  # noqa: S603
            [*command, "--inside", str(messages), str(senders), str(runs)],
            check=True,
            capture_output=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        found = json.loads(told.stdout)
        print(f"| {messages:,} | {senders} | {found['cpu']:.3f} | {found['memory']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
