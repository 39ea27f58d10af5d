"""The vectors that a batch of queries searches with."""

from __future__ import annotations

__all__ = ["query_vectors"]

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.schema import VectorField
from findry.index.snapshot import Snapshot
from findry.models import Encoder
from findry.records import ORIGINAL, Queries
from findry.search.clauses import parsed_query


def query_vectors(
    snapshot: Snapshot, field: VectorField, encoder: Encoder, queries: Queries
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows of queries that have something to search with, and their vectors, float32[n, dimension].

    Texts of a plan are encoded together; vectors of a plan are taken as they are.
    Errors: `InputError` for a vector of another shape or with a component that is not finite.
    """
    texts: list[str] = []
    pieces: list[tuple[int, float, int | NDArray[np.float32]]] = []
    for row in range(len(queries)):
        parsed = parsed_query(snapshot, queries, row)
        for variant in queries.variants(row):
            text = parsed.text if parsed and variant.role == ORIGINAL else variant.text
            if variant.vector is not None:
                pieces.append((row, variant.weight, variant.vector))
            elif text and text.strip():
                pieces.append((row, variant.weight, len(texts)))
                texts.append(text)
    encoded = encoder.encode(texts, "query") if texts else ()
    rows, vectors, weights = [], [], []
    for row, weight, piece in pieces:
        vector = encoded[piece] if isinstance(piece, int) else piece
        if vector.shape != (field.dimension,):
            raise _unusable(queries, row, field.dimension, f"shape {vector.shape}")
        rows.append(row)
        vectors.append(vector)
        weights.append(weight)
    matrix = np.array(vectors, np.float32).reshape(len(rows), field.dimension)
    if not math.isfinite(matrix.sum()) and not np.isfinite(matrix).all():
        row = rows[int(np.argmin(np.isfinite(matrix).all(axis=1)))]
        raise _unusable(queries, row, field.dimension, "a component that is not finite")
    return _mixed(rows, matrix, weights)


def _unusable(queries: Queries, row: int, dimension: int, received: str) -> InputError:
    expected, where = f"{dimension} finite components", f"query {queries.ids[row]!r}"
    return InputError("a query vector that cannot be searched with", expected=expected, received=received, where=where)


def _mixed(
    rows: Sequence[int], vectors: NDArray[np.float32], weights: Sequence[float]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """One vector a row: the weighted vector of a row that has one, else the weighted sum at unit length.

    >>> _mixed([0, 2, 2], np.float32([[3, 0], [3, 0], [0, 2]]), [2, 1, 2])[1].round(6).tolist()
    [[6.0, 0.0], [0.6000000238418579, 0.800000011920929]]
    """
    distinct = list(dict.fromkeys(rows))
    plain = all(weight == 1 for weight in weights)
    if len(distinct) == len(rows) and plain:
        return np.array(rows, np.int64), vectors
    weighted = np.array(weights)[:, None] * vectors.astype(np.float64)
    if len(distinct) == len(rows):
        return np.array(rows, np.int64), weighted.astype(np.float32)
    unique, places = np.unique(np.array(rows, np.int64), return_inverse=True)
    sums = np.zeros((len(unique), vectors.shape[1]))
    np.add.at(sums, places, weighted)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    several = (np.bincount(places) > 1)[:, None] & (lengths > 0)
    return unique, np.where(several, sums / np.maximum(lengths, 1e-30), sums).astype(np.float32)
