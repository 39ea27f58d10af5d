"""From the terms of rows to the postings of terms."""

from __future__ import annotations

__all__ = ["decode_gaps", "invert"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.layout import ESCAPE

LOW = (1 << 32) - 1
FAR, PARTS = 1 << 18, 7
"""From so many tokens on they are first put into 2^`PARTS` parts of the order of terms, each of which fits a cache."""


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

    Large arrays are made by NumPy, which asks for large pages: tokens go to places all over them.
    """
    begins = count_terms(terms, rank)
    tokens = np.empty(len(terms), np.int64)
    if len(terms) < FAR:
        put_in_order(terms, positions, offsets, rank, begins[:-1].copy(), tokens)
    else:
        shift = max(0, (len(rank) - 1).bit_length() - PARTS)
        parted, of = np.empty(len(terms), np.int64), np.empty(len(terms), np.int32)
        put_in_parts(terms, positions, offsets, rank, shift, begins[: -1 : 1 << shift].copy(), parted, of)
        put_part_in_order(parted, of, begins[:-1].copy(), tokens)
    count, size, large = measure(begins, tokens)
    start, at = np.zeros(len(begins), np.int64), np.zeros(len(begins), np.int64)
    rows, tf, gaps = np.empty(count, np.int32), np.empty(count, np.uint8), np.empty(size, np.uint8)
    over_at, over_tf = np.empty(large, np.int64), np.empty(large, np.int32)
    write(begins, tokens, start, at, rows, tf, over_at, over_tf, gaps)
    return start, rows, tf, over_at, over_tf, at, gaps


@compiled
def count_terms(terms: NDArray[np.int32], rank: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where the tokens of each term begin in the order of terms; int64[V + 1]."""
    begins = np.zeros(len(rank) + 1, np.int64)
    for token in range(len(terms)):
        begins[rank[terms[token]] + 1] += 1
    for term in range(len(rank)):
        begins[term + 1] += begins[term]
    return begins


@compiled
def put_in_order(
    terms: NDArray[np.int32],
    positions: NDArray[np.int32],
    offsets: NDArray[np.int64],
    rank: NDArray[np.int32],
    cursor: NDArray[np.int64],
    tokens: NDArray[np.int64],
) -> None:
    """Put row x 2^32 + position of each token where it belongs in the order of terms; `cursor` is used up."""
    for row in range(len(offsets) - 1):
        for token in range(offsets[row], offsets[row + 1]):
            term = rank[terms[token]]
            tokens[cursor[term]] = (row << 32) | positions[token]
            cursor[term] += 1


@compiled
def put_in_parts(
    terms: NDArray[np.int32],
    positions: NDArray[np.int32],
    offsets: NDArray[np.int64],
    rank: NDArray[np.int32],
    shift: int,
    cursor: NDArray[np.int64],
    parted: NDArray[np.int64],
    of: NDArray[np.int32],
) -> None:
    """As `put_in_order`, but tokens of the terms with the same rank >> shift stay as they came; `of` receives ranks."""
    for row in range(len(offsets) - 1):
        for token in range(offsets[row], offsets[row + 1]):
            term = rank[np.uint32(terms[token])]
            part = np.uint32(term) >> np.uint32(shift)
            place = np.uint64(cursor[part])
            parted[place] = (row << 32) | positions[token]
            of[place] = term
            cursor[part] += 1


@compiled
def put_part_in_order(
    parted: NDArray[np.int64], of: NDArray[np.int32], cursor: NDArray[np.int64], tokens: NDArray[np.int64]
) -> None:
    """Put tokens, those of near terms near each other, where they belong."""
    for place in range(len(parted)):
        term = np.uint32(of[place])
        tokens[np.uint64(cursor[term])] = parted[place]
        cursor[term] += 1


@compiled
def measure(begins: NDArray[np.int64], tokens: NDArray[np.int64]) -> tuple[int, int, int]:
    """How many postings there are, how many bytes their gaps need, and how many frequencies do not fit a byte."""
    count = size = large = 0
    for term in range(len(begins) - 1):
        token, stop = begins[term], begins[term + 1]
        while token < stop:
            row, before, first = tokens[token] >> 32, 0, token
            while token < stop and tokens[token] >> 32 == row:
                position = tokens[token] & LOW
                size += gap_width(position - before)
                before = position
                token += 1
            count += 1
            large += token - first >= ESCAPE
    return count, size, large


@compiled
def write(
    begins: NDArray[np.int64],
    tokens: NDArray[np.int64],
    start: NDArray[np.int64],
    at: NDArray[np.int64],
    rows: NDArray[np.int32],
    tfs: NDArray[np.uint8],
    over_at: NDArray[np.int64],
    over_tf: NDArray[np.int32],
    gaps: NDArray[np.uint8],
) -> None:
    """Write the postings of ordered tokens."""
    posting = byte = over = 0
    for term in range(len(begins) - 1):
        token, stop = begins[term], begins[term + 1]
        while token < stop:
            row, before, first = tokens[token] >> 32, 0, token
            while token < stop and tokens[token] >> 32 == row:
                position = tokens[token] & LOW
                byte = put_gap(gaps, byte, position - before)
                before = position
                token += 1
            tf = token - first
            rows[posting] = row
            tfs[posting] = min(tf, ESCAPE)
            if tf >= ESCAPE:
                over_at[over] = posting
                over_tf[over] = tf
                over += 1
            posting += 1
        start[term + 1] = posting
        at[term + 1] = byte


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
