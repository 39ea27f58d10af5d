"""Merging small segments into one, without the deleted documents and without analysing or encoding anew."""

from __future__ import annotations

__all__ = ["choose", "merge_segments"]

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.joining import join_columns, join_postings, join_strings, take_strings
from findry.index.limits import LIMITS
from findry.index.schema import Schema
from findry.index.segment import Segment
from findry.index.vectors import build_vectors
from findry.records import ragged

FLOOR, FACTOR, MERGED_AT_ONCE = 100, 4, 4
MOST_DELETED, LEAST_FREED = 0.5, 0.05


def choose(live: Sequence[int], held: Sequence[int], rows: Sequence[int] | None = None) -> list[int]:
    """Which segments to merge next, by their live and stored documents and their rows; empty when all is well.

    Tiered: a tier holds the segments whose live sizes lie within a factor of four (all below 400 are one tier);
    four of one tier become one segment.  A segment more than half deleted is written anew alone, where that
    frees a twentieth of all documents: smaller ones are soon merged with others.
    A document is rewritten about log4(N / 100) times: 3.7 times in 1,000 commits of 1,000 documents.

    >>> choose([500, 900, 500], [500, 900, 500]), choose([500, 9000, 600, 700, 800], [500, 9000, 600, 700, 800])
    ([], [0, 2, 3, 4])
    >>> choose([10, 300], [30, 300]), choose([10, 900], [30, 900])
    ([0], [])
    """
    tiers: dict[int, list[int]] = {}
    for number, size in enumerate(live):
        tiers.setdefault(int(math.log(max(size / FLOOR, 1), FACTOR)), []).append(number)
    for tier in sorted(tiers):
        if len(tiers[tier]) >= MERGED_AT_ONCE:
            smallest = sorted(tiers[tier], key=lambda number: (live[number], number))[:MERGED_AT_ONCE]
            if sum((rows or live)[number] for number in smallest) <= LIMITS.rows:
                return sorted(smallest)
    deleted = [of_all - size for of_all, size in zip(held, live, strict=True)]
    wasted = [number for number, gone in enumerate(deleted) if gone > MOST_DELETED * held[number]]
    return [number for number in wasted if deleted[number] >= LEAST_FREED * sum(held)][:1]


def merge_segments(
    segments: Sequence[tuple[Segment, NDArray[np.bool_]]], schema: Schema, kinds: Mapping[str, str]
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and meta of one segment with the documents of several, those marked live only.

    The result is that of indexing these documents anew.  Cost: copying what stays, and a sort of the postings.
    """
    kept = [np.flatnonzero(live) for _, live in segments]
    rows = [live[segment.row_docs] for segment, live in segments]
    documents, ids = (
        join_strings([take_strings(s.arrays, name, docs) for (s, _), docs in zip(segments, kept, strict=True)])
        for name in ("docs", "ids")
    )
    keys = np.concatenate([np.zeros(0, np.uint64), *(s.doc_ties[live] for s, live in segments)])
    counts = [np.diff(segment.first_rows)[live] for segment, live in segments]
    first = ragged.counts_to_offsets(np.concatenate([np.zeros(0, np.int64), *counts]))
    chunked = [part for part in zip(segments, rows, strict=True) if schema.chunker is not None]
    ties = [segment.row_ties[mask] for (segment, _), mask in chunked]
    columns, names = join_columns([(segment.columns, live) for segment, live in segments], kinds)
    arrays: dict[str, NDArray[Any]] = {
        "docs.offsets": documents[0],
        "docs.data": documents[1],
        "ids.offsets": ids[0],
        "ids.data": ids[1],
        "ids.ties": keys,
        "ids.order": np.argsort(keys, kind="stable").astype(np.int32),
        "rows.doc": ragged.owner_of(first).astype(np.int32),
        "rows.first": first,
        "rows.span": _joined([s.spans[mask] for (s, _), mask in zip(segments, rows, strict=True)], (0, 2), np.int64),
        "rows.ties": _joined(ties, (0,), np.uint64),
        **columns,
    }
    meta: dict[str, Any] = {"docs": len(keys), "rows": int(first[-1]), "columns": names, "totals": {}}
    for place, lexical in enumerate(schema.lexical):
        parts = [(s.postings[lexical.name], mask) for (s, _), mask in zip(segments, rows, strict=True)]
        postings, bounds, meta["totals"][lexical.name] = join_postings(parts)
        meta.setdefault("bounds", {})[f"lex{place}"] = list(bounds)
        arrays |= {f"lex{place}.{part}": array for part, array in postings.items()}
    for place, field in enumerate(schema.vectors):
        vectors = [s.vectors(field.name)[mask] for (s, _), mask in zip(segments, rows, strict=True)]
        built, of_them = build_vectors(_joined(vectors, (0, field.dimension), np.float32))
        arrays |= {f"vec{place}{part}": array for part, array in built.items()}
        for key, value in of_them.items():
            meta.setdefault(key, {})[field.name] = value
    return arrays, meta


def _joined(parts: Sequence[NDArray[Any]], empty: tuple[int, ...], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(empty, dtype), *parts])
