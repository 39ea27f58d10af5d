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

    rows, added int32[n]: of all postings of the query, and what each adds.  The table has `ROOM` places a posting,
    each of which holds a row + 1 in its upper half and a sum in its lower.
    Source: Knuth, The Art of Computer Programming 3, 1998, section 6.4, algorithm L and multiplicative hashing.
    """
    bits = 1
    while (1 << bits) < ROOM * len(rows):
        bits += 1
    table, used = np.zeros(1 << bits, np.int64), np.empty(len(rows) + 1, np.int64)
    last, shift = (1 << bits) - 1, 32 - bits
    n = 0
    for p in range(len(rows)):
        key = np.int64(rows[p]) + 1
        place = ((key * FACTOR) & 0xFFFFFFFF) >> shift
        held = table[place]
        while held != 0 and held >> 32 != key:
            place = (place + 1) & last
            held = table[place]
        used[n] = place
        n += held == 0
        table[place] = (held if held != 0 else key << 32) + added[p]
    for i in range(n):
        row, value = (table[used[i]] >> 32) - 1, table[used[i]] & 0xFFFFFFFF
        if value >= theta and not (masked and not mask[row]):
            count, theta = offered(value, base + row, count, theta, k, values, found, ties, base, here)
    return count, theta
