"""Messages that may be text: headers of the file's own form whose time and sender do not belong here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Android writes minutes only, and messages of one minute may change places.
_TOLERANCE = 120
_LONGEST_RUN = 200
_MOST_REPORTED = 1_000


def possible_forgeries(
    moments: NDArray[np.int64], sender: NDArray[np.int32], line: NDArray[np.int64]
) -> tuple[tuple[int, str], ...]:
    """(line from 1, reason) of messages that step back in time and return, from senders unknown elsewhere.

    A pasted or planted block reads exactly so; so does a delayed message of somebody who wrote only once.
    Hence "possible": the lines stay messages.
    """
    # Nearly every file is in order: that is told without a column of its own.
    if len(moments) < 3 or not (moments[1:] < moments[:-1]).any():
        return ()
    reached = np.maximum.accumulate(moments)
    back = moments < reached - _TOLERANCE
    back &= sender >= 0
    if not back.any():
        return ()
    elsewhere = np.unique(sender[~back & (sender >= 0)])
    strange = back & ~np.isin(sender, elsewhere)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], strange, [False]]).astype(np.int8)))
    found = []
    for begin, end in edges.reshape(-1, 2).tolist():
        returns = end < len(moments) and moments[end] >= reached[begin] - _TOLERANCE
        if begin > 0 and returns and end - begin <= _LONGEST_RUN:
            found += [
                (
                    int(line[row]) + 1,
                    "possible: a header of the file's own form, but its time steps back and returns, "
                    "and its sender occurs nowhere else",
                )
                for row in range(begin, end)
            ]
    return tuple(found[:_MOST_REPORTED])
