"""Reads the public collections that the scripts measure or train on; each text once, across all of them.

Where to get them and under which licences: docs/detection.md and docs/stranger_model.md. FOLDER holds ``messages/``
and ``chats/`` with the file names used below.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

TABLES = {
    "UCI": ("uci_sms_spam.tsv", "", ""),
    "Mishra & Soni": ("sms_phishing_mishra_soni.csv", "LABEL", "TEXT"),
    "India": ("indian_sms.csv", "Label", "Msg"),
}
ROOMS = {
    "freeCodeCamp room": "gitter_freecodecamp.tsv.gz",
    "LiveChat rooms": "gitter_livechat.tsv.gz",
    "NUS private SMS": "nus_sms_en_a.tsv.gz",
}
TRANSLATED = "uci_sms_spam_en_hi_de_fr.csv"


def letters(text: str) -> str:
    """What two copies of a text share: letters and masked digits."""
    return re.sub(r"[\W_]", "", re.sub(r"\d+", "0", text.lower()))


def labelled(folder: Path) -> dict[str, list[tuple[bool, str]]]:
    """(is scam, text) pairs of each source, a text that stands in two sources only in the first one."""
    seen: set[str] = set()
    result: dict[str, list[tuple[bool, str]]] = {}
    for source, (name, label, text) in TABLES.items():
        path = folder / "messages" / name
        if not path.exists():
            continue
        rows = []
        for kind, written in _rows(path, label, text):
            key = letters(written)
            if key and key not in seen:
                seen.add(key)
                rows.append((kind.lower() in ("spam", "smishing"), written))
        result[source] = rows
    return result


def translated(folder: Path) -> list[tuple[bool, str]]:
    """(is scam, text) pairs of UCI, machine-translated to Hindi, German and French."""
    path = folder / "messages" / TRANSLATED
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as source:
        rows = list(csv.DictReader(source))
    return [(row["labels"] == "spam", row[f"text_{code}"] or "") for row in rows for code in ("hi", "de", "fr")]


def ordinary(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """(author, text) pairs of each collection of ordinary messages, in their order."""
    found = {name: list(_authored(folder / "chats" / file)) for name, file in ROOMS.items()}
    return {name: rows for name, rows in found.items() if rows}


def _rows(path: Path, label: str, text: str) -> Iterator[tuple[str, str]]:
    if not label:
        for line in path.read_text("utf-8").splitlines():
            kind, tab, written = line.partition("\t")
            if tab:
                yield kind, written
        return
    with path.open(encoding="utf-8", errors="replace", newline="") as source:
        for row in csv.DictReader(source):
            yield row[label] or "", row[text] or ""


def _authored(path: Path) -> Iterator[tuple[str, str]]:
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as source:
        for line in source:
            parts = line.rstrip("\n").split("\t")
            yield parts[0], parts[-1].replace("\\n", "\n")
