"""Search by vectors: exact inner products over all rows."""

from __future__ import annotations

__all__ = ["DenseSearcher", "inner_products"]


import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.clauses import parsed_query
from findry.index.lexical import _gather
from findry.index.restrict import Restrictions
from findry.index.searcher import Exactness, ExcludeEach, WhereEach, best
from findry.index.snapshot import Snapshot
from findry.models import Encoder, require_same_card
from findry.records import ORIGINAL, Queries, Run, Space

BLOCK_BYTES = 64 << 20
EPSILON = float(np.finfo(np.float32).eps)


def inner_products(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products of each row with one vector, summed in float64 in a fixed order.

    The value of a pair depends on nothing but the pair, unlike that of a matrix product.

    >>> inner_products(np.array([[1, 2], [0, 1]], np.float32), np.array([3, 4], np.float32)).tolist()
    [11.0, 4.0]
    """
    sums: NDArray[np.float64] = (matrix.astype(np.float64) * vector.astype(np.float64)).sum(axis=1)
    return sums.astype(np.float32)


class DenseSearcher:
    """Ranks rows by the inner product of query and row vectors (the cosine for normalised encoders).

    A matrix product nominates every row that could be among the k best, with a margin for its
    rounding; the score returned for each is that of `inner_products`, so results do not depend on
    batch, segments or the linear algebra library.  Variants of a query's plan are combined as a
    weighted sum of vectors.  A query without words finds nothing.

    Cost: O(rows x dimension) a query in the matrix product, memory bounded by blocks of queries.
    """

    exactness: Exactness = "exact"

    def __init__(self, snapshot: Snapshot, encoder: Encoder, field: str | None = None) -> None:
        self.snapshot = snapshot
        self.field = snapshot.vector_field(field)
        self.encoder = encoder
        where = f"index {str(snapshot.root)!r}, field {self.field.name!r}"
        require_same_card(dict(self.field.encoder), encoder.card, where=where)

    @property
    def space(self) -> Space:
        return self.snapshot.rows

    def encode(self, queries: Queries) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows of queries that have something to search with, and their vectors."""
        texts: list[str] = []
        pieces: list[tuple[int, float, int | NDArray[np.float32]]] = []
        for row in range(len(queries)):
            parsed = parsed_query(self.snapshot, queries, row)
            for variant in queries.variants(row):
                text = parsed.text if parsed and variant.role == ORIGINAL else variant.text
                if variant.vector is not None:
                    pieces.append((row, variant.weight, variant.vector))
                elif text and text.strip():
                    pieces.append((row, variant.weight, len(texts)))
                    texts.append(text)
        encoded = self.encoder.encode(texts, "query")
        sums = np.zeros((len(queries), self.field.dimension), np.float64)
        parts = np.zeros(len(queries), np.int64)
        for row, weight, piece in pieces:
            vector = encoded[piece] if isinstance(piece, int) else piece
            if vector.shape != (self.field.dimension,) or not np.isfinite(vector).all():
                raise InputError(
                    "a query vector that cannot be searched with",
                    expected=f"{self.field.dimension} finite components",
                    received=f"shape {vector.shape}, finite: {bool(np.isfinite(vector).all())}",
                    where=f"query {queries.ids[row]!r}",
                )
            sums[row] += weight * vector
            parts[row] += 1
        rows = np.flatnonzero(parts)
        mixed = parts[rows] > 1
        lengths = np.linalg.norm(sums[rows], axis=1, keepdims=True)
        vectors = np.where(mixed[:, None] & (lengths > 0), sums[rows] / np.maximum(lengths, 1e-30), sums[rows])
        return rows, vectors.astype(np.float32)

    def search(self, queries: Queries, k: int, *, where: WhereEach = None, exclude: ExcludeEach = None) -> Run:
        """The k best rows of each query."""
        rows, vectors = self.encode(queries)
        return self._search(queries, rows, vectors, k, Restrictions(self.snapshot, queries, where, exclude))

    def _search(
        self, queries: Queries, rows: NDArray[np.int64], vectors: NDArray[np.float32], k: int, allowed: Restrictions
    ) -> Run:
        found: list[tuple[int, NDArray[np.int64], NDArray[np.float32]]] = []
        largest = max((segment.rows for segment in self.snapshot.segments), default=0)
        step = max(1, BLOCK_BYTES // (4 * max(largest, 1)))
        masks = [allowed.masks(row) for row in rows.tolist()] if k > 0 else []
        for number, segment in enumerate(self.snapshot.segments if k > 0 else ()):
            matrix = segment.vectors(self.field.name)
            norm = float(segment.meta["norms"][self.field.name])
            for start in range(0, len(rows), step):
                block = vectors[start : start + step]
                approximate = block @ matrix.T
                for place, vector in enumerate(block):
                    mask = masks[start + place][number]
                    kept = _nominate(approximate[place], mask, k, _slack(vector, norm))
                    scores = inner_products(matrix[kept], vector)
                    chosen = best(scores, np.arange(len(kept)), k)
                    base = self.snapshot.row_base[number]
                    found.append((int(rows[start + place]), kept[chosen] + base, scores[chosen]))
        return _gather(queries, self.space, found, k, "dense")

    def score(self, queries: Queries, candidates: Run) -> Run:
        """The candidates with their exact inner products; 0 for a query without words; sorted anew."""
        candidates.items.require_same(self.space, where="dense scoring")
        scores = np.zeros(len(candidates.rows), np.float32)
        for row, vector in zip(*self.encode(queries), strict=True):
            span = candidates.hits(int(row))
            scores[span] = inner_products(self.vectors(candidates.rows[span]), vector)
        return Run.ranked(candidates.queries, self.space, candidates.owners, candidates.rows, scores, name="dense")

    def vectors(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """The stored vectors of some rows, float32[n, dimension]."""
        out = np.zeros((len(rows), self.field.dimension), np.float32)
        which = np.searchsorted(self.snapshot.row_base, rows, side="right") - 1
        for number in np.unique(which).tolist():
            places = np.flatnonzero(which == number)
            matrix = self.snapshot.segments[number].vectors(self.field.name)
            out[places] = matrix[rows[places] - self.snapshot.row_base[number]]
        return out


def _slack(vector: NDArray[np.float32], norm: float) -> float:
    """Twice the largest rounding error of a float32 inner product: d eps |q| |v| each."""
    return 2 * len(vector) * EPSILON * float(np.linalg.norm(vector)) * norm


def _nominate(
    approximate: NDArray[np.float32], mask: NDArray[np.bool_] | None, k: int, slack: float
) -> NDArray[np.int64]:
    """The rows whose approximate score is within the slack of the k-th best allowed one."""
    rows = np.arange(len(approximate)) if mask is None else np.flatnonzero(mask)
    if len(rows) <= k:
        return rows
    scores = approximate[rows]
    kth = np.partition(scores, len(scores) - k)[len(scores) - k]
    kept: NDArray[np.int64] = rows[scores >= kth - slack]
    return kept
