"""The k best candidates that a search holds, and their order when scores are equal."""

from __future__ import annotations

__all__ = ["reached_by", "reached_so_far", "shrink", "tie_of"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.selecting import select


@inlined
def reached_by(values: NDArray[np.float32], k: int) -> int:
    """A whole number that every row must reach to be among the k best, those of `values` being the first k."""
    smallest = float(values[:k].min())
    return int(smallest - smallest * 1.2e-7) - 1


@compiled
def reached_so_far(
    acc: NDArray[np.int32], touched: NDArray[np.int32], k: int, masks: NDArray[np.bool_], low: int
) -> int:
    """As `reached_by` for rows of a window whose sums may still grow; -1 when fewer than k of them may be found.

    masks: bool[M, rows], its first line that of the query; without a line every row may be found.
    """
    sums = np.empty(len(touched), np.int32)
    n = 0
    for x in touched:
        sums[n] = acc[x]
        n += len(masks) == 0 or masks[0, low + x]
    if n < k:
        return -1
    smallest = float(select(sums[:n], n - k))
    return int(smallest - smallest * 1.2e-7) - 1


@inlined
def tie_of(
    place: int, found: NDArray[np.int32], ties: NDArray[np.uint64], base: int, here: NDArray[np.uint64]
) -> np.uint64:
    """The tie key of a candidate; those of this segment are looked up when they are needed."""
    return here[found[place] - base] if found[place] >= base else ties[place]


@compiled
def shrink(
    values: NDArray[np.float32],
    found: NDArray[np.int32],
    ties: NDArray[np.uint64],
    held: int,
    k: int,
    base: int,
    here: NDArray[np.uint64],
) -> None:
    """Put the k best of `held` candidates first, in the order they had: larger values, then smaller tie keys."""
    kth = select(values[:held].copy(), held - k)
    above = equal = 0
    for place in range(held):
        above += values[place] > kth
        equal += values[place] == kth
    limit = np.uint64(0xFFFFFFFFFFFFFFFF)
    crowded = equal > k - above
    if crowded:
        tied = np.empty(equal, np.uint64)
        equal = 0
        for place in range(held):
            if values[place] == kth:
                tied[equal] = tie_of(place, found, ties, base, here)
                equal += 1
        limit = select(tied, k - above - 1)
    left, kept = k - above, 0
    for place in range(held):
        keep = values[place] > kth
        if not keep and values[place] == kth and left > 0:
            keep = not crowded or tie_of(place, found, ties, base, here) <= limit
            left -= keep
        if keep:
            values[kept], found[kept], ties[kept] = values[place], found[place], ties[place]
            kept += 1
