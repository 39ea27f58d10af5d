"""What the postings of wide lists add to the scores of a window, block by block or one by one."""

from __future__ import annotations

__all__ = ["FREQUENT", "add", "add_known", "largest", "lower_bound", "table_of", "values_of"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import inlined
from findry.kernels.layout import FIELD, TF
from findry.kernels.reading import added, value_of, whole

FREQUENT = 4
"""Frequencies up to this stand in the tables of long lists."""


@inlined
def table_of(entry: NDArray[np.int64], weight: np.float32, norms: Any, table: NDArray[np.int32]) -> None:
    """Write what postings of tf up to `FREQUENT` and lengths below 255 add; int32[FREQUENT << 8]."""
    fixed, slope = norms[0][entry[FIELD]], norms[1][entry[FIELD]]
    for tf in range(1, FREQUENT + 1):
        for length in range(256):
            norm = fixed + slope * np.float32(length)
            table[((tf - 1) << 8) + length] = added(weight, np.float32(tf), norm)


@inlined
def values_of(
    entry: NDArray[np.int64],
    weight: np.float32,
    first: int,
    low: int,
    rows: NDArray[np.uint16],
    table: NDArray[np.int32],
    norms: Any,
    arrays: Any,
    out: NDArray[np.int32],
) -> None:
    """Write what some postings of a wide list add, from number `first`; `rows` are theirs in the window from `low`.

    table: that of the list, or empty.
    """
    times = arrays[0][entry[TF] + first : entry[TF] + first + len(rows)]
    lengths = arrays[0][norms[3][entry[FIELD]] + low :]
    for p in range(len(rows)):
        tf, length = np.int64(times[p]), np.int64(lengths[rows[p]])
        if tf <= FREQUENT and length < 255 and len(table) > 0:
            out[p] = table[((tf - 1) << 8) + length]
        else:
            out[p] = value_of(entry, weight, first + p, low + np.int64(rows[p]), norms, arrays)


@inlined
def lower_bound(rows: NDArray[Any], row: int | np.int64) -> int:
    """How many rows are below `row`; they rise."""
    first, left = 0, len(rows)
    while left > 1:
        half = left >> 1
        first += half * (rows[first + half - 1] < row)
        left -= half
    return first + (left == 1 and rows[first] < row)


@inlined
def largest(values: NDArray[np.int32]) -> np.int64:
    """The largest of some values above 0."""
    top = np.int32(0)
    for p in range(len(values)):
        top = max(top, values[p])
    return np.int64(top)


@inlined
def add(
    rows: NDArray[Any],
    low: int,
    values: NDArray[np.int32],
    dense: bool,
    acc: NDArray[np.int32],
    touched: NDArray[np.uint16],
    reached: int,
) -> int:
    """Add values to the sums of rows, counted from `low`; unless `dense`, rows that had none go to touched[reached:].

    Returns how many rows were touched.
    """
    if dense:
        for p in range(len(rows)):
            acc[np.int64(rows[p]) - low] += values[p]
    else:
        for p in range(len(rows)):
            x = np.int64(rows[p]) - low
            before = acc[x]
            touched[reached] = x
            reached += before == 0
            acc[x] = before + values[p]
    return reached


@inlined
def add_known(
    rows: NDArray[np.uint16],
    saturations: NDArray[np.float32],
    weight: np.float32,
    dense: bool,
    acc: NDArray[np.int32],
    touched: NDArray[np.uint16],
    reached: int,
) -> int:
    """As `add`, of postings with saturations."""
    if dense:
        for p in range(len(rows)):
            acc[np.int64(rows[p])] += whole(weight, saturations[p])
    else:
        for p in range(len(rows)):
            x = np.int64(rows[p])
            before = acc[x]
            touched[reached] = x
            reached += before == 0
            acc[x] = before + whole(weight, saturations[p])
    return reached
