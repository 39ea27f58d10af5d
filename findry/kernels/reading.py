"""What the search kernel reads of a posting, and what that adds to a score."""

from __future__ import annotations

__all__ = ["added", "large", "length_of", "saturate", "value_of", "whole"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels.addresses import opened
from findry.kernels.compiled import compiled, inlined
from findry.kernels.layout import COUNT, ESCAPE, FIELD, KIND, POSTING, ROWS, TF, WIDE_LIST, WINDOW, WINDOWS


@inlined
def large(posting: int, over: NDArray[np.int64], u64: NDArray[np.uint64], i32: NDArray[np.int32]) -> np.float32:
    """A frequency that does not fit a byte; `over` says where the side list of the field lies."""
    low, high = over[0], over[0] + over[1]
    while low < high:
        middle = (low + high) >> 1
        if u64[middle] < posting:
            low = middle + 1
        else:
            high = middle
    return np.float32(i32[over[2] + low - over[0]])


@inlined
def length_of(short_at: int, long_at: int, u8: NDArray[np.uint8], i32: NDArray[np.int32]) -> np.float32:
    """The length of a row: from the bytes, four times as many of which lie in a cache, where it fits one."""
    length = np.int64(u8[short_at])
    return np.float32(length if length < 255 else i32[long_at])


@inlined
def added(weight: np.float32, tf: np.float32, norm: np.float32) -> np.int32:
    """What a posting adds to a score: a whole number, at least one."""
    return max(np.int32(1), np.int32(weight * (tf / (tf + norm)) + np.float32(0.5)))


@inlined
def whole(weight: np.float32, saturation: np.float32) -> np.int32:
    """As `added`, from the saturation tf / (tf + norm)."""
    return max(np.int32(1), np.int32(weight * saturation + np.float32(0.5)))


@inlined
def value_of(
    entry: NDArray[np.int64], weight: np.float32, p: int, row: int | np.int64, norms: Any, arrays: Any
) -> np.int32:
    """What posting p of a stored list, which is of `row`, adds."""
    fixed, slope, lengths_at, short_at, over = norms
    u8, _, i32, u64 = arrays
    field = entry[FIELD]
    tf = np.float32(u8[entry[TF] + p])
    if tf == ESCAPE:
        tf = large(entry[POSTING] + p, over[field], u64, i32)
    length = length_of(short_at[field] + row, lengths_at[field] + row, u8, i32)
    return added(weight, tf, fixed[field] + slope[field] * length)


@compiled
def saturate(entry: NDArray[np.int64], segment: NDArray[np.int64], out: NDArray[np.float32]) -> None:
    """The saturation of each posting of a stored list, as `search` computes it; `segment` is as it is there."""
    fixed, slope, _, _, lengths_at, short_at, over, u8, u16, i32, u64, _ = opened(segment)
    field, window = entry[FIELD], 0
    for p in range(entry[COUNT]):
        if entry[KIND] == WIDE_LIST:
            while i32[entry[WINDOWS] + window + 1] <= p:
                window += 1
            row = window * WINDOW + np.int64(u16[entry[ROWS] + p])
        else:
            row = np.int64(i32[entry[ROWS] + p])
        tf = np.float32(u8[entry[TF] + p])
        if tf == ESCAPE:
            tf = large(entry[POSTING] + p, over[field], u64, i32)
        norm = fixed[field] + slope[field] * length_of(short_at[field] + row, lengths_at[field] + row, u8, i32)
        out[p] = tf / (tf + norm)
