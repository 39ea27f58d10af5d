"""Finding terms by hash, and describing their postings to the search kernel."""

from __future__ import annotations

__all__ = ["describe", "locate", "planned", "present", "weigh"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.layout import (
    COLUMNS,
    COUNT,
    FIELD,
    KIND,
    LADDER_AT,
    NARROW,
    POSTING,
    ROWS,
    SATURATIONS,
    TF,
    TOPS,
    WIDE_LIST,
    WINDOWS,
)
from findry.kernels.whole import scale_of


@compiled
def locate(
    wanted: NDArray[np.uint64],
    texts: NDArray[np.uint8],
    text_at: NDArray[np.int64],
    keys: NDArray[np.uint64],
    order: NDArray[np.int32],
    term_at: NDArray[np.int64],
    terms: NDArray[np.uint8],
    start: NDArray[np.int64],
    out: NDArray[np.int32],
    count: NDArray[np.int64],
) -> None:
    """Write the number of each wanted term to `out`, or -1, and add the length of its list to `count`.

    wanted: hashes of the terms, whose bytes are texts[text_at[i] : text_at[i + 1]]; keys: the hashes of all terms,
    rising; order: int32[V], the term of each; terms and term_at: the bytes of all terms, in the order of terms; start:
    where the list of each begins, int64[V + 1].
    """
    for i in range(len(wanted)):
        out[i] = -1
        low, high, key = 0, len(keys), wanted[i]
        while low < high:
            middle = (low + high) >> 1
            if keys[middle] < key:
                low = middle + 1
            else:
                high = middle
        first, length = text_at[i], text_at[i + 1] - text_at[i]
        while low < len(keys) and keys[low] == key:
            term = order[low]
            place = term_at[term]
            if term_at[term + 1] - place == length:
                same = True
                for byte in range(length):
                    if terms[place + byte] != texts[first + byte]:
                        same = False
                        break
                if same:
                    out[i] = term
                    count[i] += start[term + 1] - start[term]
                    break
            low += 1


@compiled
def describe(
    terms: NDArray[np.int32],
    field_of: NDArray[np.int64],
    lines: NDArray[np.int64],
    field: int,
    start: NDArray[np.int64],
    wide: NDArray[np.int64],
    slot: NDArray[np.int32],
    compared: NDArray[np.bool_],
    windows: int,
    places: NDArray[np.int64],
    out: NDArray[np.int64],
) -> bool:
    """Describe those of `lines` that are of a field in `out` int64[L, COLUMNS]; whether one was not compared yet.

    places: where in the buffer of the segment rows16, rows32, tf, the offsets of windows, tops and ladder lie, each in
    elements of its own kind.
    """
    unseen = False
    for line in range(len(lines)):
        term = terms[lines[line]]
        if field_of[lines[line]] != field or term < 0:
            continue
        unseen |= not compared[term]
        first = start[term]
        out[line, SATURATIONS] = -1
        out[line, FIELD], out[line, COUNT], out[line, POSTING] = field, start[term + 1] - first, first
        out[line, TF] = places[2] + first
        if slot[term] >= 0:
            here = slot[term]
            out[line, KIND], out[line, ROWS] = WIDE_LIST, places[0] + wide[term]
            out[line, WINDOWS] = places[3] + here * (windows + 1)
            out[line, TOPS] = places[4] + here * windows
            out[line, LADDER_AT] = places[5] + here * 3
        else:
            out[line, KIND], out[line, ROWS] = NARROW, places[1] + first - wide[term]
    return unseen


_scale = inlined(scale_of)


@compiled
def weigh(start: NDArray[np.int64], weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The scale of each query's weights, and the weights so scaled.

    Returns scale float64[Q] and the weights times their scale, float32[L].
    """
    scale = np.ones(len(start) - 1, np.float64)
    whole = np.empty(len(weight), np.float32)
    for query in range(len(scale)):
        total = 0.0
        for line in range(start[query], start[query + 1]):
            total += abs(weight[line])
        scale[query] = _scale(total)
        for line in range(start[query], start[query + 1]):
            whole[line] = weight[line] * scale[query]
    return scale, whole


@compiled
def present(
    start: NDArray[np.int64], number: NDArray[np.int32], extra: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lines that a segment has, by term number or as an extra list of some postings, and each query's first.

    extra: the length of each extra list, or nothing at all where there is none.
    """
    out_start = np.zeros(len(start), np.int64)
    lines = np.empty(len(number), np.int64)
    n = 0
    for query in range(len(start) - 1):
        for line in range(start[query], start[query + 1]):
            if number[line] >= 0 or (len(extra) > 0 and extra[line] > 0):
                lines[n] = line
                n += 1
        out_start[query + 1] = n
    return lines[:n], out_start


@compiled
def planned(
    asked: NDArray[np.int64],
    worth: NDArray[np.float64],
    described: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """For queries of known terms what `weigh`, `present` and `describe` give, for every segment.

    asked: the lines that each query asks for, twice one that it asks for twice, and -1 behind those of each query;
    worth float64[C] and described int64[S, C, COLUMNS] tell of each line.  Returns the scale of each query, and by
    segment the first list of each query int64[S, Q + 1], the lists int64[S, n, COLUMNS], their weights float32[S, n].
    """
    queries, segments = 0, len(described)
    for i in range(len(asked)):
        queries += asked[i] < 0
    scale = np.ones(queries, np.float64)
    first = np.zeros((segments, queries + 1), np.int64)
    lists = np.empty((segments, len(asked), COLUMNS), np.int64)
    weights = np.empty((segments, len(asked)), np.float32)
    line = np.empty(len(asked), np.int64)
    times = np.empty(len(asked), np.float64)
    i = 0
    for query in range(queries):
        n = 0
        while asked[i] >= 0:
            place = 0
            while place < n and line[place] != asked[i]:
                place += 1
            if place == n:
                line[n], times[n] = asked[i], 0.0
                n += 1
            times[place] += 1.0
            i += 1
        i += 1
        total = 0.0
        for place in range(n):
            total += times[place] * worth[line[place]]
        scale[query] = _scale(total)
        for segment in range(segments):
            out = first[segment, query]
            for place in range(n):
                value = times[place] * worth[line[place]]
                if value != 0 and described[segment, line[place], KIND] >= 0:
                    for column in range(COLUMNS):
                        lists[segment, out, column] = described[segment, line[place], column]
                    weights[segment, out] = value * scale[query]
                    out += 1
            first[segment, query + 1] = out
    return scale, first, lists, weights
