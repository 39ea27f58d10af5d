"""Strings that lie in one array of bytes."""

from __future__ import annotations

__all__ = ["described", "side_by_side"]

from typing import Any

import numpy as np
from numba import carray
from numpy.typing import NDArray

from findry.kernels.addresses import address, copy_eight, fetch, pointer
from findry.kernels.compiled import compiled

EIGHT = 8


def described(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What `side_by_side` takes of strings, number i of which is data[offsets[i] : offsets[i + 1]]."""
    return np.array([address(offsets), len(offsets), address(data), len(data)], np.int64)


@compiled
def side_by_side(strings: NDArray[np.int64], indices: NDArray[Any]) -> NDArray[np.uint8]:
    """Some strings with a zero byte between any two; nothing where an index is unknown.

    strings: what `described` gives; whoever calls keeps the arrays that it names.
    """
    offsets = carray(pointer(strings[0]), strings[1], np.int64)
    first, total, size = strings[2], strings[3], max(len(indices) - 1, 0)
    starts, lengths = np.empty(len(indices), np.int64), np.empty(len(indices), np.int64)
    for number in range(len(indices)):
        index = indices[number]
        if index < 0 or index + 1 >= len(offsets) or offsets[index] < 0 or offsets[index + 1] > total:
            return np.empty(0, np.uint8)
        fetch(first + offsets[index])
        starts[number], lengths[number] = offsets[index], offsets[index + 1] - offsets[index]
        size += max(lengths[number], 0)
    out = np.empty(size + EIGHT, np.uint8)  # whole eights are copied; what is too much is written over
    data, to, at = carray(pointer(first), total, np.uint8), out.ctypes.data, 0
    for number in range(len(indices)):
        start, length = starts[number], lengths[number]
        if number:
            out[at] = 0
            at += 1
        if start + length + EIGHT <= total:
            for byte in range(0, length, EIGHT):
                copy_eight(first + start + byte, to + at + byte)
        else:
            for byte in range(length):
                out[at + byte] = data[start + byte]
        at += max(length, 0)
    return out[:size]
