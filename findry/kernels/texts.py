"""Strings that lie in one array of bytes."""

from __future__ import annotations

__all__ = ["side_by_side"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled


@compiled
def side_by_side(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], indices: NDArray[Any]
) -> tuple[NDArray[np.uint8], int]:
    """Some strings with a zero byte between any two, and how many zero bytes that makes; -1 for an unknown index.

    Of the strings, number i is data[offsets[i] : offsets[i + 1]].
    """
    size = max(len(indices) - 1, 0)
    for index in indices:
        if index < 0 or index + 1 >= len(offsets) or offsets[index] < 0 or offsets[index + 1] > len(data):
            return np.empty(0, np.uint8), -1
        size += offsets[index + 1] - offsets[index]
    out = np.empty(size, np.uint8)
    at = zeros = 0
    for number in range(len(indices)):
        if number:
            out[at] = 0
            zeros += 1
            at += 1
        for byte in range(offsets[indices[number]], offsets[indices[number] + 1]):
            out[at] = data[byte]
            zeros += data[byte] == 0
            at += 1
    return out, zeros
