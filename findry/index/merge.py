"""Merging small segments into one, without the deleted documents and without encoding anew."""

from __future__ import annotations

__all__ = ["choose", "merge_segments"]

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.build import build_segment
from findry.index.schema import Schema, VectorField
from findry.index.segment import Segment
from findry.models import Side

MOST_SEGMENTS, MERGED_AT_ONCE = 12, 8


def choose(live: Sequence[int]) -> list[int]:
    """Which segments to merge, by their live sizes: the smallest eight once there are more than twelve.

    >>> choose([5, 1]), choose([100] + [1] * 12)
    ([], [1, 2, 3, 4, 5, 6, 7, 8])
    """
    if len(live) <= MOST_SEGMENTS:
        return []
    smallest = sorted(range(len(live)), key=lambda number: (live[number], number))[:MERGED_AT_ONCE]
    return sorted(smallest)


class _Stored:
    """An encoder that gives back vectors that were made before, in the order of the rows."""

    def __init__(self, field: VectorField, vectors: NDArray[np.float32]) -> None:
        self.card = dict(field.encoder)
        self.dimension = field.dimension
        self._vectors = vectors

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:  # noqa: ARG002
        return self._vectors

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:  # noqa: ARG002
        return [0] * len(texts)

    def token_spans(self, text: str) -> list[tuple[int, int]]:  # noqa: ARG002
        return []


def merge_segments(
    segments: Sequence[tuple[Segment, NDArray[np.bool_]]], schema: Schema, kinds: Mapping[str, str]
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and meta of one segment with the documents of several, those marked live only.

    Text is analysed again, vectors are copied.  Cost: O(text of the documents that stay).
    """
    documents = [s.document(doc) for s, live in segments for doc in np.flatnonzero(live).tolist()]
    encoders = {}
    for field in schema.vectors:
        kept = [s.vectors(field.name)[live[s.row_docs]] for s, live in segments]
        encoders[field.name] = _Stored(field, np.concatenate(kept))
    arrays, meta, _ = build_segment(documents, schema, encoders, kinds)
    return arrays, meta
