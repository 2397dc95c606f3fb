"""Score the labelled and held-out chats with the program as it stands.

    python benchmarks/held_out_chats/score.py h|t|u|v|w|x|y|z|b [--odd|--even] [--each]
    python benchmarks/held_out_chats/score.py all [--write]

Each chat is scanned alone and compared with its labels by benchmarks/score_cases.py; ``--odd`` and ``--even`` keep the
chats with such numbers. Of a half listed in UNREAD only the totals are printed: what single chats hold must not be seen
while the detectors are built. ``all`` prints the table of docs/detection.md, ``--write`` puts it there.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "docs" / "detection.md"
MARKS = ("<!-- chats: begin -->\n", "<!-- chats: end -->")
PARTS, HALVES = "htuvwxyzb", {"--even": 0, "--odd": 1}
UNREAD = {(part, 0) for part in "wxyzb"}
BOTH = frozenset(HALVES.values())


def chats(part: str, halves: frozenset[int]) -> list[Path]:
    """The label files of some held-out chats, or of the development chats (``labelled``)."""
    if part == "labelled":
        return sorted((HERE.parent / "labelled_chats").glob("*.labels.json"))
    found = sorted(HERE.glob(f"{part}_*.labels.json"))
    return [path for path in found if int(path.name.split("_")[1]) % 2 in halves]


def score(part: str, halves: frozenset[int], *options: str) -> int:
    """Scan the chats of a part one by one and print how the findings fit the labels."""
    with tempfile.TemporaryDirectory() as folder:
        for labels in chats(part, halves):
            shutil.copy(labels, folder)
            shutil.copy(labels.with_name(labels.name.replace(".labels.json", ".txt")), folder)
        scan = f"{shlex.quote(sys.executable)} -m wa_forensics scan {{paths}} -o {{out}} --quiet"
        command = [sys.executable, str(HERE.parent / "score_cases.py"), folder, "--command", scan, *options]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603


def column(part: str, halves: frozenset[int]) -> list[str]:
    """The totals of a part as cells of the table in the document."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        if score(part, halves, "--json", str(result)):
            raise SystemExit(f"{part}: the scorer failed")
        facts = json.loads(result.read_text("utf-8"))
    total, cases = facts["summary"], facts["cases"]
    bad, good = ([case for case in cases if case["malicious"] is wanted] for wanted in (True, False))
    return [
        f"{sum(case['top'] >= 3 for case in bad)} of {len(bad)}",
        f"{sum(case['top'] >= 2 for case in good)} of {len(good)}",
        f"{total['line_recall']:.3f}, {total['threat_recall']:.3f}",
        f"{total['intruder_small_talk_recall']:.3f}",
        f"{total['precision_medium']:.3f}",
        f"{total['forbidden_hits']} of {sum(case['forbidden'] for case in cases)}",
        f"{total['window_account']:.2f}, {total['window_iou_mean']:.2f}",
    ]


def table() -> str:
    """All parts side by side."""
    halved = [part for part in PARTS if (part, 0) in UNREAD]
    parts = {"labelled": ("labelled", BOTH)} | {f"`{part}_*`": (part, BOTH) for part in PARTS if part not in halved}
    for part in halved:
        parts |= {f"odd `{part}_*`": (part, frozenset({1})), f"even `{part}_*`, unread": (part, frozenset({0}))}
    measures = [
        "attacks with a finding of level high",
        "benign chats with a finding of level medium",
        "labelled lines named, with the right threat",
        "other lines of the intruder named",
        "lines of medium findings that are labelled or optional",
        "lines that must not be flagged, flagged at medium",
        "takeover windows: account named, mean overlap",
    ]
    heads = [f"{name} ({len(chats(*which))})" for name, which in parts.items()]
    columns = [[head, "---", *column(*which)] for head, which in zip(heads, parts.values(), strict=True)]
    rows = zip(["measure", "---", *measures], *columns, strict=True)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> int:
    part, *rest = sys.argv[1:] or [""]
    if part == "all" and rest in ([], ["--write"]):
        text = table()
        print(text)
        if rest:
            git = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
            text += f"\nAt commit {subprocess.check_output(git, text=True).strip()}.\n"  # noqa: S603
            before, _, after = DOCUMENT.read_text("utf-8").partition(MARKS[0])
            DOCUMENT.write_text(f"{before}{MARKS[0]}{text}{MARKS[1]}{after.partition(MARKS[1])[2]}", "utf-8")
        return 0
    halves = frozenset(HALVES[word] for word in rest if word in HALVES) or BOTH
    rest = [word for word in rest if word not in HALVES]
    if part not in [*PARTS] or (rest and not UNREAD.isdisjoint((part, half) for half in halves)):
        print(__doc__, file=sys.stderr)
        return 2
    return score(part, halves, *rest)


if __name__ == "__main__":
    sys.exit(main())
