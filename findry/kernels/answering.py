"""Queries of words from the lines of their terms to ranked rows, in one call."""

from __future__ import annotations

__all__ = ["answer"]

import numpy as np
from numba import carray
from numpy.typing import NDArray

from findry.kernels.addresses import pointer
from findry.kernels.candidates import ranked
from findry.kernels.compiled import compiled
from findry.kernels.descriptors import (
    CAPACITY,
    DESCRIPTORS,
    KNOWN,
    LISTS,
    MASK,
    ROOM,
    SEGMENT_ROWS,
    SEGMENTS,
    VIEW,
    WORTH,
)
from findry.kernels.layout import COLUMNS, SPARE
from findry.kernels.planning import planned
from findry.kernels.searching import search


@compiled
def answer(
    view: NDArray[np.int64], asked: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """The k best rows of queries in order: offsets int64[Q + 1], rows and scores.

    view: of what is known of terms, then of each segment; asked: the lines that each query asks for, as `planned` takes
    them.
    """
    segments, capacity = view[SEGMENTS], view[CAPACITY]
    worth = carray(pointer(view[WORTH]), capacity, np.float64)
    described = carray(pointer(view[LISTS]), (segments, capacity, COLUMNS), np.int64)
    saturations = carray(pointer(view[KNOWN]), view[ROOM], np.float32)
    scale, first, lists, weights = planned(asked, worth, described)
    queries = len(scale)
    held = np.zeros((queries, 2), np.int64)
    values = np.empty((queries, 2 * k + SPARE), np.float32)
    found, ties = np.empty(values.shape, np.int32), np.empty(values.shape, np.uint64)
    none = np.empty(0, np.int32)
    every, live = np.full(queries, -1), np.zeros(queries, np.int64)
    for number in range(segments):
        segment = view[VIEW + number * DESCRIPTORS : VIEW + (number + 1) * DESCRIPTORS]
        masked = segment[MASK] != 0
        masks = carray(pointer(segment[MASK]), (int(masked), segment[SEGMENT_ROWS]), np.bool_)
        search(
            0,
            queries,
            segment,
            first[number],
            lists[number],
            weights[number],
            none,
            none,
            saturations,
            live if masked else every,
            masks,
            k,
            held,
            values,
            found,
            ties,
        )
    return ranked(held, values, found, ties, scale)
