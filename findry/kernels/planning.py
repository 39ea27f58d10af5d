"""Finding terms by hash, and describing their postings to the search kernel."""

from __future__ import annotations

__all__ = ["describe", "locate", "present", "ranked", "weigh"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled
from findry.kernels.maxscore import NARROW, WIDE_LIST
from findry.kernels.selecting import sort_places


@compiled
def locate(
    wanted: NDArray[np.uint64],
    texts: NDArray[np.uint8],
    text_at: NDArray[np.int64],
    keys: NDArray[np.uint64],
    order: NDArray[np.int32],
    term_at: NDArray[np.int64],
    terms: NDArray[np.uint8],
) -> NDArray[np.int32]:
    """The number of each wanted term, or -1.

    wanted: hashes of the terms, whose bytes are texts[text_at[i] : text_at[i + 1]]; keys: the hashes of all terms,
    rising; order: int32[V], the term of each; terms and term_at: the bytes of all terms, in the order of terms.
    """
    out = np.full(len(wanted), -1, np.int32)
    for i in range(len(wanted)):
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
                    break
            low += 1
    return out


@compiled
def describe(
    number: NDArray[np.int32],
    field: int,
    start: NDArray[np.int64],
    wide: NDArray[np.int64],
    slot: NDArray[np.int32],
    windows: int,
    places: NDArray[np.int64],
    out: NDArray[np.int64],
    at: NDArray[np.int64],
) -> None:
    """Write line at[i] of `out` int64[L, COLUMNS] for term number[i] of a field.

    places: where in the buffer of the segment rows16, rows32, tf, the offsets of windows, tops and ladder lie, each in
    elements of its own kind.
    """
    for i in range(len(number)):
        term, line = number[i], at[i]
        first = start[term]
        out[line, 1], out[line, 2], out[line, 5] = field, start[term + 1] - first, first
        out[line, 4] = places[2] + first
        if slot[term] >= 0:
            here = slot[term]
            out[line, 0], out[line, 3] = WIDE_LIST, places[0] + wide[term]
            out[line, 6] = places[3] + here * (windows + 1)
            out[line, 7] = places[4] + here * windows
            out[line, 8] = places[5] + here * 3
        else:
            out[line, 0], out[line, 3] = NARROW, places[1] + first - wide[term]


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
        order = np.arange(n)
        sort_places(order, values[query], ties[query])
        for i in range(n):
            rows[base + i] = found[query, order[i]]
            scores[base + i] = values[query, order[i]] / scale[query]
    return offsets, rows, scores


@compiled
def weigh(start: NDArray[np.int64], weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """For each query the power of two by which its weights become whole numbers that add up to less than 2^30.

    Returns scale float64[Q] and the weights times their scale, float32[L].
    """
    scale = np.ones(len(start) - 1, np.float64)
    whole = np.empty(len(weight), np.float32)
    for query in range(len(scale)):
        total = 0.0
        for line in range(start[query], start[query + 1]):
            total += abs(weight[line])
        if total > 0:
            scale[query] = 2.0 ** np.floor(29 - np.log2(total))
        for line in range(start[query], start[query + 1]):
            whole[line] = weight[line] * scale[query]
    return scale, whole


@compiled
def present(
    start: NDArray[np.int64], number: NDArray[np.int32], extra: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lines that a segment has, by term number or as an extra list of some postings, and each query's first."""
    out_start = np.zeros(len(start), np.int64)
    lines = np.empty(len(number), np.int64)
    n = 0
    for query in range(len(start) - 1):
        for line in range(start[query], start[query + 1]):
            if number[line] >= 0 or extra[line] > 0:
                lines[n] = line
                n += 1
        out_start[query + 1] = n
    return lines[:n], out_start
