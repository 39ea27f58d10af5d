"""The k best rows of one segment for some vectors: of all rows, or of those that a scan of signs brings."""

from __future__ import annotations

__all__ = ["Found", "Scan", "SegmentVectors"]

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from findry.index.segment import Segment
from findry.search.plain import best_of_rows, plain
from findry.search.spreading import spread

Mask = NDArray[np.bool_]
Found = tuple[NDArray[np.int32], NDArray[np.float32]]
EPSILON = float(np.finfo(np.float32).eps)
BLOCK_BYTES, PARTS, FEW, CHEAP, SMALL, THREADED, ALONE = 64 << 20, 1024, 4, 64, 32, 1 << 24, 1 << 24
EVERY: NDArray[np.int64] = np.zeros(0, np.int64)
Scan = Literal["auto", "exact", "signs"]


class SegmentVectors:
    """The vectors of one field in one segment, ready for many searches; read at the first."""

    def __init__(self, segment: Segment, field: str, scan: Scan, depth: int) -> None:
        self._segment, self._field, self._depth = segment, field, depth
        self._norm = segment.norm(field)
        self.measured = None if scan == "exact" or depth else segment.measured(field)
        first = self.measured.depth(1) if self.measured else depth
        self.scanned = scan != "exact" and 0 < FEW * first <= segment.rows

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        return self._segment.vectors(self._field)

    @cached_property
    def _signs(self) -> NDArray[np.uint64]:
        return self._segment.signs(self._field)

    @cached_property
    def _ties(self) -> NDArray[np.uint64]:
        return self._segment.ties

    def best(self, vectors: NDArray[np.float32], masks: Sequence[Mask | None], k: int) -> list[Found]:
        """For each vector the k best allowed rows with their scores, in order; exact where signs are not scanned.

        Queries with the same mask are scanned together.
        """
        k = min(k, len(self._matrix))
        if not self.scanned:
            return self._by_products(vectors, masks, k)
        if len(masks) == 1:
            return self._by_signs(vectors, masks[0], k)
        alike: dict[int, list[int]] = {}
        for place, mask in enumerate(masks):
            alike.setdefault(id(mask), []).append(place)
        found: dict[int, Found] = {}
        for places in alike.values():
            found |= zip(places, self._by_signs(vectors[places], masks[places[0]], k), strict=True)
        return [found[place] for place in range(len(masks))]

    def _by_signs(self, vectors: NDArray[np.float32], mask: Mask | None, k: int) -> list[Found]:
        """The best of the rows that a scan of signs brings.

        It brings `depth` rows; by default as many as the segment says, and more where the k-th best score says that
        as good a row may lie farther away (see `findry.index.depths`).  Exact where few rows are allowed, and for a
        vector that would need more than a quarter of them.
        """
        from findry.kernels.nominating import best_by_signs

        depth = max(self.measured.depth(k) if self.measured else self._depth, k)
        rows = len(self._matrix)
        allowed = rows if mask is None else int(np.count_nonzero(mask))
        if allowed < max(FEW * depth, rows // CHEAP):
            return self._by_products(vectors, [mask] * len(vectors), k)
        settings = mask, allowed, k, depth, self.measured.bits if self.measured else EVERY, self._norm, self._ties

        def run(start: int, stop: int) -> list[Found]:
            return best_by_signs(self._signs, self._matrix, vectors[start:stop], *settings)

        threads = None if len(vectors) * rows >= THREADED else 1
        found = [of_it for part in spread(run, len(vectors), threads, fewest=1, each=1) for of_it in part]
        for place, (hits, _) in enumerate(found):
            if not len(hits):
                found[place] = self._by_products(vectors[place : place + 1], [mask], k)[0]
        return found

    def _by_products(self, vectors: NDArray[np.float32], masks: Sequence[Mask | None], k: int) -> list[Found]:
        """The best of all allowed rows, exactly.

        A matrix product nominates every row that could be among them, with a margin for its rounding; one kernel gives
        the scores.  Where at most a quarter of the rows is allowed, it scores them all.
        """
        if plain(len(self._matrix), len(vectors)):
            best = best_of_rows
        else:
            from findry.kernels.ranking import best_of_rows as best

        matrix, found = self._matrix, list[Found]()
        step = max(1, BLOCK_BYTES // (4 * max(len(matrix), 1)))
        for start in range(0, len(vectors), step):
            chosen = [_few(mask) for mask in masks[start : start + step]]
            others = [start + place for place, rows in enumerate(chosen) if rows is None]
            lines = dict(zip(others, _products(matrix, vectors[others]), strict=True))
            for place, rows in enumerate(chosen, start):
                vector = vectors[place]
                if rows is None:
                    rows = _nominated(lines[place], masks[place], k, _slack(vector, self._norm))
                found.append(best(matrix, vector, rows, k, self._ties))
        return found


def _products(matrix: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products [Q, rows] with all rows, rounded as the linear algebra library likes; for few vectors the product
    with the matrix on the left takes two thirds of the time, its transposition included."""
    if len(vectors) == 1:
        product: NDArray[np.float32] = _product(matrix, vectors[0])[None]
    elif len(vectors) < SMALL:
        product = np.ascontiguousarray((matrix @ vectors.T).T)
    else:
        product = vectors @ matrix.T
    return product


def _product(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """As `_products` for one vector; row by row, in one thread, where the matrix is small and NumPy can.

    The threads of a matrix product wait for those of the encoder, which still hold the processors when it has ended: a
    hybrid query over 5,600 documents took 24 ms with them and 11 ms without.
    """
    alone = matrix.size <= ALONE and hasattr(np, "vecdot")
    product: NDArray[np.float32] = np.vecdot(matrix, vector) if alone else matrix @ vector
    return product


def _few(mask: Mask | None) -> NDArray[np.int64] | None:
    """The allowed rows, when scoring them one by one costs less than a product with all."""
    if mask is None or FEW * np.count_nonzero(mask) > len(mask):
        return None
    return np.flatnonzero(mask)


def _slack(vector: NDArray[np.float32], norm: float) -> float:
    """Twice the largest rounding error of a float32 inner product: d eps |q| |v| each."""
    return 2 * len(vector) * EPSILON * float(np.linalg.norm(vector)) * norm


def _nominated(scores: NDArray[np.float32], mask: Mask | None, k: int, slack: float) -> NDArray[np.int64]:
    """The rows whose approximate score is within the slack of the k-th best allowed one, or of a lower bound of it.

    The k-th best of the maxima of parts is such a bound: k parts have a row that good.

    >>> _nominated(np.array([1, 3, 2, 5], np.float32), np.array([1, 1, 1, 0], bool), 2, 0.5).tolist()
    [1, 2]
    """
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    parts = max(PARTS, 4 * k)
    width = len(scores) // parts
    tops = scores[: width * parts].reshape(width, parts).max(axis=0) if width > 1 else scores
    bound = np.partition(tops, len(tops) - k)[len(tops) - k] if len(tops) > k else -np.inf
    if bound == -np.inf:
        return np.arange(len(scores)) if mask is None else np.flatnonzero(mask)
    return np.flatnonzero(scores >= bound - slack)
