"""The k best rows for vectors: a scan of signs brings candidates, inner products rank them."""

from __future__ import annotations

__all__ = ["best_by_signs"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.arrays import fixed
from findry.kernels.compiled import compiled, inlined
from findry.kernels.products import fill, order_of_sum
from findry.kernels.ranking import leading
from findry.kernels.signs import ones, pack_row

Words = NDArray[np.uint64]
Mask = NDArray[np.bool_]
TILE, SPARE, BUFFER, WIDER, SHARE = 512, 2048, 1 << 26, 4, 128


@compiled
def _within(rows: NDArray[np.int32], bits: NDArray[np.int32], held: int, cut: int) -> int:
    """Move the rows within the cut to the front; how many they are."""
    kept = 0
    for place in range(held):
        if bits[place] <= cut:
            rows[kept], bits[kept] = rows[place], bits[place]
            kept += 1
    return kept


@inlined
def _taken(
    row: int,
    differ: int,
    depth: int,
    rows: NDArray[np.int32],
    bits: NDArray[np.int32],
    count: NDArray[np.int64],
    cut: int,
    within: int,
    held: int,
) -> tuple[int, int, int]:
    """Take a row in, and lower the cut while `depth` rows lie below it; held becomes -1 when there is no room."""
    if held == len(rows):
        held = 0
        for place in range(len(rows)):
            if bits[place] <= cut:
                rows[held], bits[held] = rows[place], bits[place]
                held += 1
        if held > len(rows) - len(rows) // 4:
            return cut, within, -1
    rows[held] = row
    bits[held] = differ
    count[differ] += 1
    within += 1
    while within - count[cut] >= depth:
        within -= count[cut]
        cut -= 1
    return cut, within, held + 1


@compiled
def _scan_six(
    signs: Words,
    query: Words,
    first: int,
    allowed: Mask,
    depth: int,
    rows: NDArray[np.int32],
    bits: NDArray[np.int32],
    count: NDArray[np.int64],
    state: NDArray[np.int64],
) -> None:
    """`_scan` for rows of six words (384 components), written out: a third less time."""
    q0, q1, q2, q3, q4, q5 = query[0], query[1], query[2], query[3], query[4], query[5]
    masked, (cut, within, held) = len(allowed) > 0, state
    near = np.uint64(cut)
    for at in range(len(signs)):
        differ = (
            ones(signs[at, 0] ^ q0)
            + ones(signs[at, 1] ^ q1)
            + ones(signs[at, 2] ^ q2)
            + ones(signs[at, 3] ^ q3)
            + ones(signs[at, 4] ^ q4)
            + ones(signs[at, 5] ^ q5)
        )
        if differ <= near and (not masked or allowed[at]):
            cut, within, held = _taken(first + at, int(differ), depth, rows, bits, count, cut, within, held)
            near = np.uint64(cut)
            if held < 0:
                break
    state[0], state[1], state[2] = cut, within, held


@compiled
def _scan(
    signs: Words,
    query: Words,
    first: int,
    allowed: Mask,
    depth: int,
    rows: NDArray[np.int32],
    bits: NDArray[np.int32],
    count: NDArray[np.int64],
    state: NDArray[np.int64],
) -> None:
    """Take in the allowed rows within the cut; the state is (cut, rows within it, rows held)."""
    masked, (cut, within, held) = len(allowed) > 0, state
    near = np.uint64(cut)
    for at in range(len(signs)):
        differ = np.uint64(0)
        for word in range(len(query)):
            differ += ones(signs[at, word] ^ query[word])
        if differ <= near and (not masked or allowed[at]):
            cut, within, held = _taken(first + at, int(differ), depth, rows, bits, count, cut, within, held)
            near = np.uint64(cut)
            if held < 0:
                break
    state[0], state[1], state[2] = cut, within, held


@compiled
def _between(
    signs: Words, query: Words, allowed: Mask, above: int, upto: int, rows: NDArray[np.int32], held: int
) -> int:
    """Add the allowed rows that differ in more than `above` and at most `upto` bits to those held; how many are held
    then, or -1 when they do not fit."""
    masked = len(allowed) > 0
    low, width = np.uint64(above + 1), np.uint64(upto - above)
    for at in range(len(signs)):
        differ = np.uint64(0)
        for word in range(len(query)):
            differ += ones(signs[at, word] ^ query[word])
        if differ - low < width and (not masked or allowed[at]):
            if held >= len(rows):
                return -1
            rows[held] = at
            held += 1
    return held


@compiled
def _parted(
    rows: NDArray[np.int32], bits: NDArray[np.int32], above: int, upto: int, out: NDArray[np.int32], held: int
) -> int:
    """Add the rows with more than `above` and at most `upto` bits to those held; how many are held then."""
    for place in range(len(rows)):
        if above < bits[place] <= upto:
            out[held] = rows[place]
            held += 1
    return held


@compiled
def _reach(vector: NDArray[np.float64], norm: float, score: float, reaches: NDArray[np.int64]) -> int:
    """In how many bits a row with this score may differ."""
    largest = np.float64(0)
    for component in vector:
        largest += component * component
    largest = np.sqrt(largest) * norm
    level = int((score / largest + 1) * (len(reaches) / 2)) if largest > 0 else 0
    return int(reaches[min(max(level, 0), len(reaches) - 1)])


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
    queries, (total, words) = len(vectors), signs.shape
    packed = np.empty((queries, words), np.uint64)
    rows, bits = np.empty((queries, capacity), np.int32), np.empty((queries, capacity), np.int32)
    counts = np.zeros((queries, 64 * words + 1), np.int64)
    states = np.zeros((queries, 3), np.int64)
    for q in range(queries):
        states[q, 0] = 64 * words
        pack_row(vectors[q], packed[q])
    tile = total if queries == 1 else TILE
    for first in range(0, total, tile):
        part, mask = signs[first : first + tile], allowed[first : first + tile]
        for q in range(queries):
            if states[q, 2] >= 0:
                if words == 6:
                    _scan_six(part, packed[q], first, mask, taken, rows[q], bits[q], counts[q], states[q])
                else:
                    _scan(part, packed[q], first, mask, taken, rows[q], bits[q], counts[q], states[q])
    found = np.zeros(queries, np.int64)
    for q in range(queries):
        wide, held = states[q, 0], states[q, 2]
        if held < 0:
            continue
        held = _within(rows[q], bits[q], held, wide)
        kept, apart = rows[q, :held], bits[q, :held]
        cut = nearer = 0
        while cut < wide and nearer + counts[q, cut] < depth:
            nearer += counts[q, cut]
            cut += 1
        near = np.empty(held, np.int32)
        first = _parted(kept, apart, -1, cut, near, 0)
        vector, values = vectors[q].astype(np.float64), np.empty(held, np.float32)
        fill(matrix, near[:first], vector, stops, merges, values, 0)
        order = leading(values[:first], near, k, ties)
        reach = _reach(vector, norm, values[order[-1]], reaches) if len(reaches) else 0
        if reach > cut:
            last = _parted(kept, apart, cut, reach, near, first)
            if reach > wide:
                more, scored = np.empty(first + number // 4, np.int32), np.empty(first + number // 4, np.float32)
                for place in range(min(last, len(more))):
                    more[place], scored[place] = near[place], values[place]
                near, values = more, scored
                last = _between(signs, packed[q], allowed, wide, reach, near, last)
            if last < 0 or last > first + number // 4:
                continue
            fill(matrix, near[:last], vector, stops, merges, values, first)
            order = leading(values[:last], near, k, ties)
        found[q] = len(order)
        for place in range(len(order)):
            out[q, place], scores[q, place] = near[order[place]], values[order[place]]
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

    The scan brings the `depth` rows that differ from the query in the fewest bits, and all that differ in as many as
    the last of them, so that the order of the rows changes nothing.  reaches int64[L] says for each level of score,
    from -1 to 1 in parts of |vector| x norm, in how many bits such a row may differ: where the k-th best score allows
    more than those, the rows up to there are scored too.  Empty: they are not.  (The scan keeps some rows more than
    `depth`, so that it has to be repeated for few queries only.)
    Equal scores stand in the order of the tie keys of their rows.

    Returns rows and scores for each vector; none where more than a quarter of the allowed rows would have to be
    scored, or too many differ in as many bits as the last.
    Cost: one pass over the signs, about 4 ns a row and query of 384 components, then 0.3 to 0.5 us a row that is
    scored.  The mask is read only for rows that are near enough; batches go through the signs in tiles that stay in
    the cache.
    """
    mask = np.zeros(0, np.bool_) if allowed is None else allowed
    depth = max(depth, 1)
    taken = max(depth, min(WIDER * depth, len(signs) // SHARE)) if len(reaches) else depth
    capacity = min(2 * taken + SPARE + len(signs) // 16, len(signs) + 4)
    rest = (fixed(mask), number, depth, taken, k, capacity, reaches, norm, *order_of_sum(matrix.shape[1]), fixed(ties))
    found: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = []
    step = max(1, BUFFER // (8 * capacity))
    for start in range(0, len(vectors), step):
        part = vectors[start : start + step]
        rows, scores = np.empty((len(part), k), np.int32), np.empty((len(part), k), np.float32)
        held = _search(fixed(signs), fixed(matrix), part, *rest, rows, scores)
        found += [(rows[q, :n], scores[q, :n]) for q, n in enumerate(held.tolist())]
    return found
