"""From the texts of a chat to the strongest stretches of a sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.styled import Texts
from wa_forensics.behaviour.windows import (
    Calibration,
    Stretch,
    refine,
    scan,
    scan_short,
    steadiness,
    strongest,
)
from wa_forensics.behaviour.writers import Measured
from wa_forensics.chat import KIND_CODE, Chat
from wa_forensics.model import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

SESSION_SECONDS = 3 * 3600


def texts_of_chat(chat: Chat) -> Texts:
    """Every text that a sender wrote, in the order of the chat."""
    c = chat.columns
    rows = np.flatnonzero((c.kind == KIND_CODE[Kind.TEXT]) & (c.sender >= 0) & (c.text_end > c.text_start))
    return Texts(
        buffer=np.frombuffer(chat.buffer, dtype=np.uint8),
        start=c.text_start[rows],
        end=chat.searched_end[rows],
        sender=c.sender[rows].astype(np.int64),
        message=rows,
        seconds=c.timestamp[rows].astype(np.int64),
    )


def judged(
    one: Measured, seconds: NDArray[np.int64], calibration: Calibration
) -> tuple[tuple[float, float] | None, tuple[Stretch, ...]]:
    """A sender's usual level and spread (None with a short history) and its strongest stretches.

    ``seconds`` are the times of the measured messages: the ends of a stretch are drawn to pauses.
    """
    if one.means:
        return None, strongest(*scan_short(one.means, len(one.message), calibration.short_coefficients))
    usual = steadiness(one.tracks[0])
    found = strongest(*scan(one.tracks, one.folds, usual, calibration.tail))
    border = np.diff(seconds, prepend=seconds[:1] - SESSION_SECONDS) >= SESSION_SECONDS
    higher = np.max(one.tracks, axis=0)
    return usual, tuple(refine(stretch, higher, usual[0], border) for stretch in found)
