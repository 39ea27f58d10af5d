"""Arithmetic on ragged (CSR) rows: list i of a batch is ``values[offsets[i]:offsets[i + 1]]``."""

from __future__ import annotations

__all__ = ["counts_to_offsets", "first_k", "owner_of", "positions", "rank_order", "take_lists"]

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]


def counts_to_offsets(counts: NDArray[np.integer]) -> Offsets:
    """Offsets of lists with the given lengths.

    >>> counts_to_offsets(np.array([2, 0, 1])).tolist()
    [0, 2, 2, 3]
    """
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def owner_of(offsets: Offsets) -> NDArray[np.int64]:
    """The list that each value belongs to.

    >>> owner_of(np.array([0, 2, 2, 3])).tolist()
    [0, 0, 2]
    """
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def positions(offsets: Offsets) -> NDArray[np.int64]:
    """The place of each value in its own list, from 0.

    >>> positions(np.array([0, 2, 2, 3])).tolist()
    [0, 1, 0]
    """
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets))


def first_k(offsets: Offsets, k: int) -> tuple[Offsets, NDArray[np.int64]]:
    """New offsets and the kept value indices when each list is cut to its first k.

    >>> new, kept = first_k(np.array([0, 3, 4]), 2)
    >>> new.tolist(), kept.tolist()
    ([0, 2, 3], [0, 1, 3])
    """
    kept = np.flatnonzero(positions(offsets) < k)
    return counts_to_offsets(np.minimum(np.diff(offsets), max(k, 0))), kept


def take_lists(offsets: Offsets, lists: NDArray[np.integer]) -> tuple[Offsets, NDArray[np.int64]]:
    """New offsets and value indices when whole lists are picked, in the given order.

    >>> new, kept = take_lists(np.array([0, 2, 3]), np.array([1, 0]))
    >>> new.tolist(), kept.tolist()
    ([0, 1, 3], [2, 0, 1])
    """
    counts = np.diff(offsets)[lists]
    new = counts_to_offsets(counts)
    return new, np.repeat(offsets[:-1][lists] - new[:-1], counts) + np.arange(new[-1])


def rank_order(
    owners: NDArray[np.integer], scores: NDArray[np.floating], ties: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """The permutation that sorts values by list, then falling score, then rising tie key.

    >>> rank_order(np.array([0, 0, 0]), np.array([1.0, 2.0, 1.0]), np.array([9, 5, 3], np.uint64)).tolist()
    [1, 2, 0]
    """
    falling = -scores
    if len(owners) and owners[0] == owners[-1] and (owners == owners[0]).all():  # one list, as of a person who waits
        order = np.argsort(falling, kind="stable")
        best = falling[order]
        return order if (best[1:] != best[:-1]).all() else np.lexsort((ties, falling))
    return np.lexsort((ties, falling, owners))
