"""Selection and sorting, short enough to compile in a second; those of numba take ten times as long."""

from __future__ import annotations

__all__ = ["kth_largest", "order_places", "select", "sort_places"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined

SHORT = 32
"""So few places are sorted by insertion."""
KEYS, KEY = 256, np.uint64(56)
PARTS = 11
"""A range of values is cut into at most two to this power parts, two to four times as many as there are values."""


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


@inlined
def _cut(values: NDArray[Any]) -> tuple[int, float, float]:
    """How many parts, where the range begins, and parts for a unit of it; 0 where it has no length or no end."""
    parts = 1 << PARTS
    while parts > 4 * len(values):
        parts >>= 1
    low, high = np.float64(values.min()), np.float64(values.max())
    length = high - low
    return parts, low, (parts - 1) / length if 0 < length < np.inf else 0.0


@compiled
def kth_largest(values: NDArray[Any], k: int) -> Any:
    """The value that stands at k, from 1, when the values fall; they stay as they are.

    By counting in equal parts of the range where k is large, then among those of the part that it falls in.

    >>> import numpy as np
    >>> kth_largest(np.array([5, 1, 4, 1], np.float32), 2)
    4.0
    """
    if k > SHORT:
        parts, low, scale = _cut(values)
        if scale == 0.0:
            return select(values.copy(), len(values) - k)
        counts, above, part = np.zeros(parts, np.int64), 0, parts - 1
        for value in values:
            counts[int((np.float64(value) - low) * scale)] += 1
        while above + counts[part] < k:
            above += counts[part]
            part -= 1
        here, n = np.empty(counts[part] + 1, values.dtype), 0
        for value in values:
            here[n] = value
            n += int((np.float64(value) - low) * scale) == part
        return select(here[:n], n - (k - above))
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


@inlined
def _begin(counts: NDArray[np.int64]) -> None:
    """Put in the place of each count how many come before: where what is counted begins."""
    before = 0
    for place in range(len(counts)):
        before, counts[place] = before + counts[place], before


@compiled
def order_places(values: NDArray[np.float32], ties: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The places of values in the order of `sort_places`; int64[n].

    By counting: the first digits of ties, then equal parts of the range of values; then in each part by itself.
    Source: Knuth, The Art of Computer Programming 3, 1998, section 5.2, algorithm D.  Cost: O(n) where the values are
    spread over their range.

    >>> import numpy as np
    >>> order_places(np.array([1, 3, 3, -2], np.float32), np.array([5, 9, 2, 1], np.uint64)).tolist()
    [2, 1, 0, 3]
    """
    n = len(values)
    places, ends = np.arange(n), np.full(1, n)
    parts, low, scale = _cut(values) if n > SHORT else (1, 0.0, 0.0)
    if scale > 0.0:
        keys, by_tie = np.zeros(KEYS, np.int64), np.empty(n, np.int64)
        for tie in ties:
            keys[tie >> KEY] += 1
        _begin(keys)
        for place in range(n):
            key = ties[place] >> KEY
            by_tie[keys[key]] = place
            keys[key] += 1
        ends = np.zeros(parts, np.int64)
        for value in values:
            ends[parts - 1 - int((np.float64(value) - low) * scale)] += 1
        _begin(ends)
        for place in by_tie:
            part = parts - 1 - int((np.float64(values[place]) - low) * scale)
            places[ends[part]] = place
            ends[part] += 1
    first = 0
    for end in ends:
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
