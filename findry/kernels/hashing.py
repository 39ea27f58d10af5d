"""The k best rows of a query with few postings, summed in a hash table: no sums of whole windows are set to zero."""

from __future__ import annotations

__all__ = ["EACH", "FEW", "best_of_few"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.candidates import offered
from findry.kernels.compiled import inlined

FEW, EACH = 512, 64
"""So many postings of a query are few, and so many more for each window of the segment."""
ROOM, FACTOR = 4, 2654435761


@inlined
def best_of_few(
    rows: NDArray[np.int32],
    added: NDArray[np.int32],
    masked: bool,
    mask: NDArray[np.bool_],
    count: int,
    theta: int,
    k: int,
    values: NDArray[np.float32],
    found: NDArray[np.int32],
    ties: NDArray[np.uint64],
    base: int,
    here: NDArray[np.uint64],
) -> tuple[int, int]:
    """Add rows to the candidates of a query; returns how many they are, and theta, as `offered`.

    rows, added int32[n]: of all postings of the query, and what each adds.  The table has `ROOM` places a posting.
    Source: Knuth, The Art of Computer Programming 3, 1998, section 6.4, algorithm L and multiplicative hashing.
    """
    bits = 1
    while (1 << bits) < ROOM * len(rows):
        bits += 1
    keys, sums = np.zeros(1 << bits, np.int32), np.empty(1 << bits, np.int32)
    used = np.empty(len(rows) + 1, np.int64)
    n = 0
    for p in range(len(rows)):
        key = rows[p] + 1
        place = ((np.int64(key) * FACTOR) & 0xFFFFFFFF) >> (32 - bits)
        while keys[place] != 0 and keys[place] != key:
            place = (place + 1) & ((1 << bits) - 1)
        used[n] = place
        new = keys[place] == 0
        n += new
        sums[place] = (np.int32(0) if new else sums[place]) + added[p]
        keys[place] = key
    for i in range(n):
        row, value = np.int64(keys[used[i]]) - 1, np.int64(sums[used[i]])
        if value >= theta and not (masked and not mask[row]):
            count, theta = offered(value, base + row, count, theta, k, values, found, ties, base, here)
    return count, theta
