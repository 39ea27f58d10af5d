"""The postings of a list as rows and as what each adds to a score."""

from __future__ import annotations

__all__ = ["gather"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import inlined
from findry.kernels.layout import (
    BITS,
    COUNT,
    EXTRA,
    FIELD,
    KIND,
    NARROW,
    ROWS,
    SATURATIONS,
    WIDE_LIST,
    WINDOWS,
)
from findry.kernels.reading import added, length_of, value_of, whole


@inlined
def gather(
    entry: NDArray[np.int64],
    weight: np.float32,
    windows: int,
    norms: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    arrays: tuple[NDArray[np.uint8], NDArray[np.uint16], NDArray[np.int32], NDArray[np.uint64]],
    extra_rows: NDArray[np.int32],
    extra_tf: NDArray[np.int32],
    saturations: NDArray[np.float32],
    rows: NDArray[np.int32],
    values: NDArray[np.int32],
) -> None:
    """Write the rows of a list and the values of its postings; int32[count] both.

    windows: of the segment; norms: fixed, slope, where lengths and short lengths begin, and side lists, of each field.
    """
    fixed, slope, lengths_at, short_at, _ = norms
    u8, u16, i32, _ = arrays
    count, first, known, field = entry[COUNT], entry[ROWS], entry[SATURATIONS], entry[FIELD]
    if entry[KIND] == WIDE_LIST:
        offsets = i32[entry[WINDOWS] : entry[WINDOWS] + windows + 1]
        for window in range(windows):
            begin, end = offsets[window], offsets[window + 1]
            held16, out, low = u16[first + begin : first + end], rows[begin:end], np.int32(window << BITS)
            for p in range(len(held16)):
                out[p] = low + np.int32(held16[p])
    elif entry[KIND] == NARROW:
        held32 = i32[first : first + count]
        for p in range(len(held32)):
            rows[p] = held32[p]
    else:
        held32 = extra_rows[first : first + count]
        for p in range(len(held32)):
            rows[p] = held32[p]
    if known >= 0:
        held = saturations[known : known + count]
        for p in range(len(held)):
            values[p] = whole(weight, held[p])
        return
    for p in range(count):
        row = np.int64(rows[p])
        if entry[KIND] == EXTRA:
            norm = fixed[field] + slope[field] * length_of(short_at[field] + row, lengths_at[field] + row, u8, i32)
            values[p] = added(weight, np.float32(extra_tf[first + p]), norm)
        else:
            values[p] = value_of(entry, weight, p, row, norms, arrays)
