"""Measure the model of strangers' first words against two baselines, with sources left out; part of evaluate_detection.

Every figure of a scam source comes from a model that saw nothing of that source, every figure of an ordinary
collection from one that saw nothing of it. Limits are those above which no ordinary collection has more than 10 (1)
in 10,000 of the messages of authors kept apart. Needs scikit-learn.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

import train_stranger_model as training

from wa_forensics.wording import model, scam_scores

# The list that most tools of the field come down to.
KEYWORDS = re.compile(
    r"(?i)\b(otp|verification code|urgent|click (here|below)|http|www\.|free|winner|won|prize|claim|gift card|bitcoin|"
    r"bank account|account (number|blocked|suspended)|kyc|lottery|congratulations|invest|guaranteed|transfer)\b"
)
Rows = list[tuple[str, ...]]


def tables(folder: Path) -> list[tuple[str, Rows]]:
    """Tables as (title, rows), the first row of each being its head."""
    found = training.corpus(training.texts_of(folder))
    grams = letter_grams(found)
    head = ("source left out", "messages", "ours, limit low", "ours, limit medium", "n-grams, same texts",
            "n-grams, spam corpora only", "keywords")  # fmt: skip
    recall: Rows = [head]
    keyword = np.array([KEYWORDS.search(text) is not None for text in found.texts])
    pooled = [0.0] * 5
    for name in (*training.FAMILY, "invented scam"):
        own, chosen = training.belongs(found, name), training.without(found, name)
        ours = training.recalls(found, own, chosen)
        same = training.recalls(grams, own, chosen)[0]
        # The collections of spam that may be trained on, and nothing else.
        corpora = training.recalls(grams, own, chosen & np.isin(found.source, list(training.FAMILY)))[0]
        shares = (*ours, same, corpora, float(keyword[own].mean()))
        recall.append((name, f"{own.sum():,}", *(f"{share:.3f}" for share in shares)))
        if name in training.FAMILY:
            pooled = [total + share * own.sum() for total, share in zip(pooled, shares, strict=True)]
    collected = found.scam & np.isin(found.source, list(training.FAMILY))
    recall.append(("all three collections", f"{collected.sum():,}", *(f"{v / collected.sum():.3f}" for v in pooled)))
    halves = (f"{share:.3f}" for share in training.half_left_out(found))
    recall.append(("half of the invented templates", f"{training.belongs(found, 'invented').sum():,}", *halves, *"---"))
    quiet: Rows = [("ordinary collection", "messages", "low, collection left out", "medium, collection left out",
                    "low, authors left out", "medium, authors left out", "keywords")]  # fmt: skip
    elsewhere = training.quiet_elsewhere(found)
    shipped = scam_scores([text for text, kept in zip(found.texts, found.measured, strict=True) if kept])
    for name, (low, medium) in elsewhere.items():
        own = found.measured & (found.source == name)
        here = shipped[own[found.measured]]
        above = [float((here > value).mean() * 1e4) for value in (0.0, model().medium - model().low)]
        rates = (low, medium, *above, float(keyword[own].mean() * 1e4))
        quiet.append((name, f"{own.sum():,}", *(f"{rate:.1f}" for rate in rates)))
    return [
        ("Scam messages as a stranger's first words: recall", recall),
        ("Ordinary messages as a stranger's first words: signals per 10,000", quiet),
    ]


def letter_grams(found: training.Corpus) -> training.Corpus:
    """The same texts as hashed character 2-to-4-grams: what such a baseline reads."""
    from sklearn.feature_extraction.text import HashingVectorizer

    reader = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=1 << 18, alternate_sign=False)
    numbers = np.arange(len(found.texts))
    return replace(found, matrix=reader.transform(found.texts).tocsr(), owner=numbers, plain=numbers)


def lost(texts: Sequence[str], disguises: dict[str, Callable[[str], str]]) -> dict[str, str]:
    """Share of the texts above the limit ``low`` that each disguise brings below it."""
    caught = [text for text, score in zip(texts, scam_scores(texts), strict=True) if score > 0]
    result = {}
    for name, change in disguises.items():
        still = scam_scores([change(text) for text in caught]) > 0
        result[name] = f"{1 - still.mean():.3f} of {len(caught):,}"
    return result
