"""From gathered documents to the arrays of one segment."""

from __future__ import annotations

__all__ = ["build_segment"]

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.columns import build_columns
from findry.index.draft import Draft
from findry.index.postings import build_postings
from findry.index.vectors import build_vectors
from findry.models import Encoder

Arrays = dict[str, NDArray[Any]]


def build_segment(
    draft: Draft,
    encoders: Mapping[str, Encoder],
    kinds: Mapping[str, str],
    *,
    beside: bool = False,
    progress: bool = False,
) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and meta of a segment, for documents whose columns have these kinds.

    `encoders` gives the encoder of each vector field by name.  beside: what is kept of the documents is made in a
    second thread, while this one analyses and inverts.  Nothing is written: an error here leaves the index as it was.
    """
    columns, names = build_columns(draft.values, kinds)
    meta: dict[str, Any] = {"docs": len(draft), "rows": draft.rows, "columns": names, "totals": {}}
    if not beside:
        return {**draft.arrays(), **columns, **_fields(draft, encoders, meta, progress)}, meta
    with ThreadPoolExecutor(1, "findry-documents") as pool:
        kept = pool.submit(draft.arrays)
        fields = _fields(draft, encoders, meta, progress)
        return {**kept.result(), **columns, **fields}, meta


def _fields(draft: Draft, encoders: Mapping[str, Encoder], meta: dict[str, Any], progress: bool) -> Arrays:
    """The arrays of lexical and vector fields; what is told of them goes to `meta`."""
    arrays: Arrays = {}
    for place, lexical in enumerate(draft.schema.lexical):
        tokens = lexical.analyzer.analyze(draft.texts(lexical.sources))
        postings, bounds = build_postings(tokens)
        arrays |= {f"lex{place}.{part}": array for part, array in postings.items()}
        meta.setdefault("bounds", {})[f"lex{place}"] = list(bounds)
        meta["totals"][lexical.name] = len(tokens.terms)
    for place, vectors in enumerate(draft.schema.vectors):
        matrix = encoders[vectors.name].encode(draft.texts(vectors.sources), "document", progress=progress)
        parts, of_them = build_vectors(_checked(matrix, draft.rows, vectors.dimension, vectors.name))
        arrays |= {f"vec{place}{part}": array for part, array in parts.items()}
        for key, value in of_them.items():
            meta.setdefault(key, {})[vectors.name] = value
    return arrays


def _checked(matrix: NDArray[np.float32], n: int, dimension: int, field: str) -> NDArray[np.float32]:
    if matrix.shape != (n, dimension) or not np.isfinite(matrix).all():
        raise InputError(
            "the encoder gave unusable vectors",
            expected=f"finite [{n}, {dimension}]",
            received=f"{list(matrix.shape)}, finite: {bool(np.isfinite(matrix).all())}",
            where=f"vector field {field!r}",
        )
    return matrix.astype(np.float32, copy=False)
