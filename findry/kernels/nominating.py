"""The k best rows for vectors: a scan of signs brings candidates, inner products rank them."""

from __future__ import annotations

__all__ = ["best_by_signs"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.arrays import fixed
from findry.kernels.compiled import compiled
from findry.kernels.products import fill, order_of_sum
from findry.kernels.ranking import leading
from findry.kernels.scanning import add_between, add_parted, cut_of, keep_within, sampled_cut, scan
from findry.kernels.signs import level_of, pack_row

Words = NDArray[np.uint64]
Mask = NDArray[np.bool_]
TILE, SPARE, BUFFER, WIDER, SHARE = 64, 2048, 1 << 26, 4, 128


@compiled
def _search(
    signs: Words,
    matrix: NDArray[np.float32],
    vectors: NDArray[np.float32],
    allowed: Mask,
    number: int,
    depth: int,
    taken: int,
    k: int,
    capacity: int,
    reaches: NDArray[np.int64],
    norm: float,
    stops: NDArray[np.int64],
    merges: NDArray[np.int64],
    ties: NDArray[np.uint64],
    out: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> NDArray[np.int64]:
    """Fill out, scores [Q, k] and return how many of them each query has, none for one that needs more.

    The scan takes in `taken` rows; the `depth` nearest of them are scored first.
    """
    queries, total, words = len(vectors), len(matrix), signs.shape[1]
    found = np.zeros(queries, np.int64)
    packed = np.empty((queries, words), np.uint64)
    rows, bits = np.empty((queries, capacity), np.int32), np.empty((queries, capacity), np.int32)
    counts = np.zeros((queries, 64 * words + 1), np.int64)
    states = np.zeros((queries, 3), np.int64)
    for q in range(queries):
        pack_row(vectors[q], packed[q])
        states[q, 0] = sampled_cut(signs, packed[q], total, allowed, taken)
    tile = len(signs) if queries == 1 else TILE
    for first in range(0, len(signs), tile):
        for q in range(queries):
            scan(signs, packed[q], first, first + tile, total, allowed, taken, rows[q], bits[q], counts[q], states[q])
    for q in range(queries):
        if 0 <= states[q, 2] < min(taken, number):
            counts[q], states[q] = 0, 0
            states[q, 0] = 64 * words
            scan(signs, packed[q], 0, len(signs), total, allowed, taken, rows[q], bits[q], counts[q], states[q])
        wide, held, count = states[q, 0], states[q, 2], counts[q]
        if held < 0:
            continue
        held = keep_within(rows[q], bits[q], held, wide)
        kept, apart = rows[q, :held], bits[q, :held]
        vector = vectors[q].astype(np.float64)
        largest = 0.0
        for component in vector:
            largest += component * component
        largest = np.sqrt(largest) * norm
        cut = cut_of(count, wide, depth)
        near, values = np.empty(held, np.int32), np.empty(held, np.float32)
        first = add_parted(kept, apart, -1, cut, near, 0)
        fill(matrix, near[:first], vector, stops, merges, values, 0)
        best = leading(values[:first], near, k, ties)
        share = values[best[-1]] / largest if largest > 0 else -1.0
        reach = reaches[level_of(share, len(reaches))] if len(reaches) else 0
        if reach > cut:
            last = add_parted(kept, apart, cut, reach, near, first)
            if reach > wide:
                more, scored = np.empty(first + number // 4, np.int32), np.empty(first + number // 4, np.float32)
                for place in range(min(last, len(more))):
                    more[place], scored[place] = near[place], values[place]
                near, values = more, scored
                last = add_between(signs, packed[q], total, allowed, wide, reach, near, last)
            if last < 0 or last > first + number // 4:
                continue
            fill(matrix, near[:last], vector, stops, merges, values, first)
            best = leading(values[:last], near, k, ties)
        found[q] = len(best)
        for place in range(len(best)):
            out[q, place], scores[q, place] = near[best[place]], values[best[place]]
    return found


def best_by_signs(
    signs: Words,
    matrix: NDArray[np.float32],
    vectors: NDArray[np.float32],
    allowed: Mask | None,
    number: int,
    k: int,
    depth: int,
    reaches: NDArray[np.int64],
    norm: float,
    ties: NDArray[np.uint64],
) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
    """The k best of the `number` allowed rows for each vector, among those that a scan of the signs brings.

    signs uint64[groups, words, 8] of the rows, as `in_eights` gives them.  The scan brings the `depth` rows that differ
    from the query in the fewest bits, and all that differ in as many as the last of them, so that the order of the rows
    changes nothing.  reaches int64[L] says for each level of score, from -1 to 1 in parts of |vector| x norm, in how
    many bits such a row may differ: where the k-th best score allows more than those, the rows up to there are scored
    too.  Empty: they are not.  (The scan keeps some rows more than `depth`, so that it has to be repeated for few
    queries only.)  Equal scores stand in the order of the tie keys of their rows.

    Returns rows and scores for each vector; none where more than a quarter of the allowed rows would have to be
    scored, or too many differ in as many bits as the last.
    Cost: 0.5 to 2 ns a row of 384 components that is scanned, then 0.3 to 0.5 us a row that is scored.  The mask is
    read only for rows that are near enough; batches go through the signs in tiles that stay in the cache.
    """
    mask = np.zeros(0, np.bool_) if allowed is None else allowed
    depth = max(depth, 1)
    taken = max(depth, min(WIDER * depth, len(matrix) // SHARE)) if len(reaches) else depth
    capacity = min(2 * taken + SPARE + len(matrix) // 16, len(matrix) + 4)
    rest = (fixed(mask), number, depth, taken, k, capacity, reaches, norm, *order_of_sum(matrix.shape[1]), fixed(ties))
    found: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = []
    step = max(1, BUFFER // (8 * capacity))
    for start in range(0, len(vectors), step):
        part = vectors[start : start + step]
        rows, scores = np.empty((len(part), k), np.int32), np.empty((len(part), k), np.float32)
        held = _search(fixed(signs), fixed(matrix), part, *rest, rows, scores)
        found += [(rows[q, :n], scores[q, :n]) for q, n in enumerate(held.tolist())]
    return found
