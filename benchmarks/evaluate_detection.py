"""Measure the detectors and write the tables of docs/detection.md.

    python benchmarks/evaluate_detection.py [--collections FOLDER] [--cost MESSAGES] [--write]

Without options the labelled chats beside this file, the loss to each disguise and the cost on an invented export
are measured. FOLDER holds public collections (``messages/`` and ``chats/``, see the table of sources in the
document); they are not part of this repository. --write puts the tables between the marks of the document.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import generate_exports
import score_cases

from wa_forensics.chat import Chat
from wa_forensics.detectors import DETECTORS
from wa_forensics.evidence import read_texts
from wa_forensics.model import Finding, Severity
from wa_forensics.parsing import parse_text

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "detection.md"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
LEVELS = [level.name.lower() for level in Severity]
# The list that most tools of the field come down to.
KEYWORDS = re.compile(
    r"(?i)\b(otp|verification code|urgent|click (here|below)|http|www\.|free|winner|won|prize|claim|gift card|bitcoin|"
    r"bank account|account (number|blocked|suspended)|kyc|lottery|congratulations|invest|guaranteed|transfer)\b"
)
DISGUISES: dict[str, Callable[[str], str]] = {
    "look-alike letters": lambda text: text.translate(
        str.maketrans("aeocpxyi", "\u0430\u0435\u043e\u0441\u0440\u0445\u0443\u0456")
    ),
    "digits for letters": lambda text: text.translate(str.maketrans("aeiost", "431057")),
    "invisible marks": lambda text: "\u200b".join(text),
    "letters set apart": lambda text: " ".join(text),
    "stretched letters": lambda text: re.sub(r"([a-z])\b", r"\1\1\1", text),
}


def read(path: Path, order: str = "DMY") -> Chat:
    """Parse one text export."""
    raw = next(iter(read_texts(path, None)))
    return parse_text(raw, date_order=order)


def detect(chat: Chat) -> list[Finding]:
    """What every detector finds."""
    return [finding for detector in DETECTORS for finding in detector.detect(chat)]


def rendered(messages: Sequence[tuple[str, str]], folder: Path, step: timedelta) -> Chat:
    """(sender, text) pairs as an Android export."""
    moment = datetime(2015, 1, 1, 9, 0)
    path = folder / "WhatsApp Chat with Collection.txt"
    with path.open("w", encoding="utf-8", newline="") as target:
        for sender, text in messages:
            moment += step
            target.write(f"{moment:%d/%m/%Y, %H:%M} - {sender}: {' '.join(text.split())}\n")
    return read(path)


def labelled_chats() -> dict[str, object]:
    """The scores of the labelled chats, by the scorer that stands beside this file."""
    rows = []
    for labels_path in sorted((HERE / "labelled_chats").glob("*.labels.json")):
        labels = json.loads(labels_path.read_text("utf-8"))
        text = labels_path.with_name(labels_path.name.replace(".labels.json", ".txt"))
        found = [
            {
                "severity": LEVELS[finding.severity],
                "threat": finding.threat.value,
                "evidence": [{"line": item.line, "source": text.name} for item in finding.evidence],
            }
            for finding in detect(read(text, labels["date_order"]))
        ]
        rows.append(score_cases.score(text.stem, text, labels, found, []))
    bad = [row for row in rows if row["malicious"]]
    good = [row for row in rows if not row["malicious"]]

    def share(part: str, whole: str) -> str:
        return f"{sum(row[part] for row in bad) / max(1, sum(row[whole] for row in bad)):.3f}"

    return {
        "malicious chats with a finding of level high": f"{sum(row['top'] >= 3 for row in bad)} of {len(bad)}",
        "benign chats with a finding of level medium": f"{sum(row['top'] >= 2 for row in good)} of {len(good)}",
        "labelled lines named": share("hit", "strong"),
        "labelled lines named with the right threat": share("right", "strong"),
        "other lines of the intruder named": share("weak_hit", "weak"),
        "lines of medium findings that are labelled": share("medium_ok", "medium"),
        "forbidden lines named at medium": str(sum(len(row["forbidden_hit"]) for row in rows)),
    }


def disguises() -> dict[str, str]:
    """Share of the messages with phrases of a weighty kind that each disguise hides."""
    from wa_forensics.context import sightings

    texts = []
    for path in sorted((HERE / "labelled_chats").glob("d_0*.txt")):
        labels = json.loads(path.with_name(path.stem + ".labels.json").read_text("utf-8"))
        chat = read(path, labels["date_order"])
        heavy = [
            m
            for m, found in sightings(chat).by_message.items()
            if any(s.weight >= 1.0 and " " not in s.kind for s in found)
        ]
        texts += [" ".join(chat.text(message).split()) for message in heavy]
    with tempfile.TemporaryDirectory() as folder:
        plain = _caught(texts, Path(folder))
        result = {}
        for name, change in DISGUISES.items():
            still = _caught([change(text) for text in texts], Path(folder))
            result[name] = f"{len(plain - still) / max(1, len(plain)):.3f} of {len(plain)}"
    return result


def _caught(texts: Sequence[str], folder: Path) -> set[int]:
    from wa_forensics.context import sightings

    chat = rendered([("+44 7700 900123", text) for text in texts], folder, timedelta(days=40))
    return {
        m
        for m, found in sightings(chat).by_message.items()
        if any(s.weight >= 1.0 and " " not in s.kind for s in found)
    }


def cost(count: int) -> dict[str, str]:
    """CPU seconds of all rules on an invented export."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "WhatsApp Chat with Depot.txt"
        with path.open("w", encoding="utf-8", newline="") as target:
            target.writelines(generate_exports.export("android", count))
        chat = read(path)
        begin = time.process_time()
        found = detect(chat)
        return {f"all rules, {count:,} messages": f"{time.process_time() - begin:.1f} CPU s, {len(found)} findings"}


