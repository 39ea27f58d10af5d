"""The k best rows of queries over the postings of a segment."""

from __future__ import annotations

__all__ = ["search"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.addresses import opened
from findry.kernels.candidates import GROUPS, reached_by, shrink, tie_of
from findry.kernels.compiled import compiled
from findry.kernels.descriptors import BASE, SEGMENT_ROWS
from findry.kernels.gathering import gather
from findry.kernels.hashing import EACH, FEW, best_of_few
from findry.kernels.layout import BITS, COUNT, FIELD, KIND, LADDER, LADDER_AT, WIDE_LIST, WINDOW
from findry.kernels.maxscore import best_of_windows

_FIRST, _SECOND, _THIRD = LADDER


@compiled
def search(
    first: int,
    last: int,
    segment: NDArray[np.int64],
    list_start: NDArray[np.int64],
    lists: NDArray[np.int64],
    weights: NDArray[np.float32],
    extra_rows: NDArray[np.int32],
    extra_tf: NDArray[np.int32],
    saturations: NDArray[np.float32],
    mask_of: NDArray[np.int64],
    masks: NDArray[np.bool_],
    k: int,
    held: NDArray[np.int64],
    values: NDArray[np.float32],
    found: NDArray[np.int32],
    ties: NDArray[np.uint64],
) -> None:
    """Add the rows of one segment to the k best of queries first to last.

    segment: its descriptor, int64[DESCRIPTORS], which gives: fixed, slope, of the length norm of each field; upper,
    lower, float64[F, 256], the stored bounds as bounds under these norms; u8, u16, i32, u64, the segment's arrays as
    one buffer, whose offsets count elements; here, the tie keys of its rows.
    lists: int64[L, COLUMNS], of query q those from list_start[q]; weights: float64[L], positive whole parts of a
    score.  saturations: those of the lists that say where theirs begin; others are computed.  mask_of: for each query
    the line of `masks` bool[M, rows] that says which rows may be found, or -1.
    held int64[Q, 2]: how many candidates there are, and a value that the k-th best reaches.  values, found (rows plus
    `base`) and ties: [Q, capacity], capacity at least 2 k.  Sums are whole numbers below 2^31, so that their order does
    not matter; they are rounded to float32 once, and of equal ones the smaller tie key wins.
    """
    fixed, slope, upper, lower, lengths_at, short_at, over, u8, u16, i32, u64, here = opened(segment)
    norms, arrays = (fixed, slope, lengths_at, short_at, over), (u8, u16, i32, u64)
    rows, base = segment[SEGMENT_ROWS], segment[BASE]
    windows = (rows + WINDOW - 1) >> BITS
    acc, touched = np.empty(0, np.int32), np.empty(0, np.uint16)
    nothing = np.empty(0, np.bool_)
    for query in range(first, last):
        head, n = list_start[query], list_start[query + 1] - list_start[query]
        if n == 0:
            continue
        count, theta = held[query, 0], held[query, 1]
        masked = mask_of[query] >= 0
        line = max(mask_of[query], 0)
        total = plain = 0
        for i in range(head, head + n):
            total += lists[i, COUNT]
            plain += lists[i, COUNT] if lists[i, KIND] != WIDE_LIST else 0
        few = total <= FEW + EACH * windows
        # Rows and values of lists that are not wide, of all lists where they are few.
        plain_rows = np.empty(total if few else plain, np.int32)
        plain_values = np.empty(len(plain_rows), np.int32)
        start = np.zeros(n + 1, np.int64)
        for i in range(n):
            entry, weight = lists[head + i], weights[head + i]
            cursor = start[i]
            start[i + 1] = cursor
            if entry[KIND] == WIDE_LIST and not few:
                if not masked and count < k:
                    place = 0 if k <= _FIRST else 1 if k <= _SECOND else 2
                    if k <= _THIRD:
                        theta = max(theta, int(float(weight) * lower[entry[FIELD], u8[entry[LADDER_AT] + place]]))
                continue
            end = cursor + entry[COUNT]
            mine, worth = plain_rows[cursor:end], plain_values[cursor:end]
            gather(entry, weight, windows, norms, arrays, extra_rows, extra_tf, saturations, mine, worth)
            start[i + 1] = end
        best, at, keys = values[query], found[query], ties[query]
        mask = masks[line] if masked else nothing
        if few:
            count, theta = best_of_few(
                plain_rows, plain_values, masked, mask, count, theta, k, best, at, keys, base, here
            )
        else:
            if len(acc) == 0:
                acc = np.zeros(-(-min(WINDOW, rows) // GROUPS) * GROUPS, np.int32)
                touched = np.empty(len(acc) + 1, np.uint16)
            count, theta = best_of_windows(
                lists[head : head + n],
                weights[head : head + n],
                start,
                plain_rows,
                plain_values,
                norms,
                arrays,
                upper,
                saturations,
                rows,
                masked,
                mask,
                acc,
                touched,
                count,
                theta,
                k,
                best,
                at,
                keys,
                base,
                here,
            )
        if count > k:
            shrink(best, at, keys, count, k, base, here)
            count = k
        if count == k:
            theta = max(theta, reached_by(best, k))
        for place in range(count):
            keys[place] = tie_of(place, at, keys, base, here)
        held[query, 0], held[query, 1] = count, theta
