"""The shipped model: how far the wording of a text is that of a scam rather than of a first hello.

A logistic regression over the features of ``features``; trained by ``scripts/train_stranger_model.py``, described in
docs/stranger_model.md. Its words are those of its training texts: a score is a signal, never a verdict.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from wa_forensics.wording.facts import is_code
from wa_forensics.wording.features import BUCKETS, NAMES, SIGNS, WEIGHTS, WIDTH, Features, features

# So many texts are read at a time: their columns stay small.
BLOCK = 4000
NOT_JUDGED = -100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """``weights`` of all columns, the constant, and the frozen limits: ordinary texts above ``low`` are 10 in 10,000,
    above ``medium`` 1 in 10,000 on the worst of the collections that it was not trained on."""

    weights: NDArray[np.float32]
    constant: float
    low: float
    medium: float


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that comes with the program."""
    folder = files("wa_forensics").joinpath("wording", "data")
    about = json.loads(folder.joinpath("model.json").read_text("utf-8"))
    hashed = np.frombuffer(folder.joinpath("weights.bin").read_bytes(), dtype=np.int8)
    # A concept younger than the model says nothing until it is trained again.
    named = [about["named"].get(name, 0.0) for name in NAMES]
    weights = np.concatenate((hashed.astype(np.float32) * about["step"], np.array(named, dtype=np.float32)))
    if len(weights) != WIDTH or len(hashed) != BUCKETS:
        raise ValueError(f"{len(weights)} weights for {WIDTH} features")
    return Model(weights=weights, constant=about["constant"], low=about["low"], medium=about["medium"])


def scam_scores(texts: Sequence[str]) -> NDArray[np.float64]:
    """One score per text: log-odds, shifted so that 0 is the limit of ``low``; the most suspicious reading counts.

    Program text is not judged and gets ``NOT_JUDGED``.
    """
    known = model()
    scores = np.full(len(texts), NOT_JUDGED)
    judged = [number for number, text in enumerate(texts) if not is_code(text)]
    for first in range(0, len(judged), BLOCK):
        chosen = judged[first : first + BLOCK]
        found = features([texts[number] for number in chosen])
        scores[chosen] = text_scores(found, known.weights, known.constant, len(chosen)) - known.low
    return scores


def text_scores(found: Features, weights: NDArray[np.float32], constant: float, count: int) -> NDArray[np.float64]:
    """The highest log-odds among the readings of each of ``count`` texts."""
    parts = weights[found.columns].astype(np.float64) * found.values
    rows = np.bincount(found.rows, weights=parts, minlength=len(found.texts)) + constant
    best = np.full(count, -np.inf)
    np.maximum.at(best, found.texts, rows)
    return best


def scam_reasons(text: str, most: int = 5) -> tuple[tuple[str, float], ...]:
    """What carried the score of a text: concepts, facts and words with their share of the log-odds, largest first."""
    known = model()
    found = features([text])
    parts = known.weights[found.columns].astype(np.float64) * found.values
    row = int(np.argmax(np.bincount(found.rows, weights=parts, minlength=len(found.texts))))
    share: dict[str, float] = {}
    for at in np.flatnonzero(found.rows == row).tolist():
        begin, end = int(found.begins[at]), int(found.ends[at])
        name = NAMES[found.columns[at] - BUCKETS] if begin < 0 else _words_at(found.data, begin, end)
        share[name] = share.get(name, 0.0) + float(parts[at])
    # What the phrases add up to is told by phrase.
    together = sum(share.pop(name, 0.0) for name in SIGNS)
    worth = {name: float(weight) for name, weight in zip(NAMES, WEIGHTS, strict=False) if weight and name in share}
    for name, weight in worth.items():
        share[name] = share.get(name, 0.0) + together * weight / sum(worth.values())
    # Length makes every score possible and explains none.
    told = [item for item in share.items() if not item[0].startswith("longer than")]
    ranked = sorted(told, key=lambda item: (-item[1], item[0]))
    return tuple((name, round(value, 2)) for name, value in ranked[:most] if value > 0)


def _words_at(data: bytes, begin: int, end: int) -> str:
    """The word that most of a piece lies in; a pair of words as it stands."""
    middle = (begin + end) // 2
    while begin > 0 and data[begin - 1 : begin] not in (b" ", b"\n"):
        begin -= 1
    while end < len(data) and data[end : end + 1] not in (b" ", b"\n"):
        end += 1
    words = data[begin:end].decode("utf-8", "replace").split()
    if not words:
        return ""
    place = begin
    for word in words:
        place += len(word.encode()) + 1
        if place > middle:
            return f"“{word.strip('.!?')}”"
    return f"“{words[-1]}”"
