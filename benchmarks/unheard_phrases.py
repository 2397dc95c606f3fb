"""What the rules still find when most phrases are unknown to them, as in chats that nobody has read.

    python benchmarks/unheard_phrases.py [--share 0.7] [--seeds 1,2,3]

A random share of all phrases is not heard. With 0.7 of them gone the labelled and read held-out chats score about as
unread ones do, and nobody has to look at those to see whether a change helps. The unread halves are left out.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE), str(HERE / "held_out_chats")]

import score as held_out  # noqa: E402
import score_cases  # noqa: E402

from wa_forensics import analysis  # noqa: E402
from wa_forensics.evidence import read_texts  # noqa: E402
from wa_forensics.model import Settings  # noqa: E402
from wa_forensics.search import Folded, lexicon  # noqa: E402
from wa_forensics.search.scan import Hits, Lexicon  # noqa: E402


def read_chats() -> Iterator[Path]:
    """The label files of all chats that the makers of the rules may read."""
    yield from held_out.chats("labelled", held_out.BOTH)
    for part in held_out.PARTS:
        yield from held_out.chats(part, frozenset(h for h in held_out.BOTH if (part, h) not in held_out.UNREAD))


def scored(label_file: Path) -> dict[str, object]:
    """One chat, scanned alone, compared with its labels."""
    labels = json.loads(label_file.read_text("utf-8"))
    text = label_file.with_name(label_file.name.replace(".labels.json", ".txt"))
    _, found = analysis.analyze(next(iter(read_texts(text, None))), Settings(date_order=labels["date_order"]))
    if found.failures:
        raise RuntimeError(f"{label_file.name}: {found.failures}")
    findings = [
        {
            "severity": f.severity.name.lower(),
            "threat": f.threat.value,
            "evidence": [{"line": item.line, "source": text.name} for item in f.evidence],
        }
        for f in found.findings
    ]
    windows = [{**dataclasses.asdict(w), "source": text.name} for w in found.windows]
    result: dict[str, object] = score_cases.score(label_file.name, text, labels, findings, [{"windows": windows}])
    return result


def deaf(share: float, seed: int) -> mock._patch[object]:
    """A lexicon that does not hear a random share of its phrases."""
    count = len(lexicon().phrases.concept_codes)
    heard = np.random.default_rng(seed).random(count) >= share
    every = Lexicon.scan

    def scan(self: Lexicon, folded: Folded, *how: Any) -> Hits:
        hits = every(self, folded, *how)
        if len(self.phrases.concept_codes) != count:
            return hits
        kept = heard[hits.phrases]
        return Hits(messages=hits.messages[kept], phrases=hits.phrases[kept], weights=hits.weights[kept])

    return mock.patch.object(Lexicon, "scan", scan)


def line(cases: list[dict[str, object]]) -> str:
    """The totals of the scorer in one line."""
    bad, good = ([case for case in cases if case["malicious"] is wanted] for wanted in (True, False))

    def total(key: str) -> int:
        return sum(int(str(case[key])) for case in bad)

    windows = [case["window"] for case in bad if isinstance(case["window"], dict)]
    overlap = float(np.mean([w["iou"] for w in windows]))
    return (
        f"attacks at high {sum(int(str(c['top'])) >= 3 for c in bad)} of {len(bad)}, "
        f"benign at medium {sum(int(str(c['top'])) >= 2 for c in good)} of {len(good)}, "
        f"lines {total('hit') / total('strong'):.3f}, threat {total('right') / total('strong'):.3f}, "
        f"precision {total('medium_ok') / max(1, total('medium')):.3f}, "
        f"windows {sum(w['account'] for w in windows)} of {len(windows)}, overlap {overlap:.2f}"
    )


def main() -> None:
    """Print one line for each seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--share", type=float, default=0.7)
    parser.add_argument("--seeds", default="1,2,3")
    options = parser.parse_args()
    for seed in map(int, options.seeds.split(",")):
        with deaf(options.share, seed):
            print(f"seed {seed}: {line([scored(path) for path in read_chats()])}", flush=True)


if __name__ == "__main__":
    main()
