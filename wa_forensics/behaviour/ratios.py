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
# Features that are counted at once: a table of them as wide numbers is made on the way.
AT_ONCE = 1 << 20


def count_features(grams: Grams) -> NDArray[np.float32]:
    """How often each feature occurs in some texts."""
    found = np.zeros(FEATURES, dtype=np.float32)
    for ids, base in ((grams.chars, 0), (grams.words, SPACE)):
        flat, part = ids.ravel(), found[base : base + SPACE]
        for low in range(0, len(flat), AT_ONCE):
            part += np.bincount(flat[low : low + AT_ONCE], minlength=SPACE)
    return found


def log_ratios(own: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Per feature the natural log of its share among others over its share in the own texts: a row for each of own."""
    # Most features occur on neither side; what a row lacks of the others' stands for all that is in none.
    used = np.flatnonzero(others + own.max(axis=0))
    middle = int(np.searchsorted(used, SPACE))
    out = np.empty((len(own), FEATURES), dtype=np.float32)
    for base, part in ((0, used[:middle]), (SPACE, used[middle:])):
        mine, theirs = own[:, part], others[part]
        my_total, their_total = np.maximum(1, mine.sum(axis=1, keepdims=True)), max(1.0, float(theirs.sum()))
        prior = np.float32(PRIOR / 2) * (mine / my_total + theirs / np.float32(their_total)) + np.float32(1e-4)
        scale = ((my_total + PRIOR) / (their_total + PRIOR)).astype(np.float32)
        out[:, base : base + SPACE] = np.log(scale)
        out[:, part] = np.log((theirs + prior) / (mine + prior) * scale)
    return out
