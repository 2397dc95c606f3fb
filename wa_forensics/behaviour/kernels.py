"""What a hand is held against: rows of other senders, and the inverse of their kernel, whole or without one sender."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Ridge penalty for messages of unit length. Larger penalties blunt the model, smaller ones learn topics.
PENALTY = 1.0
# With more senders than this, one inverse of everything and a block identity for each cost less than an inverse each.
FEW_SENDERS = 3
# Matrices up to this size are inverted at once.
SMALL = 96


@dataclass(frozen=True, kw_only=True, eq=False)
class Background:
    """Messages of others as dense rows, by sender code."""

    rows: NDArray[np.float32]
    sender: NDArray[np.int64]

    @cached_property
    def inverse(self) -> NDArray[np.float32]:
        """The inverse of the kernel of all rows."""
        return inverse_of(self.rows)


def inverse_of(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse of the penalized kernel of some rows; the constant 1 in the kernel is the intercept."""
    kernel = rows @ rows.T + np.float32(1)
    kernel[np.diag_indices_from(kernel)] += np.float32(PENALTY)
    return inverted(kernel).astype(np.float32)


def without_sender(background: Background, code: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Background rows of everybody else, and the inverse of their kernel."""
    out = background.sender == code
    if not out.any():
        return background.rows, background.inverse
    keep = ~out
    rows = background.rows[keep]
    if len(np.unique(background.sender)) <= FEW_SENDERS:
        return rows, inverse_of(rows)
    inverse = background.inverse
    cross = inverse[np.ix_(keep, out)]
    inner = np.linalg.solve(inverse[np.ix_(out, out)], cross.T)
    return rows, inverse[np.ix_(keep, keep)] - cross @ inner


def inverted(matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """The inverse of a symmetric positive definite matrix in double precision.

    By halves, so that nearly all of the work is multiplication, which is several times faster than elimination.
    """
    return _by_halves(matrix.astype(np.float64))


def _by_halves(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    size = len(matrix)
    if size <= SMALL:
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    half = size // 2
    corner, side = _by_halves(matrix[:half, :half]), matrix[:half, half:]
    bridge = corner @ side
    rest = _by_halves(matrix[half:, half:] - side.T @ bridge)
    across = bridge @ rest
    out = np.empty_like(matrix)
    out[:half, :half] = corner + across @ bridge.T
    out[:half, half:] = -across
    out[half:, :half] = -across.T
    out[half:, half:] = rest
    return out
