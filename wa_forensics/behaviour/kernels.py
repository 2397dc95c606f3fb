"""What a hand is held against: rows of other senders, and the Cholesky factor of their kernel.

All in double precision: in single precision the order of a sum, which differs from one processor to the next, shows in
the printed figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wa_forensics.behaviour.rows import Rows, kernel_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Ridge penalty for single messages of unit length. Larger penalties blunt the model, smaller ones learn topics.
PENALTY = 1.0
# A factor is made and applied in blocks of so many rows: nearly all of the work is multiplication.
AT_ONCE = 80
# Up to this many senders each needs few of the products of the whole background.
FEW = 3
# Matrices up to this size are inverted at once.
SMALL = 96


@dataclass(frozen=True, kw_only=True, eq=False)
class Factor:
    """The lower Cholesky factor of a matrix (what stands above its diagonal means nothing), and its inverted blocks."""

    lower: NDArray[np.float64]
    inner: tuple[NDArray[np.float64], ...]

    def forward(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """The factor's inverse times some columns."""
        out = np.empty_like(right)
        for number, inner in enumerate(self.inner):
            low = number * AT_ONCE
            high = low + len(inner)
            out[low:high] = inner @ (right[low:high] - self.lower[low:high, :low] @ out[:low])
        return out

    def backward(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of the transposed factor times some columns."""
        out = np.empty_like(right)
        for number, inner in reversed(list(enumerate(self.inner))):
            low = number * AT_ONCE
            high = low + len(inner)
            out[low:high] = inner.T @ (right[low:high] - self.lower[high:, low:high].T @ out[high:])
        return out


def factor_of(matrix: NDArray[np.float64]) -> Factor:
    """The Cholesky factor of a symmetric positive definite matrix."""
    lower, inner = matrix.copy(), []
    for low in range(0, len(lower), AT_ONCE):
        high = min(low + AT_ONCE, len(lower))
        block = np.linalg.cholesky(lower[low:high, low:high])
        inner.append(np.asarray(np.linalg.inv(block), dtype=np.float64))
        lower[low:high, low:high] = block
        lower[high:, low:high] = below = lower[high:, low:high] @ inner[-1].T
        lower[high:, high:] -= below @ below.T
    return Factor(lower=lower, inner=tuple(inner))


@dataclass(frozen=True, kw_only=True, eq=False)
class Background:
    """Messages or passages of others by sender code, and the penalty for each."""

    rows: Rows
    sender: NDArray[np.int64]
    penalty: float

    @cached_property
    def kernel(self) -> NDArray[np.float64]:
        return penalized_kernel(self.rows, self.penalty)


def penalized_kernel(rows: Rows, penalty: float) -> NDArray[np.float64]:
    """The penalized kernel of some rows; the constant 1 in it is the intercept."""
    kernel = kernel_of(rows) + 1.0
    kernel[np.diag_indices_from(kernel)] += penalty
    return kernel


@dataclass(frozen=True, kw_only=True, eq=False)
class Others:
    """The rows of everybody but one sender, the penalty for each, and the factor of their penalized kernel."""

    rows: Rows
    penalty: float
    factor: Factor


def without_sender(background: Background, code: int) -> Others:
    """Background rows of everybody else."""
    kept = background.sender != code
    rows = background.rows.take(kept)
    # Of few senders each is so much that the products with its rows would be made for nothing.
    if FEW * len(rows) > (FEW - 1) * len(kept):
        kernel = background.kernel[kept][:, kept]
    else:
        kernel = penalized_kernel(rows, background.penalty)
    return Others(rows=rows, penalty=background.penalty, factor=factor_of(kernel))


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
