"""The k best candidates that a search holds, and their order when scores are equal."""

from __future__ import annotations

__all__ = ["GROUPS", "crowded", "offered", "ranked", "reached_by", "shrink", "tie_of"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.selecting import kth_largest, order_places, select

GROUPS, FEW = 256, 24
"""Groups of the rows of a window; so few of them are looked at one by one."""
SORTED = 64
"""So few best rows are held in order at all times; more of them are put in order at the end."""


@inlined
def _below(value: float) -> int:
    """A whole number that sums reach which are as high as `value` when both are rounded to float32."""
    return int(value - value * 1.2e-7) - 1


@inlined
def reached_by(values: NDArray[np.float32], k: int) -> int:
    """A whole number that every row must reach to be among the k best, those of `values` being the first k."""
    return _below(float(values[:k].min()))


@inlined
def crowded(
    acc: NDArray[np.int32], highest: NDArray[np.int32], theta: int, rest: int, k: int, touched: NDArray[np.uint16]
) -> tuple[int, int]:
    """The rows of a window whose sums can reach `theta` with at most `rest` more: how many are in `touched`, and theta.

    Sums of other rows become 0.  theta rises first to what k rows of different groups reach; k is 0 where some rows may
    not be found.  Row x is of group x mod GROUPS, so that maxima are taken of many groups in one instruction; `highest`
    int32[GROUPS] receives them.
    """
    highest[:] = 0
    for first in range(0, len(acc), GROUPS):
        strip = acc[first : first + GROUPS]
        for group in range(GROUPS):
            highest[group] = max(highest[group], strip[group])
    if 0 < k <= GROUPS:
        theta = max(theta, _below(float(kth_largest(highest, k))))
    least = max(theta - rest, 1)
    crowds = reached = 0
    for group in range(GROUPS):
        crowds += highest[group] >= least
    if crowds > FEW:
        for x in range(len(acc)):
            acc[x] = acc[x] if acc[x] >= least else np.int32(0)
        for x in range(len(acc)):
            touched[reached] = x
            reached += acc[x] != 0
        return reached, theta
    for group in range(GROUPS):
        if highest[group] >= least:
            for x in range(group, len(acc), GROUPS):
                touched[reached] = x
                reached += acc[x] >= least
    kept = np.empty(reached, np.int32)
    for place in range(reached):
        kept[place] = acc[touched[place]]
    acc[:] = 0
    for place in range(reached):
        acc[touched[place]] = kept[place]
    return reached, theta


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
    kth = kth_largest(values[:held], k)
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
        value, row, key = values[place], found[place], ties[place]
        keep = value > kth
        if value == kth and left > 0:
            keep = not crowded or tie_of(place, found, ties, base, here) <= limit
            left -= keep
        values[kept], found[kept], ties[kept] = value, row, key  # what is not kept is written over
        kept += keep


@inlined
def offered(
    value: int | np.int64,
    row: int | np.int64,
    count: int,
    theta: int,
    k: int,
    values: NDArray[np.float32],
    found: NDArray[np.int32],
    ties: NDArray[np.uint64],
    base: int,
    here: NDArray[np.uint64],
) -> tuple[int, int]:
    """Take a row that reaches theta to the candidates of a query; returns how many there are, and theta."""
    if k > SORTED:
        values[count], found[count] = value, row
        count += 1
        if count == len(values):
            shrink(values, found, ties, count, k, base, here)
            return k, max(theta, reached_by(values, k))
        return count, theta
    score, place = np.float32(value), count
    if count == k:
        place = k - 1
        last = values[place]
        if score < last or (score == last and tie_of(place, found, ties, base, here) <= here[row - base]):
            return count, theta
    else:
        count += 1
    while place > 0:
        above = values[place - 1]
        if above > score or (above == score and tie_of(place - 1, found, ties, base, here) < here[row - base]):
            break
        values[place], found[place], ties[place] = above, found[place - 1], ties[place - 1]
        place -= 1
    values[place], found[place] = score, row
    if count == k:
        theta = max(theta, _below(float(values[k - 1])))
    return count, theta


@compiled
def ranked(
    held: NDArray[np.int64],
    values: NDArray[np.float32],
    found: NDArray[np.int32],
    ties: NDArray[np.uint64],
    scale: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """The candidates of each query in order: offsets int64[Q + 1], rows, and scores value / scale."""
    offsets = np.zeros(len(held) + 1, np.int64)
    for query in range(len(held)):
        offsets[query + 1] = offsets[query] + held[query, 0]
    rows = np.empty(offsets[-1], np.int32)
    scores = np.empty(offsets[-1], np.float32)
    for query in range(len(held)):
        n, base = held[query, 0], offsets[query]
        order = order_places(values[query, :n], ties[query, :n])
        for i in range(n):
            rows[base + i] = found[query, order[i]]
            scores[base + i] = values[query, order[i]] / scale[query]
    return offsets, rows, scores
