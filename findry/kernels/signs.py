"""Vectors of one bit a component: their signs packed into words."""

from __future__ import annotations

__all__ = ["level_of", "ones", "pack_row", "pack_signs", "tally"]

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from findry.kernels.arrays import fixed
from findry.kernels.compiled import compiled, inlined

Words = NDArray[np.uint64]


@intrinsic  # type: ignore[untyped-decorator]
def ones(typing: Any, word: Any) -> Any:
    """How many bits of a word are set."""
    del typing, word

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@inlined
def pack_row(row: NDArray[np.float32], words: Words) -> None:
    """The signs of one row: bit j of word w is set where component 64 w + j is above 0."""
    for word in range(len(words)):
        bits = np.uint64(0)
        start = word * 64
        for bit in range(min(64, len(row) - start)):
            bits |= np.uint64(row[start + bit] > 0) << np.uint64(bit)
        words[word] = bits


@compiled
def _pack(matrix: NDArray[np.float32], words: Words) -> None:
    for row in range(len(matrix)):
        pack_row(matrix[row], words[row])


def pack_signs(matrix: NDArray[np.float32]) -> Words:
    """The signs of each row, uint64[n, ceil(d / 64)]: bit j of word w is set where component 64 w + j is above 0.

    What is left of the last word is 0 in rows and queries alike, so that it never differs.

    >>> pack_signs(np.array([[0.5, -1, 0, 2]], np.float32)).tolist()
    [[9]]
    """
    words = np.zeros((len(matrix), -(-matrix.shape[1] // 64)), np.uint64)
    _pack(fixed(matrix), words)
    return words


@inlined
def level_of(share: float, levels: int) -> int:
    """Which of so many equal parts of the range from -1 to 1 a number lies in."""
    return min(max(int((share + 1) * (levels / 2)), 0), levels - 1)


@compiled
def _tally(
    signs: Words,
    query: Words,
    scores: NDArray[np.float32],
    scale: float,
    levels: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    for at in range(len(signs)):
        if scores[at] != -np.inf:
            differ = np.uint64(0)
            for word in range(len(query)):
                differ += ones(signs[at, word] ^ query[word])
            levels[level_of(scores[at] * scale, len(levels)), int(differ)] += 1
            counts[int(differ)] += 1


def tally(
    signs: Words,
    query: Words,
    scores: NDArray[np.float32],
    scale: float,
    levels: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """Count rows by the bits in which they differ from a query, in `counts`, and so for each level of score.

    levels int64[L, 64 words + 1] cut the range from -1 to 1 of score x scale into L equal parts; counts
    int64[64 words + 1].  A row with score -inf is passed over.

    >>> levels, counts = np.zeros((2, 65), int), np.zeros(65, int)
    >>> tally(np.array([[1], [3]], np.uint64), np.array([1], np.uint64), np.float32([1, -0.5]), 1, levels, counts)
    >>> counts[:2].tolist(), levels[:, :2].tolist()
    ([1, 1], [[0, 1], [1, 0]])
    """
    _tally(fixed(signs), query, scores, float(scale), levels, counts)
