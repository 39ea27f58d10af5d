"""Selection and sorting, short enough to compile in a second; those of numba take ten times as long."""

from __future__ import annotations

__all__ = ["kth_largest", "order_places", "select", "sort_places"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled

SHORT = 32
"""So few places are sorted by insertion."""
DIGIT = 11
DIGITS = (1 << DIGIT) - 1


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
def kth_largest(values: NDArray[Any], k: int) -> Any:
    """The value that stands at k, from 1, when the values fall; they stay as they are.

    >>> import numpy as np
    >>> kth_largest(np.array([5, 1, 4, 1], np.float32), 2)
    4.0
    """
    if k > SHORT:
        return select(values.copy(), len(values) - k)
    best = np.empty(k, values.dtype)
    for place in range(len(values)):
        value, j = values[place], min(place, k - 1)
        if place < k or value > best[k - 1]:
            while j > 0 and best[j - 1] < value:
                best[j] = best[j - 1]
                j -= 1
            best[j] = value
    return best[k - 1]


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


@compiled
def order_places(values: NDArray[np.float32], ties: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The places of values in the order of `sort_places`; int64[n].

    By digits of eleven bits, the lowest first, and by ties among equal values.  Source: Knuth, The Art of Computer
    Programming 3, 1998, section 5.2.5, algorithm R.  Cost: O(n).

    >>> import numpy as np
    >>> order_places(np.array([1, 3, 3, -2], np.float32), np.array([5, 9, 2, 1], np.uint64)).tolist()
    [2, 1, 0, 3]
    """
    n = len(values)
    places = np.arange(n)
    if n > SHORT:
        keys, other = np.empty(n, np.uint32), np.empty(n, np.int64)
        for place in range(n):
            bits = np.float32(values[place] + np.float32(0)).view(np.uint32)  # -0 and 0 are one value
            keys[place] = bits if bits >> np.uint32(31) else ~(bits | np.uint32(1 << 31))
        counts = np.empty((1 << DIGIT) + 1, np.int64)
        for shift in range(0, 32, DIGIT):
            counts[:] = 0
            for place in range(n):
                counts[(keys[place] >> np.uint32(shift)) & DIGITS] += 1
            before = 0
            for digit in range(1 << DIGIT):
                before, counts[digit] = before + counts[digit], before
            for i in range(n):
                digit = (keys[places[i]] >> np.uint32(shift)) & DIGITS
                other[counts[digit]] = places[i]
                counts[digit] += 1
            places, other = other, places
    first = 0
    while first < n:
        end = first + 1
        while end < n and (n <= SHORT or values[places[end]] == values[places[first]]):
            end += 1
        if end - first > SHORT:
            sort_places(places[first:end], values, ties)
        else:
            for i in range(first + 1, end):
                place, j = places[i], i
                while j > first and (
                    values[places[j - 1]] < values[place]
                    or (values[places[j - 1]] == values[place] and ties[places[j - 1]] > ties[place])
                ):
                    places[j] = places[j - 1]
                    j -= 1
                places[j] = place
        first = end
    return places
