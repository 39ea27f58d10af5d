"""Search by vectors: inner products with all rows, or with those that a scan of their signs nominates."""

from __future__ import annotations

__all__ = ["DenseSearcher", "Scan", "told"]

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from findry.index.schema import VectorField
from findry.index.snapshot import Snapshot
from findry.models import Encoder, require_same_card
from findry.records import Queries, Run, Space, ragged
from findry.search.nominate import Found, Scan, SegmentVectors
from findry.search.query_vectors import query_vectors
from findry.search.restrict import Restrictions
from findry.search.searcher import Exactness, ExcludeEach, WhereEach

SCANNED = 1 << 24


class DenseSearcher:
    """Ranks rows by the inner product of query and row vectors (the cosine for normalised encoders).

    scan: "exact" takes every row into account.  "signs" scores the rows whose signs differ from the query's in the
    fewest bits, as many as its segment says are needed for a recall of 0.99 (see `findry.index.depths`), or `depth` of
    them where that is not 0; rows of segments of at most 4,096 rows are all scored.  "auto" takes the signs for an
    index of more than 2^24 components (44,000 rows of 384), below which all rows take no longer than about 6 ms.
    The score of a pair is always the same, whatever the way, the batch, the segments or the linear algebra library.
    Variants of a query's plan are combined as a weighted sum of vectors.  A query without words finds nothing.

    Cost: exact O(rows x dimension) a query; signs a 32nd of the bytes.  Memory is bounded by blocks of queries.
    """

    def __init__(
        self, snapshot: Snapshot, encoder: Encoder, field: str | None = None, scan: Scan = "auto", depth: int = 0
    ) -> None:
        self.snapshot = snapshot
        self.field = snapshot.vector_field(field)
        self.encoder = encoder
        self.scan, self.depth = scan, depth
        where = f"index {str(snapshot.root)!r}, field {self.field.name!r}"
        require_same_card(dict(self.field.encoder), encoder.card, where=where)

    @property
    def exactness(self) -> Exactness:
        """Surrogate where the signs of any segment are scanned, at least for few results and without a filter."""
        return "surrogate" if any(segment.scanned for segment in self._segments) else "exact"

    @property
    def space(self) -> Space:
        return self.snapshot.rows

    def held(self) -> dict[str, int]:
        """Bytes of the vectors, and of their signs where they are scanned."""
        name = f"{self.snapshot.commit.index_id} vectors {self.field.name}"
        width = self.field.dimension
        rows = sum(segment.rows for segment in self.snapshot.segments)
        signs = sum(s.rows for s, of_it in zip(self.snapshot.segments, self._segments, strict=True) if of_it.scanned)
        return {name: 4 * width * rows} | ({f"{name} signs": 8 * -(-width // 64) * signs} if signs else {})

    def encode(self, queries: Queries) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows of queries that have something to search with, and their vectors."""
        return query_vectors(self.snapshot, self.field, self.encoder, queries)

    def search(self, queries: Queries, k: int, *, where: WhereEach = None, exclude: ExcludeEach = None) -> Run:
        """The k best rows of each query."""
        rows, vectors = self.encode(queries)
        allowed = Restrictions(self.snapshot, queries, where, exclude)
        if k <= 0 or not len(rows):
            return Run.empty(queries.space, self.space, name="dense")
        masks = [allowed.masks(row) for row in rows.tolist()]
        found = [
            vectors_of.best(vectors, [of_it[number] for of_it in masks], k)
            for number, vectors_of in enumerate(self._segments)
        ]
        return _joined(queries, self.snapshot, rows, found, k)

    @cached_property
    def _segments(self) -> list[SegmentVectors]:
        return opened(self.snapshot, self.field, self.scan, self.depth)

    def score(self, queries: Queries, candidates: Run) -> Run:
        """The candidates with their exact inner products; 0 for a query without words; sorted anew."""
        candidates.items.require_same(self.space, where="dense scoring")
        from findry.kernels.products import inner_products

        scores = np.zeros(len(candidates.rows), np.float32)
        for row, vector in zip(*self.encode(queries), strict=True):
            span = candidates.hits(int(row))
            scores[span] = inner_products(self.vectors(candidates.rows[span]), vector)
        return Run.ranked(candidates.queries, self.space, candidates.owners, candidates.rows, scores, name="dense")

    def vectors(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """The stored vectors of some rows, float32[n, dimension]."""
        out = np.zeros((len(rows), self.field.dimension), np.float32)
        which = np.searchsorted(self.snapshot.row_base, rows, side="right") - 1
        for number in sorted({*which.tolist()}):
            places = np.flatnonzero(which == number)
            matrix = self.snapshot.segments[number].vectors(self.field.name)
            out[places] = matrix[rows[places] - self.snapshot.row_base[number]]
        return out


def opened(snapshot: Snapshot, field: VectorField, scan: Scan, depth: int) -> list[SegmentVectors]:
    """The vectors of each segment, with "auto" decided by the size of the index."""
    if scan == "auto":
        scan = "signs" if len(snapshot.rows) * field.dimension >= SCANNED else "exact"
    return [SegmentVectors(segment, field.name, scan, depth) for segment in snapshot.segments]


def told(snapshot: Snapshot, field: VectorField) -> dict[str, str | int | float]:
    """How a field is searched by default: exactness, and for a surrogate the rows scored for the 10 best in the segment
    that needs most, and the lowest recall that a segment measured with them."""
    scanned = [segment.measured for segment in opened(snapshot, field, "auto", 0) if segment.scanned]
    depths = [measured.depths[0] for measured in scanned if measured]
    if not depths:
        return {"exactness": "exact"}
    return {"exactness": "surrogate", "depth": max(d.depth for d in depths), "recall": min(d.recall for d in depths)}


def _joined(
    queries: Queries, snapshot: Snapshot, rows: NDArray[np.int64], found: Sequence[Sequence[Found]], k: int
) -> Run:
    """The run of what each of some queries found in each segment."""
    if len(found) == len(queries) == 1:
        ((hits, scores),) = found[0]
        return Run(queries.space, snapshot.rows, np.array([0, len(hits)]), hits, scores, name="dense")
    if len(found) == 1:
        counts = np.zeros(len(queries), np.int64)
        counts[rows] = [len(of_it) for of_it, _ in found[0]]
        hits, scores = (np.concatenate(parts) for parts in zip(*found[0], strict=True))
        return Run(queries.space, snapshot.rows, ragged.counts_to_offsets(counts), hits, scores, name="dense")
    parts = [
        (np.full(len(hits), row), hits + base, scores)
        for base, of_segment in zip(snapshot.row_base.tolist(), found, strict=False)
        for row, (hits, scores) in zip(rows.tolist(), of_segment, strict=True)
    ]
    if not parts:
        return Run.empty(queries.space, snapshot.rows, name="dense")
    owners, every, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Run.ranked(queries.space, snapshot.rows, owners, every, values, k=k, name="dense")
