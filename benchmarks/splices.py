"""Collections of chat messages as accounts with strangers' messages to splice in (for ``behaviour.py``).

A collection is a gzipped table ``author<TAB>time<TAB>text``. Each account becomes a chat with a dozen others; the
donors of splices are never among these others, since an intruder is unknown.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wa_forensics.behaviour.styled import Texts, styled

DONOR = 50
OTHERS = 12
OTHERS_MESSAGES = 1500
MOST_OWN = 1000
DONORS = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Account:
    """Own messages in order, messages of each other participant, and runs of 50 messages of strangers.

    ``seconds`` are the times of the own messages, empty where the collection does not know them.
    """

    own: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    donors: tuple[tuple[str, ...], ...]
    seconds: tuple[int, ...] = ()


def texts_of(groups: Sequence[Sequence[str]]) -> Texts:
    """Groups of messages as the texts of a chat; the sender code is the position of the group."""
    data = [text.encode("utf-8", "replace") for group in groups for text in group]
    size = np.array([len(item) for item in data], dtype=np.int64)
    end = np.cumsum(size)
    return Texts(
        buffer=np.frombuffer(b"".join(data) + b"\n", dtype=np.uint8),
        start=end - size,
        end=end,
        sender=np.repeat(np.arange(len(groups)), [len(group) for group in groups]),
        message=np.arange(len(data), dtype=np.int64),
    )


def read_authors(path: Path) -> dict[str, tuple[str, ...]]:
    """Messages that carry a style, by author, in the order of the file; authors with fewer than 60 are dropped."""
    return {author: tuple(text for text, _ in rows) for author, rows in _read(path).items()}


def read_times(path: Path) -> dict[str, tuple[int, ...]]:
    """When the same messages were sent (seconds of some clock), for authors whose times are all known."""
    found = {author: [second for _, second in rows] for author, rows in _read(path).items()}
    return {author: tuple(times) for author, times in found.items() if min(times) >= 0}


def _read(path: Path) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            author, time, text = line.rstrip("\n").split("\t", 2)
            text = text.replace("\\n", "\n").strip()
            # Masks and anonymous accounts of the collections are no style.
            if text and "```" not in text and "[<-CODE->]" not in text and author != "uda39a3ee5e":
                second = int(float(time)) if time.replace(".", "", 1).isdigit() else -1
                found.setdefault(author, []).append((text.replace("[<-LINK->]", "http://x"), second))
    authors: dict[str, list[tuple[str, int]]] = {}
    for author, rows in found.items():
        if len(rows) >= 60:
            _, kept = styled(texts_of([[text for text, _ in rows]]))
            if len(kept) >= 60:
                authors[author] = [rows[i] for i in kept.tolist()]
    return authors


def make_accounts(
    authors: dict[str, tuple[str, ...]],
    *,
    fewest: int,
    most: int,
    seed: int = 1,
    times: Mapping[str, tuple[int, ...]] | None = None,
) -> tuple[Account, ...]:
    """At most ``most`` accounts with at least ``fewest`` own messages, drawn with a fixed seed."""
    draw = random.Random(seed)  # noqa: S311 (a reproducible sample)
    names = [name for name, texts in authors.items() if len(texts) >= fewest]
    draw.shuffle(names)
    made = []
    for name in names[:most]:
        own, when = authors[name], (times or {}).get(name, ())
        if len(own) > MOST_OWN:
            begin = draw.randrange(len(own) - MOST_OWN)
            own, when = own[begin : begin + MOST_OWN], when[begin : begin + MOST_OWN]
        strangers = [other for other in authors if other != name]
        draw.shuffle(strangers)
        beside = min(OTHERS, len(strangers) // 2)
        others = tuple(_run(authors[o], OTHERS_MESSAGES // beside + 1, draw) for o in strangers[:beside])
        rest = strangers[beside:]
        donors = tuple(_run(authors[rest[i % len(rest)]], DONOR, draw) for i in range(DONORS))
        made.append(Account(own=own, others=others, donors=donors, seconds=when))
    return tuple(made)


def _run(texts: tuple[str, ...], length: int, draw: random.Random) -> tuple[str, ...]:
    begin = draw.randrange(max(1, len(texts) - length + 1))
    return texts[begin : begin + length]


def flat(account: Account) -> tuple[str, ...]:
    """The donors' messages in one row."""
    return tuple(text for donor in account.donors for text in donor)
