"""The k best rows by inner product, in order."""

from __future__ import annotations

__all__ = ["best_of_rows", "leading"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.arrays import fixed
from findry.kernels.compiled import compiled, inlined
from findry.kernels.products import fill, order_of_sum
from findry.kernels.selecting import SHORT, order_places

MANY = 32
"""So many times the wanted places are sorted whole, to take the first of them."""


@inlined
def _ahead(
    one: int, other: int, scores: NDArray[np.float32], rows: NDArray[np.int32], ties: NDArray[np.uint64]
) -> bool:
    """Whether a place ranks before another: by a larger score, else by a smaller tie key of its row."""
    if scores[one] != scores[other]:
        return bool(scores[one] > scores[other])
    return bool(ties[rows[one]] < ties[rows[other]])


@compiled
def _settle(
    heap: NDArray[np.int64],
    held: int,
    place: int,
    scores: NDArray[np.float32],
    rows: NDArray[np.int32],
    ties: NDArray[np.uint64],
) -> None:
    """Put a place at the root of a heap whose root is the last in rank, and let it sink."""
    at = 0
    while 2 * at + 1 < held:
        child = 2 * at + 1
        if child + 1 < held and _ahead(heap[child], heap[child + 1], scores, rows, ties):
            child += 1
        if not _ahead(place, heap[child], scores, rows, ties):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = place


@compiled
def leading(
    scores: NDArray[np.float32], rows: NDArray[np.int32], k: int, ties: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """The places of the k best in order: larger scores, then smaller tie keys of their rows.

    By digits where many of them are wanted, else with a heap of k places; numba's own sort would take ten times as long
    to compile.
    """
    k = min(max(k, 0), len(scores))
    if k > SHORT and len(scores) <= MANY * k:
        keys = np.empty(len(scores), np.uint64)
        for place in range(len(scores)):
            keys[place] = ties[rows[place]]
        return order_places(scores, keys)[:k]
    heap = np.empty(k, np.int64)
    for place in range(k):
        at = place
        while at > 0 and _ahead(heap[(at - 1) // 2], place, scores, rows, ties):
            heap[at] = heap[(at - 1) // 2]
            at = (at - 1) // 2
        heap[at] = place
    if k:
        for place in range(k, len(scores)):
            if scores[place] >= scores[heap[0]] and _ahead(place, heap[0], scores, rows, ties):
                _settle(heap, k, place, scores, rows, ties)
    for held in range(k - 1, 0, -1):
        last, place = heap[0], heap[held]
        _settle(heap, held, place, scores, rows, ties)
        heap[held] = last
    return heap


@compiled
def _best(
    matrix: NDArray[np.float32],
    vector: NDArray[np.float32],
    rows: NDArray[np.int32],
    k: int,
    ties: NDArray[np.uint64],
    stops: NDArray[np.int64],
    merges: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    scores = np.empty(len(rows), np.float32)
    fill(matrix, rows, vector.astype(np.float64), stops, merges, scores, 0)
    order = leading(scores, rows, k, ties)
    return rows[order], scores[order]


def best_of_rows(
    matrix: NDArray[np.float32],
    vector: NDArray[np.float32],
    rows: NDArray[np.integer],
    k: int,
    ties: NDArray[np.uint64],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k best of some rows and their scores, as `inner_products` gives them; equal ones in the order of tie keys.

    >>> matrix, ties = np.array([[1], [2], [2]], np.float32), np.array([0, 9, 5], np.uint64)
    >>> rows, scores = best_of_rows(matrix, np.ones(1, np.float32), np.arange(3), 2, ties)
    >>> rows.tolist(), scores.tolist()
    ([2, 1], [2.0, 2.0])
    """
    given = fixed(matrix), vector, rows.astype(np.int32, copy=False), k, fixed(ties)
    found: tuple[NDArray[np.int32], NDArray[np.float32]] = _best(*given, *order_of_sum(matrix.shape[1]))
    return found
