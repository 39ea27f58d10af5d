"""The k best rows of queries over postings, window by window, without scoring what cannot be among them."""

from __future__ import annotations

__all__ = ["search"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.addresses import opened
from findry.kernels.candidates import GROUPS, crowded, reached_by, shrink, tie_of
from findry.kernels.compiled import compiled
from findry.kernels.descriptors import BASE, SEGMENT_ROWS
from findry.kernels.layout import (
    BITS,
    COUNT,
    ESCAPE,
    FIELD,
    KIND,
    LADDER,
    LADDER_AT,
    NARROW,
    POSTING,
    ROWS,
    SATURATIONS,
    TF,
    TOPS,
    WIDE_LIST,
    WINDOW,
    WINDOWS,
)
from findry.kernels.reading import added, large, length_of, whole

TABLED, FREQUENT = 1 << 14, 4
"""Lists of so many postings get a table of what tf up to `FREQUENT` and lengths below 255 add, once a query."""
DENSE = 3
"""Where a window has more postings than its rows >> `DENSE`, all sums of it are looked at afterwards."""
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
    rows, base, capacity = segment[SEGMENT_ROWS], segment[BASE], values.shape[1]
    size = -(-min(WINDOW, rows) // GROUPS) * GROUPS
    acc = np.zeros(size, np.int32)
    touched = np.empty(size + 1, np.uint16)
    highest = np.empty(GROUPS, np.int32)
    for query in range(first, last):
        head, n = list_start[query], list_start[query + 1] - list_start[query]
        if n == 0:
            continue
        count, theta = held[query, 0], held[query, 1]
        masked = mask_of[query] >= 0
        line = max(mask_of[query], 0)
        # Rows and values of lists that are not wide.
        plain = 0
        for i in range(head, head + n):
            if lists[i, KIND] != WIDE_LIST:
                plain += lists[i, COUNT]
        plain_rows = np.empty(plain, np.int32)
        plain_values = np.empty(plain, np.int32)
        cursor = np.zeros(n, np.int64)
        end = np.zeros(n, np.int64)
        plain = 0
        for i in range(n):
            entry, weight = lists[head + i], weights[head + i]
            field = entry[FIELD]
            if entry[KIND] == WIDE_LIST:
                if not masked and count < k:
                    place = 0 if k <= _FIRST else 1 if k <= _SECOND else 2
                    if k <= _THIRD:
                        theta = max(theta, int(float(weight) * lower[field, u8[entry[LADDER_AT] + place]]))
                continue
            cursor[i] = plain
            if entry[SATURATIONS] >= 0:
                for p in range(entry[COUNT]):
                    plain_rows[plain] = i32[entry[ROWS] + p]
                    plain_values[plain] = whole(weight, saturations[entry[SATURATIONS] + p])
                    plain += 1
                end[i] = plain
                continue
            for p in range(entry[COUNT]):
                if entry[KIND] == NARROW:
                    row = i32[entry[ROWS] + p]
                    tf = np.float32(u8[entry[TF] + p])
                    if tf == ESCAPE:
                        tf = large(entry[POSTING] + p, over[field], u64, i32)
                else:
                    row = extra_rows[entry[ROWS] + p]
                    tf = np.float32(extra_tf[entry[ROWS] + p])
                norm = fixed[field] + slope[field] * length_of(short_at[field] + row, lengths_at[field] + row, u8, i32)
                plain_rows[plain] = row
                plain_values[plain] = added(weight, tf, norm)
                plain += 1
            end[i] = plain
        table_of = np.full(n, -1, np.int64)
        long_lists = 0
        for i in range(n):
            if (
                lists[head + i, KIND] == WIDE_LIST
                and lists[head + i, SATURATIONS] < 0
                and lists[head + i, COUNT] >= TABLED
            ):
                table_of[i] = long_lists
                long_lists += 1
        tables = np.empty((long_lists, FREQUENT << 8), np.int32)
        for i in range(n):
            if table_of[i] >= 0:
                field = lists[head + i, FIELD]
                for tf in range(1, FREQUENT + 1):
                    for length in range(256):
                        norm = fixed[field] + slope[field] * np.float32(length)
                        tables[table_of[i], ((tf - 1) << 8) + length] = added(weights[head + i], np.float32(tf), norm)
        which = np.empty(n, np.int64)
        bound = np.empty(n, np.int64)
        begin = np.empty(n, np.int64)
        stop = np.empty(n, np.int64)
        for window in range((rows + WINDOW - 1) >> BITS):
            low = window << BITS
            high = min(low + WINDOW, rows)
            m = total = entries = 0
            for i in range(n):
                entry = lists[head + i]
                if entry[KIND] == WIDE_LIST:
                    b, e = i32[entry[WINDOWS] + window], i32[entry[WINDOWS] + window + 1]
                    if b == e:
                        continue
                    top = int(float(weights[head + i]) * upper[entry[FIELD], u8[entry[TOPS] + window]]) + 2
                else:
                    b = cursor[i]
                    e, top = b, 0
                    while e < end[i] and plain_rows[e] < high:
                        top = max(top, plain_values[e])
                        e += 1
                    cursor[i] = e
                    if b == e:
                        continue
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
                entry, weight = lists[head + i], weights[head + i]
                if entry[KIND] == WIDE_LIST:
                    field = entry[FIELD]
                    c0, c1 = fixed[field], slope[field]
                    short, long_at = short_at[field] + low, lengths_at[field] + low
                    rows_at, tf_at, known_at = entry[ROWS], entry[TF], entry[SATURATIONS]
                    if known_at >= 0:
                        for p in range(begin[j], stop[j]):
                            x = np.int64(u16[rows_at + p])
                            before = acc[x]
                            if not dense:
                                touched[reached] = x
                                reached += before == 0
                            acc[x] = before + whole(weight, saturations[known_at + p])
                        continue
                    if table_of[i] >= 0:
                        table = tables[table_of[i]]
                        for p in range(begin[j], stop[j]):
                            x = np.int64(u16[rows_at + p])
                            times, length = np.int64(u8[tf_at + p]), np.int64(u8[short + x])
                            if times <= FREQUENT and length < 255:
                                value = np.int64(table[((times - 1) << 8) + length])
                            else:
                                tf = np.float32(times)
                                if times == ESCAPE:
                                    tf = large(entry[POSTING] + p, over[field], u64, i32)
                                value = added(weight, tf, c0 + c1 * np.float32(i32[long_at + x]))
                            before = acc[x]
                            if not dense:
                                touched[reached] = x
                                reached += before == 0
                            acc[x] = before + value
                        continue
                    for p in range(begin[j], stop[j]):
                        x = np.int64(u16[rows_at + p])
                        tf = np.float32(u8[tf_at + p])
                        if tf == ESCAPE:
                            tf = large(entry[POSTING] + p, over[field], u64, i32)
                        value = added(weight, tf, c0 + c1 * length_of(short + x, long_at + x, u8, i32))
                        before = acc[x]
                        if not dense:
                            touched[reached] = x
                            reached += before == 0
                        acc[x] = before + value
                else:
                    for p in range(begin[j], stop[j]):
                        x = np.int64(plain_rows[p] - low)
                        before = acc[x]
                        if not dense:
                            touched[reached] = x
                            reached += before == 0
                        acc[x] = before + plain_values[p]
            if dense:
                reached, theta = crowded(acc, highest, theta, rest, 0 if masked else k, touched)
            for j in range(optional - 1, -1, -1):
                kept = 0
                for place in range(reached):
                    x = np.int64(touched[place])
                    if acc[x] + rest >= theta and not (masked and not masks[line, low + x]):
                        touched[kept] = x
                        kept += 1
                    else:
                        acc[x] = 0
                reached = kept
                if reached == 0:
                    break
                rest -= bound[j]
                i = which[j]
                entry, weight = lists[head + i], weights[head + i]
                field = entry[FIELD]
                short, long_at = short_at[field] + low, lengths_at[field] + low
                known_at = entry[SATURATIONS]
                is_wide = entry[KIND] == WIDE_LIST
                b, e = begin[j], stop[j]
                if reached * 12 < e - b:
                    for place in range(reached):
                        x = np.int64(touched[place])
                        left, right = b, e
                        while left < right:
                            middle = (left + right) >> 1
                            there = np.int64(u16[entry[ROWS] + middle]) if is_wide else plain_rows[middle] - low
                            if there < x:
                                left = middle + 1
                            else:
                                right = middle
                        if left == e:
                            continue
                        if is_wide:
                            if np.int64(u16[entry[ROWS] + left]) != x:
                                continue
                            if known_at >= 0:
                                acc[x] += whole(weight, saturations[known_at + left])
                            else:
                                tf = np.float32(u8[entry[TF] + left])
                                if tf == ESCAPE:
                                    tf = large(entry[POSTING] + left, over[field], u64, i32)
                                norm = fixed[field] + slope[field] * length_of(short + x, long_at + x, u8, i32)
                                acc[x] += added(weight, tf, norm)
                        elif plain_rows[left] - low == x:
                            acc[x] += plain_values[left]
                else:
                    for p in range(b, e):
                        if is_wide:
                            x = np.int64(u16[entry[ROWS] + p])
                            if known_at >= 0:
                                acc[x] += (acc[x] > 0) * whole(weight, saturations[known_at + p])
                            elif acc[x] > 0:
                                tf = np.float32(u8[entry[TF] + p])
                                if tf == ESCAPE:
                                    tf = large(entry[POSTING] + p, over[field], u64, i32)
                                norm = fixed[field] + slope[field] * length_of(short + x, long_at + x, u8, i32)
                                acc[x] += added(weight, tf, norm)
                        else:
                            x = plain_rows[p] - low
                            if acc[x] > 0:
                                acc[x] += plain_values[p]
            for place in range(reached):
                x = np.int64(touched[place])
                value = acc[x]
                acc[x] = 0
                if value < theta or (masked and not masks[line, low + x]):
                    continue
                values[query, count] = value
                found[query, count] = base + low + x
                count += 1
                if count == capacity:
                    shrink(values[query], found[query], ties[query], count, k, base, here)
                    count = k
                    theta = max(theta, reached_by(values[query], k))
            if count >= 2 * k:
                shrink(values[query], found[query], ties[query], count, k, base, here)
                count = k
                theta = max(theta, reached_by(values[query], k))
        if count > k:
            shrink(values[query], found[query], ties[query], count, k, base, here)
            count = k
        if count == k:
            theta = max(theta, reached_by(values[query], k))
        for place in range(count):
            ties[query, place] = tie_of(place, found[query], ties[query], base, here)
        held[query, 0], held[query, 1] = count, theta
