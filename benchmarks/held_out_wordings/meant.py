"""Are the sentences of dev2.tsv and test2.tsv heard as what they mean? Phrases alone, without a scan.

    python benchmarks/held_out_wordings/meant.py dev2|test2 [--each]

The concepts of these files are threats as findings name them. A sentence is heard if a phrase of its language (or of
one that its writers mix in) means a concept that a rule of that threat names; an ordinary one is heard wrongly if a
phrase is a sign that weighs 1 or more. Printed per threat and per language. ``--each`` lists the misses of dev2 only.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from wa_forensics.detectors import DETECTORS
from wa_forensics.locales.people import FOLDER, read_language
from wa_forensics.search import Lexicon
from wa_forensics.search.fold import fold_rows
from wa_forensics.search.phrases import Phrase
from wa_forensics.vocabulary import SIGN_WEIGHTS, Concept

HERE = Path(__file__).resolve().parent
WITH = {"hi-Latn": ("en",), "ur-Latn": ("hi-Latn", "en"), "ms": ("id",), "sw": ("en",), "ur": (), "hi": ()}
# What rules read from talk rather than from signs.
TALK = {
    "otp_disclosed": {Concept.CODE_GIVEN},
    "security_notice": {Concept.WEB_SESSION, Concept.DEVICE_LINKING, Concept.CALL_FORWARDING},
    "shared_account": {Concept.SHARED_LOGIN},
    "warning_from_others": {
        Concept.WARNING, Concept.HACKED_DISCLOSURE, Concept.DISOWNING, Concept.IDENTITY_DOUBT, Concept.SCAM_TALK,
        Concept.VERIFIED_BY_CALL, Concept.REPORTING,
    },
}  # fmt: skip
HEAVY = 1.0


def meanings() -> dict[str, set[str]]:
    """By threat the concepts that its rules name."""
    found: dict[str, set[str]] = {threat: {str(c) for c in concepts} for threat, concepts in TALK.items()}
    for detector in DETECTORS:
        found.setdefault(detector.RULE.threat.value, set()).update(map(str, getattr(detector, "KINDS", ())))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("dev2", "test2"))
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args()
    if options.each and options.part == "test2":
        parser.error("--each is for dev2")
    with (HERE / f"{options.part}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wanted = meanings()
    tally: dict[str, list[bool]] = defaultdict(list)
    for language in sorted({row["language"] for row in rows}):
        lexicon = Lexicon([p for tag in (language, *WITH.get(language, ())) for p in phrases_of(tag)])
        for row in (row for row in rows if row["language"] == language):
            data = row["sentence"].encode() + b"\n"
            hits = lexicon.scan(fold_rows(data, np.array([0, len(data)], dtype=np.int64)))
            heard = {
                lexicon.phrases[p].concept: w for p, w in zip(hits.phrases.tolist(), hits.weights.tolist(), strict=True)
            }
            if row["concept"] == "ordinary":
                yes = any(SIGN_WEIGHTS.get(c, 0.0) * w >= HEAVY for c, w in heard.items())
                tally[f"{language}, ordinary"].append(yes)
            else:
                yes = bool(heard.keys() & wanted[row["concept"]])
                tally[language].append(yes)
            tally[row["concept"]].append(yes)
            tally["all" if row["concept"] != "ordinary" else "all, ordinary"].append(yes)
            if options.each and yes == (row["concept"] == "ordinary"):
                print(language, row["concept"], row["sentence"], "|", " ".join(sorted(heard)))
    for name, values in sorted(tally.items()):
        print(f"{name:28s} {sum(values) / len(values):.3f} of {len(values)}")
    return 0


def phrases_of(tag: str) -> list[Phrase]:
    return read_language(FOLDER / f"{tag}.toml")


if __name__ == "__main__":
    sys.exit(main())