def collections(folder: Path) -> dict[str, str]:
    """Findings and signals on public collections, with two baselines."""
    result: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as work:
        for name, messages in (
            ("chat rooms (gitter)", list(_rooms(folder))),
            ("private SMS (NUS)", list(_tab_file(folder / "chats" / "nus_sms_en_a.tsv.gz"))),
        ):
            if messages:
                chat = rendered(messages, Path(work), timedelta(minutes=2))
                medium = sum(finding.severity >= Severity.MEDIUM for finding in detect(chat))
                result[f"findings of medium per 10,000, {name}"] = (
                    f"{medium / len(chat) * 1e4:.2f} ({len(chat):,} messages)"
                )
        ham, scam = _labelled_messages(folder)
        if scam:
            result |= _first_messages(ham, scam, Path(work))
    return result


def _first_messages(ham: Sequence[str], scam: Sequence[str], folder: Path) -> dict[str, str]:
    rates = {}
    for name, texts in (("ham", ham), ("scam", scam)):
        senders = [(f"+44 7700 {number // 1000:03d}{number % 1000:03d}", text) for number, text in enumerate(texts)]
        chat = rendered(senders, folder, timedelta(days=4))
        named = Counter[str]()
        seen: dict[str, set[int]] = {"low": set(), "medium": set()}
        for finding in detect(chat):
            for level in ("low", "medium"):
                if finding.severity >= Severity[level.upper()]:
                    seen[level] |= {item.message for item in finding.evidence}
        named.update({level: len(messages) for level, messages in seen.items()})
        named["keywords"] = sum(bool(KEYWORDS.search(text)) for text in texts)
        rates[name] = named
    per = 1e4 / max(1, len(ham))
    table = {
        f"first message of a stranger, {level}": (
            f"recall {rates['scam'][level] / len(scam):.3f} at {rates['ham'][level] * per:.1f} per 10,000"
        )
        for level in ("low", "medium", "keywords")
    }
    table["first message of a stranger, character n-grams"] = _learned(ham, scam)
    return table


def _learned(ham: Sequence[str], scam: Sequence[str]) -> str:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts = [*ham, *scam]
    truth = [0] * len(ham) + [1] * len(scam)
    order = list(range(len(texts)))
    random.Random(7).shuffle(order)  # noqa: S311
    half = len(order) // 2
    features = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=3, sublinear_tf=True)
    train = features.fit_transform([texts[i] for i in order[:half]])
    model = LogisticRegression(max_iter=300).fit(train, [truth[i] for i in order[:half]])
    scores = model.decision_function(features.transform([texts[i] for i in order[half:]]))
    rest = [truth[i] for i in order[half:]]
    quiet = sorted((s for s, t in zip(scores, rest, strict=True) if not t), reverse=True)
    limit = quiet[max(0, int(len(quiet) * 10 / 1e4))]
    found = sum(s > limit for s, t in zip(scores, rest, strict=True) if t)
    return f"recall {found / max(1, sum(rest)):.3f} at 10 per 10,000 (trained on half of the same sources)"


def _rooms(folder: Path) -> Iterator[tuple[str, str]]:
    for name in ("gitter_freecodecamp", "gitter_livechat"):
        yield from _tab_file(folder / "chats" / f"{name}.tsv.gz")


def _tab_file(path: Path) -> Iterator[tuple[str, str]]:
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as source:
        for line in source:
            parts = line.rstrip("\n").split("\t")
            yield f"User {parts[0][:24].replace(':', '')}", parts[-1].replace("\\n", " ")


def _labelled_messages(folder: Path) -> tuple[list[str], list[str]]:
    """Ham and scam of all collections, each text once (letters only, digits masked)."""
    rows: list[tuple[str, str]] = []
    uci = folder / "messages" / "uci_sms_spam.tsv"
    if uci.exists():
        rows += [tuple(line.split("\t", 1)) for line in uci.read_text("utf-8").splitlines() if "\t" in line]  # type: ignore[misc]
    for name, label, text in (("sms_phishing_mishra_soni.csv", "LABEL", "TEXT"), ("indian_sms.csv", "Label", "Msg")):
        path = folder / "messages" / name
        if path.exists():
            with path.open(encoding="utf-8", errors="replace", newline="") as source:
                rows += [(row[label] or "", row[text] or "") for row in csv.DictReader(source)]
    once: dict[str, tuple[str, str]] = {}
    for label, text in rows:
        once.setdefault(re.sub(r"[^a-z#]", "", re.sub(r"\d", "#", text.lower())), (label.lower(), text))
    ham = [text for label, text in once.values() if label == "ham"]
    return ham, [text for label, text in once.values() if label in ("spam", "smishing")]


def table(title: str, rows: dict[str, object] | dict[str, str]) -> str:
    """One measure per line as a Markdown table."""
    return f"### {title}\n\n| measure | value |\n|---|---|\n" + "".join(f"| {k} | {v} |\n" for k, v in rows.items())


def main(arguments: list[str]) -> None:
    """Print the tables, and write them into the document if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", type=Path)
    parser.add_argument("--cost", type=int, default=200_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    parts = [
        table("Labelled chats", labelled_chats()),
        table("Share lost to a disguise", disguises()),
        table("Cost", cost(options.cost)),
    ]
    if options.collections:
        parts.append(table("Public collections", collections(options.collections)))
    text = "\n".join(parts)
    print(text)
    if options.write:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        DOCUMENT.write_text(f"{before}{MARKS[0]}\n\n{text}\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
