"""Log ratios of hashed features, others against own, from plain counts of every message.

The ridge classifier learns from a sample; counts are cheap enough to use all messages. Both sides are smoothed towards
what they have in common, so a feature that neither shows says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.grams import FEATURES, SPACE, Grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Features that the common share stands for on each side.
PRIOR = 1500.0


def count_features(grams: Grams) -> NDArray[np.float32]:
    """How often each feature occurs in some texts."""
    found = np.zeros(FEATURES, dtype=np.float32)
    for ids, base in ((grams.chars, 0), (grams.words, SPACE)):
        found[base : base + SPACE] = np.bincount(ids.ravel(), minlength=SPACE)
    return found


def log_ratios(own: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Per feature the natural log of its share among others over its share in the own texts."""
    out = np.empty(FEATURES, dtype=np.float32)
    for base in (0, SPACE):
        mine, theirs = own[base : base + SPACE], others[base : base + SPACE]
        my_total, their_total = max(1.0, float(mine.sum())), max(1.0, float(theirs.sum()))
        scale = np.float32((my_total + PRIOR) / (their_total + PRIOR))
        # Most features occur on neither side.
        used = np.flatnonzero((mine + theirs) > 0)
        mine, theirs = mine[used], theirs[used]
        prior = np.float32(PRIOR / 2) * (mine / np.float32(my_total) + theirs / np.float32(their_total))
        prior += np.float32(1e-4)
        out[base : base + SPACE] = np.log(scale)
        out[base + used] = np.log((theirs + prior) / (mine + prior) * scale)
    return out
