"""A generic background of each language: hashed features of ordinary messages, beside the few others of a small chat.

In a chat of two everything else would rest on one other writer. The features are made by
``scripts/build_background.py``; sources and licences stand in ``docs/behaviour.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.grams import Grams
from wa_forensics.behaviour.ratios import count_features
from wa_forensics.behaviour.rows import count_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# Below this likeness of the feature counts (cosine of their logarithms) a language is another one.
LEAST_LIKENESS = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Traits:
    """What is looked at in some texts: hashed features and marks, a row each."""

    grams: Grams
    marks: NDArray[np.float32]


@cache
def read_generic() -> Mapping[str, Traits]:
    """The shipped background by language code."""
    found = {}
    with (files("wa_forensics.behaviour") / "background.npz").open("rb") as packed, np.load(packed) as arrays:
        for language in sorted({name.split("_")[0] for name in arrays}):
            grams = Grams(
                chars=arrays[f"{language}_chars"],
                char_first=arrays[f"{language}_char_first"],
                words=arrays[f"{language}_words"],
                word_first=arrays[f"{language}_word_first"],
            )
            found[language] = Traits(grams=grams, marks=arrays[f"{language}_marks"])
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Generic:
    """The background of a language, how often each feature occurs in it, and in how many of its texts."""

    traits: Traits
    counts: NDArray[np.float32]
    occurs: NDArray[np.int64]


def nearest(counts: NDArray[np.float32]) -> Generic | None:
    """The background in the language of texts with such counts of features, or None if none is like them."""
    here = _profile(counts)
    likeness = {language: float(here @ profile) for language, profile in _profiles().items()}
    best = max(likeness, key=lambda language: (likeness[language], language))
    return _generic(best) if likeness[best] >= LEAST_LIKENESS else None


@cache
def _generic(language: str) -> Generic:
    traits = read_generic()[language]
    return Generic(traits=traits, counts=count_features(traits.grams), occurs=count_texts(traits.grams))


@cache
def _profiles() -> Mapping[str, NDArray[np.float32]]:
    return {language: _profile(count_features(traits.grams)) for language, traits in read_generic().items()}


def _profile(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    profile = np.log1p(counts)
    return np.asarray(profile / max(float(np.linalg.norm(profile)), 1e-6), dtype=np.float32)


def joined(first: Traits, second: Traits) -> Traits:
    """The texts of both, one after the other."""
    a, b = first.grams, second.grams
    return Traits(
        grams=Grams(
            chars=np.concatenate((a.chars, b.chars)),
            char_first=np.concatenate((a.char_first, b.char_first[1:] + a.char_first[-1])),
            words=np.concatenate((a.words, b.words)),
            word_first=np.concatenate((a.word_first, b.word_first[1:] + a.word_first[-1])),
        ),
        marks=np.concatenate((first.marks, second.marks)),
    )
