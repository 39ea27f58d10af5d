"""Searching without compiled kernels: a process that asks a small index once does not wait until they are loaded."""

from __future__ import annotations

__all__ = ["best_of_rows", "plain", "weighed"]

from itertools import count, pairwise

import numpy as np
from numpy.typing import NDArray

from findry.kernels import loaded
from findry.kernels.whole import scale_of

SMALL, FEW = 1 << 16, 8
LEAF, LANES = 128, 8
_asked = count()


def plain(rows: int, queries: int) -> bool:
    """Whether to answer in plain steps: no kernel is loaded, the index has few rows, and little was asked so far.

    Loading kernels takes half a second in each process, and on a new machine they are compiled first (half a minute);
    plain steps take some milliseconds a query.  Results are the same, to the bit.
    """
    return not loaded() and rows <= SMALL and queries <= FEW and next(_asked) < FEW


def weighed(start: NDArray[np.int64], weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """What `findry.kernels.planning.weigh` gives."""
    totals = [sum(np.abs(weight[first:last]).tolist()) for first, last in pairwise(start.tolist())]
    scale = np.array([scale_of(total) for total in totals], np.float64)
    return scale, (weight * np.repeat(scale, np.diff(start))).astype(np.float32)


def best_of_rows(
    matrix: NDArray[np.float32],
    vector: NDArray[np.float32],
    rows: NDArray[np.integer],
    k: int,
    ties: NDArray[np.uint64],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """What `findry.kernels.ranking.best_of_rows` gives."""
    scores = _sums(matrix[rows].astype(np.float64) * vector.astype(np.float64)).astype(np.float32)
    order = np.lexsort((ties[rows], -scores))[:k]
    return rows[order].astype(np.int32), scores[order]


def _sums(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each line, in the order of `findry.kernels.products`: halves, and eight running sums in each."""
    n = products.shape[1]
    if n > LEAF:
        half = n // 2 - n // 2 % LANES
        return _sums(products[:, :half]) + _sums(products[:, half:])
    sums = np.full((len(products), LANES), -0.0)
    for first in range(0, n - n % LANES, LANES):
        sums += products[:, first : first + LANES]
    while sums.shape[1] > 1:
        sums = sums[:, 0::2] + sums[:, 1::2]
    total: NDArray[np.float64] = sums[:, 0]
    for place in range(n - n % LANES, n):
        total = total + products[:, place]
    return total
