"""Finds which topics of a listed file the words of folded rows belong to, by the hashes of words and stems."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from wa_forensics.search import Folded, fold_rows
from wa_forensics.wording.hashing import Words, word_hashes

TOPICS = (
    "prize", "free", "sale", "click", "contact", "urgency", "account", "bank", "parcel",
    "authority", "bill", "job", "invest", "loan", "adult", "mobile", "gambling", "family",
    "changed_phone", "health", "property", "course", "charity", "code", "terms", "extortion",
    "praise", "support", "everyone", "program", "you", "me"
)  # fmt: skip
# How people react, in ``data/reactions.toml``.
REACTIONS = (
    "not", "who", "they", "kin", "fraud", "office", "stop", "voice", "beside", "loss", "odd", "real", "said", "device",
    "money", "everyone", "sorrow", "done", "you", "self"
)  # fmt: skip
# What attackers' lines are about, in ``data/matters.toml``.
MATTERS = (
    "link", "file", "payee", "card", "coin", "remote", "press", "prize",
    "task", "wage", "withdraw", "topup", "level", "profit", "tip"
)  # fmt: skip
LISTED = {"topics": TOPICS, "reactions": REACTIONS, "matters": MATTERS}


@dataclass(frozen=True, kw_only=True, eq=False)
class Topics:
    """Hashes of words (``stems`` keeps those of beginnings by their length in bytes), ascending, each with a bit for
    every topic of its file that it belongs to."""

    words: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    stems: dict[int, tuple[NDArray[np.uint64], NDArray[np.uint64]]]


@lru_cache(maxsize=3)
def topics(listed: str) -> Topics:
    """The topics of one of the files of ``LISTED`` that come with the program."""
    content = tomllib.loads(files("wa_forensics").joinpath("wording", "data", f"{listed}.toml").read_text("utf-8"))
    if tuple(content) != LISTED[listed]:
        raise ValueError("the topics of the file are not those of the program")
    bits: dict[str, int] = {}
    for number, words in enumerate(content.values()):
        for word in words.split():
            bits[word] = bits.get(word, 0) | 1 << number
    data = b"".join(f"{word.removesuffix('*')}\n".encode() for word in bits)
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + 1
    folded = fold_rows(data, np.concatenate(([0], ends)))
    found = word_hashes(np.frombuffer(folded.data, dtype=np.uint8))
    if len(found.begins) != len(bits):
        raise ValueError("a topic lists something that is not one word")
    stem = np.array([word.endswith("*") for word in bits])
    belongs = np.array(list(bits.values()), dtype=np.uint64)
    length = found.ends - found.begins
    return Topics(
        words=_table(found.whole()[~stem], belongs[~stem]),
        stems={
            size: _table(found.whole()[stem & (length == size)], belongs[stem & (length == size)])
            for size in np.unique(length[stem]).tolist()
        },
    )


def topics_of(texts: Sequence[str], listed: str = "topics") -> NDArray[np.bool_]:
    """Which topics of a file (columns, in its order) the words of each text (rows) belong to."""
    rows = [text.replace("\n", " ").encode("utf-8", "replace") + b"\n" for text in texts]
    folded = fold_rows(b"".join(rows), np.cumsum([0, *map(len, rows)]))
    words = word_hashes(np.frombuffer(folded.data, dtype=np.uint8))
    return held_topics(len(texts), rows_of_bytes(folded), words, listed)


def held_topics(count: int, row_of: NDArray[np.int64], words: Words, listed: str = "topics") -> NDArray[np.bool_]:
    """The topics (columns) of the words in each of ``count`` rows; ``row_of`` is the row that a byte belongs to."""
    bits = np.zeros(count, dtype=np.uint64)
    np.bitwise_or.at(bits, row_of[words.begins], topic_bits(words, listed))
    return (bits[:, None] >> np.arange(len(LISTED[listed]), dtype=np.uint64) & np.uint64(1)).astype(bool)


def rows_of_bytes(folded: Folded) -> NDArray[np.int64]:
    """The row that each byte belongs to; rows may lie in any order in the buffer."""
    row_of = np.zeros(len(folded.data), dtype=np.int64)
    row_of[folded.starts] = 1
    order = np.argsort(folded.starts, kind="stable")
    return order[np.maximum(np.cumsum(row_of) - 1, 0)]


def topic_bits(words: Words, listed: str = "topics") -> NDArray[np.uint64]:
    """For each word the topics of a file that it belongs to, a bit each."""
    known = topics(listed)
    found = _looked_up(words.whole(), known.words)
    length = words.ends - words.begins
    for size, table in known.stems.items():
        long = np.flatnonzero(length >= size)
        found[long] |= _looked_up(words.beginnings(long, size), table)
    return found


def _table(hashes: NDArray[np.uint64], bits: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    distinct, place = np.unique(hashes, return_inverse=True)
    joined = np.zeros(len(distinct), dtype=np.uint64)
    np.bitwise_or.at(joined, place, bits)
    return distinct, joined


def _looked_up(hashes: NDArray[np.uint64], table: tuple[NDArray[np.uint64], NDArray[np.uint64]]) -> NDArray[np.uint64]:
    known, bits = table
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, bits[at], np.uint64(0))
