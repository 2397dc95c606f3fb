"""Score the sentence bank with the program as it stands.

    python benchmarks/held_out_wordings/score.py dev|test [--language TAG] [--each]

Every sentence becomes two one-to-one exports of three messages, written between two empty lines of the owner once by
an unsaved number and once by a saved contact; all of them are scanned in one run of the command line. A sentence is
heard when a finding of level low or above names its line. Printed, per language and in total: the share of the
sentences about a threat and of the ordinary ones that is heard from a number, from a contact, and at medium from a
number. ``--each`` lists the missed and the wrongly heard, for the part ``dev``
only: what the sentences of ``test`` are must not be seen while phrases are written.
"""

from __future__ import annotations

import argparse
import csv
import os
import shlex
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import score_cases  # noqa: E402

EXPORT = "03/03/2025, 16:0{} - {}: {}\n"
SENDERS = {"number": "+44 7700 900123", "contact": "Noor"}


def rows_of(part: str, language: str | None) -> list[dict[str, str]]:
    """Rows of one file: language, concept (an id of the threats, or ``ordinary``), sentence."""
    with (HERE / f"{part}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if language in (None, row["language"])]


def heard(rows: list[dict[str, str]]) -> dict[str, list[int]]:
    """Per kind of sender and sentence the highest level of a finding that names the sentence, -1 for none."""
    top = {kind: [-1] * len(rows) for kind in SENDERS}
    with tempfile.TemporaryDirectory() as folder:
        chats, case = Path(folder) / "chats", Path(folder) / "case"
        chats.mkdir()
        for number, row in enumerate(rows):
            for kind, sender in SENDERS.items():
                lines = [("Me", "..."), (sender, row["sentence"]), ("Me", "...")]
                text = "".join(EXPORT.format(minute, *line) for minute, line in enumerate(lines))
                (chats / f"{kind}_{number}.txt").write_text(text, "utf-8")
        scan = [sys.executable, "-m", "wa_forensics", "scan", str(chats), "-o", str(case)]
        scan += shlex.split("--quiet --jobs 1 --compare none --date-order dmy")
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        subprocess.run(scan, check=True, env=environment)  # noqa: S603
        for finding in score_cases.read_case(case)[0]:
            for item in finding["evidence"]:
                kind, number = Path(item["source"]).stem.split("_")
                if item["line"] == 2:
                    top[kind][int(number)] = max(top[kind][int(number)], score_cases.level(finding))
    return top


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("dev", "test"))
    parser.add_argument("--language")
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args()
    if options.each and options.part == "test":
        parser.error("--each is for dev")
    rows = rows_of(options.part, options.language)
    top = heard(rows)
    groups: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        ordinary = row["concept"] == "ordinary"
        for language in (row["language"], "all"):
            groups[language].append(number)
        if options.each and (top["number"][number] >= 1) == ordinary:
            print(*row.values(), sep="\t")
    columns = [("number", 1), ("contact", 1), ("number", 2)]
    print("| | threats heard: number | contact | number, medium | ordinary heard: number | contact | number, medium |")
    print("|---" * 7 + "|")
    for language in sorted(groups, key=lambda name: (name == "all", name)):
        shares = []
        for ordinary in (False, True):
            members = [n for n in groups[language] if (rows[n]["concept"] == "ordinary") is ordinary]
            shares += [f"{sum(top[kind][n] >= least for n in members) / len(members):.3f}" for kind, least in columns]
        if language != "all" or not options.language:
            print(f"| {language} | " + " | ".join(shares) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
