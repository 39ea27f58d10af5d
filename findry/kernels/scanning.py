"""Scans over the signs of rows: which differ from a query in the fewest bits."""

from __future__ import annotations

__all__ = ["add_between", "add_parted", "cut_of", "keep_within", "sampled_cut", "scan"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined
from findry.kernels.eights import LANES, differing, lanes_within, lowest

Words = NDArray[np.uint64]
Mask = NDArray[np.bool_]
SAMPLE, ENOUGH, STRIDE = 9, 16, 256


@compiled
def keep_within(rows: NDArray[np.int32], bits: NDArray[np.int32], held: int, cut: int) -> int:
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
        held = keep_within(rows, bits, held, cut)
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


@inlined
def cut_of(count: NDArray[np.int64], most: int, wanted: int) -> int:
    """The fewest bits within which the wanted number of rows lie; `most` where there are not as many."""
    cut, nearer = 0, 0
    while cut < most and nearer + count[cut] < wanted:
        nearer += count[cut]
        cut += 1
    return cut


@compiled
def sampled_cut(signs: Words, query: Words, total: int, allowed: Mask, depth: int) -> int:
    """A number of bits within which more than `depth` of the allowed rows lie, as far as a sample of them tells.

    Some 512 groups at equal distances are the sample; all bits where it holds too few rows.
    """
    groups, words = len(signs), len(query)
    step = max(groups >> SAMPLE, 1)
    count, masked = np.zeros(64 * words + 1, np.int64), len(allowed) > 0
    for group in range(step >> 1, groups, step):
        for lane in range(LANES):
            row = LANES * group + lane
            if row < total and (not masked or allowed[row]):
                count[int(differing(signs, group, lane, query))] += 1
    return cut_of(count, 64 * words, 2 * depth // step + ENOUGH)


@compiled
def scan(
    signs: Words,
    query: Words,
    first: int,
    last: int,
    total: int,
    allowed: Mask,
    depth: int,
    rows: NDArray[np.int32],
    bits: NDArray[np.int32],
    count: NDArray[np.int64],
    state: NDArray[np.int64],
) -> None:
    """Take in the allowed rows within the cut, which falls while `depth` rows lie below it.

    signs uint64[groups, words, 8] of `total` rows, of which the groups from `first` to before `last` are read; allowed:
    empty, or a mask over rows.  rows, bits and count receive the rows, the bits in which they differ, and how many
    differ in each number of bits.  The state is (cut, rows within it, rows held); the last is -1 where there is no
    room for more.
    """
    masked, (cut, within, held) = len(allowed) > 0, state
    groups, some = np.empty(STRIDE, np.int64), np.empty(STRIDE, np.uint64)
    last = min(last, len(signs))
    while first < last and held >= 0:
        near, found = np.uint64(cut), 0
        for group in range(first, min(first + STRIDE, last)):
            lanes = lanes_within(signs, group, query, near)
            groups[found], some[found] = group, lanes
            found += lanes != 0
        first += STRIDE
        for place in range(found):
            lanes = some[place]
            while lanes != 0:
                lane = lowest(lanes)
                lanes &= lanes - np.uint64(1)
                row = LANES * groups[place] + lane
                if row < total and held >= 0 and (not masked or allowed[row]):
                    differ = int(differing(signs, groups[place], lane, query))
                    if differ <= cut:
                        cut, within, held = _taken(row, differ, depth, rows, bits, count, cut, within, held)
    state[0], state[1], state[2] = cut, within, held


@compiled
def add_between(
    signs: Words,
    query: Words,
    total: int,
    allowed: Mask,
    above: int,
    upto: int,
    rows: NDArray[np.int32],
    held: int,
) -> int:
    """Add the allowed rows that differ in more than `above` and at most `upto` bits to those held; how many are held
    then, or -1 when they do not fit."""
    masked = len(allowed) > 0
    for group in range(len(signs)):
        lanes = lanes_within(signs, group, query, np.uint64(upto))
        while lanes != 0:
            lane = lowest(lanes)
            lanes &= lanes - np.uint64(1)
            row = LANES * group + lane
            inside = row < total and (not masked or allowed[row])
            if inside and differing(signs, group, lane, query) > np.uint64(above):
                if held >= len(rows):
                    return -1
                rows[held] = row
                held += 1
    return held


@compiled
def add_parted(
    rows: NDArray[np.int32], bits: NDArray[np.int32], above: int, upto: int, out: NDArray[np.int32], held: int
) -> int:
    """Add the rows with more than `above` and at most `upto` bits to those held; how many are held then."""
    for place in range(len(rows)):
        if above < bits[place] <= upto:
            out[held] = rows[place]
            held += 1
    return held
