"""What a hand is held against: rows of other senders, and the inverse of their kernel, whole or without one sender.

All in double precision: in single precision the order of a sum, which differs from one processor to the next, shows in
the printed figures.
"""

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

    rows: NDArray[np.float64]
    sender: NDArray[np.int64]

    @cached_property
    def inverse(self) -> NDArray[np.float64]:
        """The inverse of the kernel of all rows."""
        return inverse_of(self.rows)


def inverse_of(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of the penalized kernel of some rows; the constant 1 in the kernel is the intercept."""
    kernel = rows @ rows.T + 1.0
    kernel[np.diag_indices_from(kernel)] += PENALTY
    return inverted(kernel)


def without_sender(background: Background, code: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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


def inverted(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of a symmetric positive definite matrix, by its Cholesky factor.

    Halving the matrix itself is as fast, but loses half of the digits: the constant in the kernel adds its errors up.
    """
    factor = _inverse_of_lower(np.asarray(np.linalg.cholesky(matrix), dtype=np.float64))
    return np.asarray(factor.T @ factor)


def _inverse_of_lower(lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of a lower triangular matrix by halves: nearly all of the work is multiplication."""
    size = len(lower)
    if size <= SMALL:
        return np.asarray(np.linalg.inv(lower))
    half = size // 2
    out = np.zeros_like(lower)
    out[:half, :half] = _inverse_of_lower(lower[:half, :half])
    out[half:, half:] = _inverse_of_lower(lower[half:, half:])
    out[half:, :half] = -out[half:, half:] @ (lower[half:, :half] @ out[:half, :half])
    return out
