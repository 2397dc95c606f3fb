"""What a line shows that reacts to another one, whatever the language: classes of words, marks, capitals, length.

The weights in ``data/reactions.json`` are those of ``scripts/train_reactions.py``; ``context.reactions`` adds who
writes when, and what stands beside the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from wa_forensics.wording.topics import REACTIONS, topics_of

# Features by group and name ("words/fraud"), each a column with a value per line.
Columns = dict[str, NDArray[np.float64]]
# Classes that say more together.
PAIRS = (
    ("not", "money"),
    ("not", "device"),
    ("not", "real"),
    ("who", "you"),
    ("kin", "voice"),
    ("kin", "said"),
    ("loss", "money"),
)
# Who speaks, who is spoken to and assent do not count among several classes.
UNCOUNTED = ("you", "self", "done")
MARKS: Mapping[str, re.Pattern[str]] = {
    "question": re.compile("[?\u061f]"),
    "repeated question mark": re.compile("[?\u061f][!?\u061f]"),
    "exclamation": re.compile("!"),
    "repeated exclamation mark": re.compile("!!"),
    "alarm": re.compile(
        "[\u26a0\u26d4\u274c\U0001f494\U0001f620\U0001f621\U0001f630-\U0001f633\U0001f6a8\U0001f6ab\U0001f6d1\U0001f92c]"
    ),
    "tears": re.compile("[\U0001f613\U0001f614\U0001f61e\U0001f622\U0001f625\U0001f629\U0001f62b\U0001f62d\U0001f97a]"),
    "laughter": re.compile(
        "[\U0001f602\U0001f605\U0001f606\U0001f923]|\\b(?:ha){2}|\\b(?:ja){2}|kkk|wkwk|\\b(?:rs)+\\b|\\blo+l\\b"
        "|\\bx+d+\\b|\u0647\u0647\u0647|\u0939\u093e\u0939\u093e",
        re.I,
    ),
    "quotation": re.compile('["\u00ab\u00bb\u201c-\u201e]'),
}
WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reacting:
    """Weights by feature, the constant, and the log-odds from which on a line is named."""

    weights: Mapping[str, float]
    constant: float
    limit: float


@lru_cache(maxsize=1)
def reacting() -> Reacting:
    """The weights that come with the program."""
    about = json.loads(files("wa_forensics").joinpath("wording", "data", "reactions.json").read_text("utf-8"))
    return Reacting(weights=about["weights"], constant=about["constant"], limit=about["limit"])


def reaction_columns(texts: Sequence[str]) -> Columns:
    """What each text shows by itself."""
    held = dict(zip(REACTIONS, topics_of(texts, "reactions").T.astype(np.float64), strict=True))
    length = np.array([len(text.split()) for text in texts])
    found = {f"words/{name}": column for name, column in held.items()}
    found |= {f"words/{one} and {other}": held[one] * held[other] for one, other in PAIRS}
    counted = np.array([column for name, column in held.items() if name not in UNCOUNTED])
    found["words/fifths of five classes"] = counted.sum(axis=0) / 5
    found["length/words"] = np.log1p(length) / 2
    found["length/one or two words"] = (length <= 2).astype(np.float64)
    for name, pattern in MARKS.items():
        found[f"marks/{name}"] = np.array([pattern.search(text) is not None for text in texts], dtype=np.float64)
    upper = np.array([_in_capitals(text) for text in texts], dtype=np.float64).reshape(-1, 2)
    found["marks/a word in capitals"], found["marks/mostly capitals"] = upper.T
    return found


def _in_capitals(text: str) -> tuple[bool, bool]:
    """Is a word of three letters or more in capitals, and are most of several?"""
    words = WORD.findall(text)
    upper = sum(word.isupper() for word in words)
    return upper > 0, len(words) > 1 and upper * 2 > len(words)
