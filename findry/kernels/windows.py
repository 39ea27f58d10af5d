"""The rows of postings cut into windows, with bounds on what a window can add to a score."""

from __future__ import annotations

__all__ = ["all_rows", "into_windows"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled
from findry.kernels.layout import BITS, ESCAPE, LADDER, LEVELS, WIDE, WINDOW
from findry.kernels.selecting import select

_FIRST, _SECOND, _THIRD = LADDER


@compiled
def into_windows(
    start: NDArray[np.int64],
    rows: NDArray[np.int32],
    tf: NDArray[np.uint8],
    over_at: NDArray[np.int64],
    over_tf: NDArray[np.int32],
    lengths: NDArray[np.int32],
    fixed: float,
    slope: float,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.uint16],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.uint8],
    NDArray[np.uint8],
]:
    """Split the rows of postings into those of wide and of narrow terms.

    The saturation of a posting is tf / (tf + fixed + slope length).  Returns wide int64[V + 1], how many postings
    of wide terms stand before each term; slot int32[V], the number of a wide term, else -1; rows16, rows32; for each
    wide term the offset of each window int32[S, n + 1], the largest saturation in each uint8[S, n] in parts of
    `LEVELS`, rounded up, and the saturation of its best row number `LADDER`, rounded down, uint8[S, 3].
    """
    vocabulary = len(start) - 1
    number = (len(lengths) + WINDOW - 1) >> BITS
    wide = np.zeros(vocabulary + 1, np.int64)
    slot = np.full(vocabulary, -1, np.int32)
    slots = longest = 0
    for term in range(vocabulary):
        df = start[term + 1] - start[term]
        wide[term + 1] = wide[term]
        if df >= WIDE:
            wide[term + 1] += df
            slot[term] = slots
            slots += 1
            longest = max(longest, df)
    rows16 = np.empty(wide[vocabulary], np.uint16)
    rows32 = np.empty(len(rows) - wide[vocabulary], np.int32)
    offsets = np.zeros((slots, number + 1), np.int32)
    tops = np.zeros((slots, number), np.uint8)
    ladder = np.zeros((slots, 3), np.uint8)
    held = np.empty(longest, np.float32)
    over = 0
    for term in range(vocabulary):
        first, last = start[term], start[term + 1]
        if slot[term] < 0:
            for posting in range(first, last):
                rows32[posting - wide[term]] = rows[posting]
            continue
        here, posting = slot[term], first
        for window in range(number):
            offsets[here, window] = posting - first
            top = 0.0
            end = (window + 1) << BITS
            while posting < last and rows[posting] < end:
                row = rows[posting]
                rows16[wide[term] + posting - first] = row & (WINDOW - 1)
                count = float(tf[posting])
                if tf[posting] == ESCAPE:
                    while over_at[over] < posting:
                        over += 1
                    count = float(over_tf[over])
                saturation = count / (count + fixed + slope * lengths[row])
                held[posting - first] = saturation
                top = max(top, saturation)
                posting += 1
            tops[here, window] = min(LEVELS, int(np.ceil(top * LEVELS * (1 + 1e-12))))
        offsets[here, number] = last - first
        for place, k in enumerate((_FIRST, _SECOND, _THIRD)):
            if k <= last - first:
                kth = float(select(held[: last - first], last - first - k))
                ladder[here, place] = int(kth * LEVELS * (1 - 1e-6))
    return wide, slot, rows16, rows32, offsets, tops, ladder


@compiled
def all_rows(
    start: NDArray[np.int64],
    wide: NDArray[np.int64],
    slot: NDArray[np.int32],
    windows: NDArray[np.int32],
    rows16: NDArray[np.uint16],
    rows32: NDArray[np.int32],
) -> NDArray[np.int32]:
    """The rows of all postings, in the order of terms: `into_windows` undone."""
    out = np.empty(start[-1], np.int32)
    for term in range(len(start) - 1):
        first, before = start[term], wide[term]
        if slot[term] < 0:
            for posting in range(first, start[term + 1]):
                out[posting] = rows32[posting - before]
            continue
        offsets = windows[slot[term]]
        for window in range(len(offsets) - 1):
            for place in range(offsets[window], offsets[window + 1]):
                out[first + place] = (window << BITS) + rows16[before + place]
    return out
