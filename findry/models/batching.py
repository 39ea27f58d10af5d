"""Which texts go through a model together: equal lengths only, so that nothing is padded."""

from __future__ import annotations

__all__ = ["equal_length_batches"]

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray


def equal_length_batches(lengths: ArrayLike, budget: int) -> Iterator[NDArray[np.intp]]:
    """Positions of one batch after another: one length each, at most `budget` tokens, longest first.

    No padding means no wasted work, and a vector that does not depend on its batch mates: with padding
    the order of additions inside a softmax changes with the longest mate.  A text longer than the
    budget is a batch by itself.

    >>> [batch.tolist() for batch in equal_length_batches([3, 2, 3, 3], budget=6)]
    [[0, 2], [3], [1]]
    """
    sizes = np.asarray(lengths, np.int64)
    order = np.argsort(-sizes, kind="stable")
    starts = np.flatnonzero(np.diff(sizes[order], prepend=-1))
    for group in np.split(order, starts[1:]):
        if not len(group):
            continue
        step = max(1, budget // max(1, int(sizes[group[0]])))
        for start in range(0, len(group), step):
            yield group[start : start + step]
