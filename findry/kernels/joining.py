"""The postings of several segments as those of one."""

from __future__ import annotations

__all__ = ["copy_part", "live_counts", "measure_part", "same_texts"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.layout import ESCAPE


@compiled
def live_counts(start: NDArray[np.int64], rows: NDArray[np.int32], new_row: NDArray[np.int32]) -> NDArray[np.int64]:
    """How many postings of each term stay; new_row int32[rows] is -1 for rows that do not."""
    out = np.zeros(len(start) - 1, np.int64)
    for term in range(len(out)):
        for posting in range(start[term], start[term + 1]):
            out[term] += new_row[rows[posting]] >= 0
    return out


@inlined
def _skip(gaps: NDArray[np.uint8], byte: int, count: int) -> int:
    """Where the gaps of a posting end."""
    while count > 0:
        count -= gaps[byte] < 128
        byte += 1
    return byte


@inlined
def _copy(gaps: NDArray[np.uint8], first: int, last: int, out: NDArray[np.uint8], place: int) -> int:
    """Copy some bytes to a place; returns the place after them."""
    for byte in range(last - first):
        out[place + byte] = gaps[first + byte]
    return place + last - first


@compiled
def measure_part(
    start: NDArray[np.int64],
    rows: NDArray[np.int32],
    tf: NDArray[np.int32],
    at: NDArray[np.int64],
    gaps: NDArray[np.uint8],
    new_row: NDArray[np.int32],
    new_term: NDArray[np.int32],
    postings: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> None:
    """Add to postings int64[V] and sizes int64[V] what stays of a part: postings and bytes of gaps of each new term."""
    for term in range(len(start) - 1):
        byte = at[term]
        for posting in range(start[term], start[term + 1]):
            end = _skip(gaps, byte, tf[posting])
            if new_row[rows[posting]] >= 0:
                postings[new_term[term]] += 1
                sizes[new_term[term]] += end - byte
            byte = end


@compiled
def copy_part(
    start: NDArray[np.int64],
    rows: NDArray[np.int32],
    tf: NDArray[np.int32],
    at: NDArray[np.int64],
    gaps: NDArray[np.uint8],
    new_row: NDArray[np.int32],
    new_term: NDArray[np.int32],
    cursor: NDArray[np.int64],
    bytes_at: NDArray[np.int64],
    out_rows: NDArray[np.int32],
    out_tf: NDArray[np.uint8],
    out_gaps: NDArray[np.uint8],
    over_at: NDArray[np.int64],
    over_tf: NDArray[np.int32],
    over: int,
    whole: bool,
) -> int:
    """Copy what stays of a part to where cursor and bytes_at say, and move these on; returns `over` moved on.

    whole: all rows stay, so that the gaps of a term are copied in one go.
    """
    for term in range(len(start) - 1):
        byte, new = at[term], new_term[term]
        for posting in range(start[term], start[term + 1]):
            end = byte if whole else _skip(gaps, byte, tf[posting])
            row = new_row[rows[posting]]
            if row >= 0:
                place = cursor[new]
                cursor[new] = place + 1
                out_rows[place] = row
                out_tf[place] = min(tf[posting], ESCAPE)
                if tf[posting] >= ESCAPE:
                    over_at[over], over_tf[over] = place, tf[posting]
                    over += 1
                bytes_at[new] = _copy(gaps, byte, end, out_gaps, bytes_at[new])
            byte = end
        if whole and new >= 0:
            bytes_at[new] = _copy(gaps, byte, at[term + 1], out_gaps, bytes_at[new])
    return over


@compiled
def same_texts(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], some: NDArray[np.int64], others: NDArray[np.int64]
) -> bool:
    """Whether each of some texts is that of the others at its place; text i is data[offsets[i] : offsets[i + 1]]."""
    for place in range(len(some)):
        here, there = offsets[some[place]], offsets[others[place]]
        length = offsets[some[place] + 1] - here
        if offsets[others[place] + 1] - there != length:
            return False
        for byte in range(length):
            if data[here + byte] != data[there + byte]:
                return False
    return True
