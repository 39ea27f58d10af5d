"""Selection and sorting, short enough to compile in a second; those of numba take ten times as long."""

from __future__ import annotations

__all__ = ["sort_places", "select"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled


@compiled
def select(values: NDArray[Any], place: int) -> Any:
    """The value that stands at `place` when the values rise; reorders them.

    Source: Hoare, "Algorithm 65: FIND", CACM 4(7), 1961, with the median of three as pivot.

    >>> import numpy as np
    >>> select(np.array([5, 1, 4, 1], np.float32), 2)
    4.0
    """
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) >> 1
        a, b, c = values[low], values[middle], values[high]
        pivot = max(min(a, b), min(max(a, b), c))
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            break
    return values[place]


@compiled
def sort_places(places: NDArray[np.int64], values: NDArray[np.float32], ties: NDArray[np.uint64]) -> None:
    """Put places in the order of falling values, and of rising ties where values are equal.

    Source: Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964.
    """
    n = len(places)
    start, end = n >> 1, n
    while end > 1:
        if start > 0:
            start -= 1
        else:
            end -= 1
            places[end], places[0] = places[0], places[end]
        root = start
        while 2 * root + 1 < end:
            child = 2 * root + 1
            one, other = places[child], places[min(child + 1, end - 1)]
            if values[other] < values[one] or (values[other] == values[one] and ties[other] > ties[one]):
                child = min(child + 1, end - 1)
                one = other
            top = places[root]
            if values[one] < values[top] or (values[one] == values[top] and ties[one] > ties[top]):
                places[root], places[child] = one, top
                root = child
            else:
                break
