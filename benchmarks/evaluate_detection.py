"""Measure the detectors and write the tables of docs/detection.md.

    python benchmarks/evaluate_detection.py [--collections FOLDER] [--cost MESSAGES] [--write]

Without options the loss to each disguise and the cost on an invented export are measured. FOLDER holds public
collections (``messages/`` and ``chats/``, see the table of sources in the document); they are not part of this
repository. --write puts the tables in the place of those of the same title in the document. The labelled chats are
scored by held_out_chats/score.py.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import collections_of_messages
import generate_exports

from wa_forensics.chat import Chat
from wa_forensics.detectors import DETECTORS
from wa_forensics.evidence import read_texts
from wa_forensics.model import Finding, Severity
from wa_forensics.parsing import parse_text

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "detection.md"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
EXPORT = 20_000
BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
DISGUISES: dict[str, Callable[[str], str]] = {
    "look-alike letters": lambda text: text.translate(
        str.maketrans("aeocpxyi", "\u0430\u0435\u043e\u0441\u0440\u0445\u0443\u0456")
    ),
    "digits for letters": lambda text: text.translate(str.maketrans("aeiost", "431057")),
    "invisible marks": lambda text: "\u200b".join(text),
    "letters set apart": lambda text: " ".join(text),
    "missing accents": lambda text: "".join(
        c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)
    ),
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
            target.write(f"{moment:%d/%m/%Y, %H:%M} - {sender}: {BREAKS.sub(' ', text).strip()}\n")
    return read(path)


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


def rooms(folder: Path) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Findings per 10,000 messages of ordinary collections written out as exports, authors as contacts or strangers."""
    rows: list[tuple[str, ...]] = [
        ("collection", "messages", "exports", "medium and above, authors are contacts", "worst export",
         "medium and above, authors are strangers", "worst export")
    ]  # fmt: skip
    for name, authored in collections_of_messages.ordinary(folder).items():
        parts = [authored[first : first + EXPORT] for first in range(0, len(authored), EXPORT)]
        cells = []
        for named in (as_contact, as_stranger):
            counts = []
            for part in parts:
                with tempfile.TemporaryDirectory() as work:
                    chat = rendered([(named(author), text) for author, text in part], Path(work), timedelta(minutes=2))
                    counts.append(sum(finding.severity >= Severity.MEDIUM for finding in detect(chat)))
            cells += [f"{sum(counts) / len(authored) * 1e4:.2f}", f"{max(counts)} in {len(parts[0]):,}"]
        rows.append((name, f"{len(authored):,}", str(len(parts)), *cells))
    return [("Ordinary chats, all rules: findings of level medium and above per 10,000 messages", rows)]


def as_contact(author: str) -> str:
    return f"User {author[:24].replace(':', '')}"


def as_stranger(author: str) -> str:
    return f"+44 7700 {zlib.crc32(author.encode()) % 10**6:06d}"


def table(title: str, rows: dict[str, object] | dict[str, str]) -> str:
    """One measure per line as a Markdown table."""
    return wide_table(title, [("measure", "value"), *((name, str(value)) for name, value in rows.items())])


def wide_table(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as a Markdown table; the first one is the head."""
    head, *rest = ("| " + " | ".join(row) + " |\n" for row in rows)
    return f"### {title}\n\n{head}|{'---|' * len(rows[0])}\n" + "".join(rest)


def main(arguments: list[str]) -> None:
    """Print the tables, and write them into the document if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", type=Path)
    parser.add_argument("--cost", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    parts = [
        table("Share of phrases lost to a disguise", disguises()),
        table("Cost", cost(options.cost)),
    ]
    if options.collections:
        import evaluate_links
        import evaluate_strangers

        scams = [
            text for rows in collections_of_messages.labelled(options.collections).values() for y, text in rows if y
        ]
        found = [*rooms(options.collections), *evaluate_strangers.tables(options.collections)]
        parts += [wide_table(title, rows) for title, rows in found]
        parts.append(table("Share of scam messages lost to a disguise", evaluate_strangers.lost(scams, DISGUISES)))
        parts += [wide_table(title, rows) for title, rows in evaluate_links.tables(options.collections)]
    print("\n".join(parts))
    if options.write:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(MARKS[0])
        old, _, after = rest.partition(MARKS[1])
        stand = re.findall(r"^### .*?(?=^### |\Z)", old, re.M | re.S)
        tables = {text.partition("\n")[0]: text.strip() for text in [*stand, *parts]}
        text = "\n\n".join(tables.values())
        DOCUMENT.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
