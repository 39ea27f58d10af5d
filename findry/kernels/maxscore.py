"""The k best rows of a query, window by window, without scoring what cannot be among them."""

from __future__ import annotations

__all__ = ["best_of_windows"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.candidates import GROUPS, SORTED, crowded, offered, reached_by, shrink
from findry.kernels.compiled import inlined
from findry.kernels.layout import BITS, COUNT, FIELD, KIND, ROWS, SATURATIONS, TOPS, WIDE_LIST, WINDOW, WINDOWS
from findry.kernels.reading import value_of, whole
from findry.kernels.summing import FREQUENT, add, add_known, largest, lower_bound, table_of, values_of

TABLED = 1 << 14
"""Lists of so many postings get a table of what most of them add, once a query."""
STEP = 64
"""A row is looked for in a list where that has so many postings for each row wanted."""
BLOCK = 1 << 10
"""So many postings are added up at a time."""
DENSE = 3
"""Where a window has more postings than its rows >> `DENSE`, all sums of it are looked at afterwards."""


@inlined
def best_of_windows(
    lists: NDArray[np.int64],
    weights: NDArray[np.float32],
    start: NDArray[np.int64],
    plain_rows: NDArray[np.int32],
    plain_values: NDArray[np.int32],
    norms: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    arrays: tuple[NDArray[np.uint8], NDArray[np.uint16], NDArray[np.int32], NDArray[np.uint64]],
    upper: NDArray[np.float64],
    saturations: NDArray[np.float32],
    rows: int,
    masked: bool,
    mask: NDArray[np.bool_],
    acc: NDArray[np.int32],
    touched: NDArray[np.uint16],
    count: int,
    theta: int,
    k: int,
    values: NDArray[np.float32],
    found: NDArray[np.int32],
    ties: NDArray[np.uint64],
    base: int,
    here: NDArray[np.uint64],
) -> tuple[int, int]:
    """Add the rows of some lists to the candidates of a query; returns how many they are, and theta, as `offered`.

    Those of list i that is not wide are plain_rows[start[i] : start[i + 1]], plain_values what its postings add; wide
    lists are read where they lie.  acc int32[a window], all 0 before and after, receives sums.
    """
    u8, u16, i32, _ = arrays
    n = len(lists)
    highest = np.empty(GROUPS, np.int32)
    cursor = start[:n].copy()
    tabled, longs = np.zeros(n + 1, np.int64), 0
    for i in range(n):
        longs += lists[i, KIND] == WIDE_LIST and lists[i, SATURATIONS] < 0 and lists[i, COUNT] >= TABLED
        tabled[i + 1] = longs
    tables = np.empty((longs, FREQUENT << 8), np.int32)
    for i in range(n):
        if tabled[i + 1] > tabled[i]:
            table_of(lists[i], weights[i], norms, tables[tabled[i]])
    values32 = np.empty(BLOCK, np.int32)
    which = np.empty(n, np.int64)
    bound = np.empty(n, np.int64)
    begin = np.empty(n, np.int64)
    stop = np.empty(n, np.int64)
    for window in range((rows + WINDOW - 1) >> BITS):
        low = window << BITS
        high = min(low + WINDOW, rows)
        m = total = entries = 0
        for i in range(n):
            entry = lists[i]
            if entry[KIND] == WIDE_LIST:
                b, e = i32[entry[WINDOWS] + window], i32[entry[WINDOWS] + window + 1]
                if b == e:
                    continue
                top = int(float(weights[i]) * upper[entry[FIELD], u8[entry[TOPS] + window]]) + 2
            else:
                b, e = cursor[i], start[i + 1]
                if high < rows:
                    e = b + lower_bound(plain_rows[b:e], high)
                cursor[i] = e
                if b == e:
                    continue
                top = largest(plain_values[b:e])
            j = m
            while j > 0 and bound[j - 1] > top:
                bound[j], which[j], begin[j], stop[j] = bound[j - 1], which[j - 1], begin[j - 1], stop[j - 1]
                j -= 1
            bound[j], which[j], begin[j], stop[j] = top, i, b, e
            m += 1
            total += top
        if total < theta or m == 0:
            continue
        optional = rest = 0
        while optional < m and rest + bound[optional] < theta:
            rest += bound[optional]
            optional += 1
        for j in range(optional, m):
            entries += stop[j] - begin[j]
        dense = entries > (high - low) >> DENSE
        reached = 0
        for j in range(m - 1, optional - 1, -1):
            i = which[j]
            b, e = begin[j], stop[j]
            if lists[i, KIND] != WIDE_LIST:
                reached = add(plain_rows[b:e], low, plain_values[b:e], dense, acc, touched, reached)
                continue
            known, mine = lists[i, SATURATIONS], u16[lists[i, ROWS] + b : lists[i, ROWS] + e]
            if known >= 0:
                reached = add_known(mine, saturations[known + b : known + e], weights[i], dense, acc, touched, reached)
                continue
            table = tables[tabled[i]] if tabled[i + 1] > tabled[i] else values32[:0]
            for first in range(b, e, BLOCK):
                last = min(first + BLOCK, e)
                some, worth = mine[first - b : last - b], values32[: last - first]
                values_of(lists[i], weights[i], first, low, some, table, norms, arrays, worth)
                reached = add(some, 0, worth, dense, acc, touched, reached)
        if dense:
            reached, theta = crowded(acc, highest, theta, rest, 0 if masked else k, touched)
        for j in range(optional - 1, -1, -1):
            kept = 0
            for place in range(reached):
                x = np.int64(touched[place])
                if acc[x] + rest >= theta and not (masked and not mask[low + x]):
                    touched[kept] = x
                    kept += 1
                else:
                    acc[x] = 0
            reached = kept
            if reached == 0:
                break
            rest -= bound[j]
            i = which[j]
            b, e, known = begin[j], stop[j], lists[i, SATURATIONS]
            if lists[i, KIND] != WIDE_LIST:
                mine32, added32 = plain_rows[b:e], plain_values[b:e]
                if reached * STEP < e - b:
                    for place in range(reached):
                        x = np.int64(touched[place])
                        p = lower_bound(mine32, low + x)
                        if p < len(mine32) and mine32[p] == low + x:
                            acc[x] += added32[p]
                else:
                    for p in range(len(mine32)):
                        x = mine32[p] - low
                        acc[x] += added32[p] if acc[x] > 0 else np.int32(0)
                continue
            mine16 = u16[lists[i, ROWS] + b : lists[i, ROWS] + e]
            if reached * STEP < e - b:
                for place in range(reached):
                    x = np.int64(touched[place])
                    p = lower_bound(mine16, x)
                    if p == len(mine16) or np.int64(mine16[p]) != x:
                        continue
                    if known >= 0:
                        acc[x] += whole(weights[i], saturations[known + b + p])
                    else:
                        acc[x] += value_of(lists[i], weights[i], b + p, low + x, norms, arrays)
            elif known >= 0:
                held, weight = saturations[known + b : known + e], weights[i]
                for p in range(len(mine16)):
                    x = np.int64(mine16[p])
                    acc[x] += whole(weight, held[p]) if acc[x] > 0 else np.int32(0)
            else:
                for p in range(len(mine16)):
                    x = np.int64(mine16[p])
                    if acc[x] > 0:
                        acc[x] += value_of(lists[i], weights[i], b + p, low + x, norms, arrays)
        for place in range(reached):
            x = np.int64(touched[place])
            value = acc[x]
            acc[x] = 0
            if value >= theta and not (masked and not mask[low + x]):
                count, theta = offered(value, base + low + x, count, theta, k, values, found, ties, base, here)
        if count >= k + k // 3 and k > SORTED:
            shrink(values, found, ties, count, k, base, here)
            count = k
            theta = max(theta, reached_by(values, k))
    return count, theta
