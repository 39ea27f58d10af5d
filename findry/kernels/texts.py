"""Strings that lie in one array of bytes."""

from __future__ import annotations

__all__ = ["described", "side_by_side"]

from typing import Any

import numpy as np
from numba import carray
from numpy.typing import NDArray

from findry.kernels.addresses import address, pointer
from findry.kernels.compiled import compiled


def described(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What `side_by_side` takes of strings, number i of which is data[offsets[i] : offsets[i + 1]]."""
    return np.array([address(offsets), len(offsets), address(data), len(data)], np.int64)


@compiled
def side_by_side(strings: NDArray[np.int64], indices: NDArray[Any]) -> NDArray[np.uint8]:
    """Some strings with a zero byte between any two; nothing where an index is unknown.

    strings: what `described` gives; whoever calls keeps the arrays that it names.
    """
    offsets = carray(pointer(strings[0]), strings[1], np.int64)
    data = carray(pointer(strings[2]), strings[3], np.uint8)
    size = max(len(indices) - 1, 0)
    for index in indices:
        if index < 0 or index + 1 >= len(offsets) or offsets[index] < 0 or offsets[index + 1] > len(data):
            return np.empty(0, np.uint8)
        size += offsets[index + 1] - offsets[index]
    out = np.empty(size, np.uint8)
    at = 0
    for number in range(len(indices)):
        if number:
            out[at] = 0
            at += 1
        for byte in range(offsets[indices[number]], offsets[indices[number] + 1]):
            out[at] = data[byte]
            at += 1
    return out
