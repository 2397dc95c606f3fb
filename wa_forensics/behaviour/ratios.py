"""Log ratios of hashed features, others against own, from plain counts of every message.

The ridge classifier learns from a sample; counts are cheap enough to use all messages. Both sides are smoothed towards
what they have in common. A feature that neither shows is new: another hand brings more of these than the owner, who
is allowed as many as usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.grams import FEATURES, SPACE, Grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Features that the common share stands for on each side.
PRIOR = 1500.0
# What a feature new to both sides says (natural log): another hand brings about twice as many as the owner does.
UNKNOWN = 1.0
# Features that are counted at once: a table of them as wide numbers is made on the way.
AT_ONCE = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """How often features occur in own texts, in others, and in each fold of the own ones that is left out."""

    own: NDArray[np.float32]
    others: NDArray[np.float32]
    folds: tuple[NDArray[np.float32], ...]

    @cached_property
    def used(self) -> tuple[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]], ...]:
        """For characters and for words: the features that occur at all, and their counts among own texts and others."""
        every = np.flatnonzero((self.own > 0) | (self.others > 0))
        middle = int(np.searchsorted(every, SPACE))
        return tuple((part, self.own[part], self.others[part]) for part in (every[:middle], every[middle:]))

    @cached_property
    def novelty(self) -> float:
        """How often the owner's next feature is new to both sides (Good and Turing: what occurred once, of all)."""
        once = sum(np.count_nonzero((own == 1) & (theirs == 0)) for _, own, theirs in self.used)
        return once / max(1.0, float(self.own.sum()))

    def log_ratios(self, fold: int | None) -> NDArray[np.float32]:
        """Natural log of each feature's share among others over its share in own texts, all but those of a fold."""
        out = np.full(FEATURES, UNKNOWN, dtype=np.float32)
        for part, own, theirs in self.used:
            mine = own if fold is None else own - self.folds[fold][part]
            my_total, their_total = max(np.float32(1), mine.sum()), max(np.float32(1), theirs.sum())
            prior = np.float32(PRIOR / 2) * (mine / my_total + theirs / their_total) + np.float32(1e-4)
            scale = np.float32((my_total + PRIOR) / (their_total + PRIOR))
            value = np.log((theirs + prior) / (mine + prior) * scale)
            # However much more of the one side is known than of the other.
            value[mine + theirs == 0] = UNKNOWN
            out[part] = value
        out -= np.float32(UNKNOWN * self.novelty)
        return out


def count_features(grams: Grams) -> NDArray[np.float32]:
    """How often each feature occurs in some texts."""
    found = np.zeros(FEATURES, dtype=np.float32)
    for ids, base in ((grams.chars, 0), (grams.words, SPACE)):
        flat, part = ids.ravel(), found[base : base + SPACE]
        # To write is three times faster than to add.
        part[:] = np.bincount(flat[:AT_ONCE], minlength=SPACE)
        for low in range(AT_ONCE, len(flat), AT_ONCE):
            part += np.bincount(flat[low : low + AT_ONCE], minlength=SPACE)
    return found
