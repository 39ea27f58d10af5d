"""From the terms of rows to the postings of terms."""

from __future__ import annotations

__all__ = ["decode_gaps", "invert"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.layout import ESCAPE


@inlined
def put_gap(out: NDArray[np.uint8], at: int, gap: int) -> int:
    """Write a gap in groups of seven bits, low ones first; returns where the next goes."""
    while gap >= 128:
        out[at] = (gap & 127) | 128
        gap >>= 7
        at += 1
    out[at] = gap
    return at + 1


@inlined
def gap_width(gap: int) -> int:
    """How many bytes `put_gap` writes."""
    width = 1
    while gap >= 128:
        gap >>= 7
        width += 1
    return width


@compiled
def invert(
    terms: NDArray[np.int32], positions: NDArray[np.int32], offsets: NDArray[np.int64], rank: NDArray[np.int32]
) -> tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.uint8],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.uint8],
]:
    """The postings of the terms of some rows.

    terms: int32[T] of all rows one after another, positions: int32[T] rising in a row, offsets: int64[n + 1] of the
    rows, rank: int32[V], the place of each term in the order of terms.  Returns start int64[V + 1], rows int32[P],
    tf uint8[P], the postings whose tf is larger (int64, int32), at int64[V + 1], and positions as gaps uint8.
    """
    vocabulary, total = len(rank), len(terms)
    token_start = np.zeros(vocabulary + 1, np.int64)
    for token in range(total):
        token_start[rank[terms[token]] + 1] += 1
    for term in range(vocabulary):
        token_start[term + 1] += token_start[term]
    cursor = token_start[:-1].copy()
    token_row = np.empty(total, np.int32)
    token_position = np.empty(total, np.int32)
    for row in range(len(offsets) - 1):
        for token in range(offsets[row], offsets[row + 1]):
            term = rank[terms[token]]
            place = cursor[term]
            token_row[place] = row
            token_position[place] = positions[token]
            cursor[term] = place + 1
    count = bytes_needed = large = 0
    for term in range(vocabulary):
        token, stop = token_start[term], token_start[term + 1]
        while token < stop:
            row, before, tf = token_row[token], 0, 0
            while token < stop and token_row[token] == row:
                bytes_needed += gap_width(token_position[token] - before)
                before = token_position[token]
                token += 1
                tf += 1
            count += 1
            large += tf >= ESCAPE
    start = np.zeros(vocabulary + 1, np.int64)
    at = np.zeros(vocabulary + 1, np.int64)
    rows = np.empty(count, np.int32)
    tfs = np.empty(count, np.uint8)
    over_at = np.empty(large, np.int64)
    over_tf = np.empty(large, np.int32)
    gaps = np.empty(bytes_needed, np.uint8)
    posting = byte = over = 0
    for term in range(vocabulary):
        token, stop = token_start[term], token_start[term + 1]
        while token < stop:
            row, before, tf = token_row[token], 0, 0
            while token < stop and token_row[token] == row:
                byte = put_gap(gaps, byte, token_position[token] - before)
                before = token_position[token]
                token += 1
                tf += 1
            rows[posting] = row
            tfs[posting] = min(tf, ESCAPE)
            if tf >= ESCAPE:
                over_at[over] = posting
                over_tf[over] = tf
                over += 1
            posting += 1
        start[term + 1] = posting
        at[term + 1] = byte
    return start, rows, tfs, over_at, over_tf, at, gaps


@compiled
def decode_gaps(gaps: NDArray[np.uint8], tf: NDArray[np.int32]) -> NDArray[np.int32]:
    """The positions of consecutive postings with frequencies `tf` from their gaps; int32[sum of tf]."""
    total = 0
    for posting in range(len(tf)):
        total += tf[posting]
    out = np.empty(total, np.int32)
    byte = token = 0
    for posting in range(len(tf)):
        position = 0
        for _ in range(tf[posting]):
            gap = shift = 0
            while gaps[byte] >= 128:
                gap |= (int(gaps[byte]) & 127) << shift
                shift += 7
                byte += 1
            gap |= int(gaps[byte]) << shift
            byte += 1
            position += gap
            out[token] = position
            token += 1
    return out
