"""Counts of column values over documents."""

from __future__ import annotations

__all__ = ["count_facet"]

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, nearest
from findry.index import Snapshot


def count_facet(snapshot: Snapshot, documents: NDArray[np.integer], key: str, most: int = 20) -> dict[str, int]:
    """How many of some documents (rows of the document space) have each value of a column.

    Lists count each of their distinct values once a document; missing values are left out.
    Values are shown as text, the most frequent first, then by value; at most `most` of them.
    """
    kinds = snapshot.commit.columns
    if key not in kinds:
        near = nearest(key, kinds)
        raise InputError(
            "no column to count",
            expected=", ".join(sorted(kinds)) or "(the index has no columns)",
            received=key,
            hint=f"did you mean {near!r}?" if near else None,
        )
    counts: Counter[str] = Counter()
    base = 0
    for segment in snapshot.segments:
        inside = documents[(documents >= base) & (documents < base + segment.docs)] - base
        base += segment.docs
        column = segment.columns.get(key)
        if column is None or not len(inside):
            continue
        wanted = np.zeros(segment.docs, np.bool_)
        wanted[inside] = True
        owners, values = column.owners, column.values
        used = wanted[owners] & column.present[owners]
        pairs = np.unique(np.stack([owners[used].astype(np.float64), values[used].astype(np.float64)]), axis=1)
        found, numbers = np.unique(pairs[1], return_counts=True)
        for value, number in zip(found.tolist(), numbers.tolist(), strict=True):
            counts[_text(value, column.base, column)] += number
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])


def _text(value: float, base: str, column: object) -> str:
    if base == "str":
        return str(column.words[int(value)])  # type: ignore[attr-defined]
    if base == "bool":
        return "true" if value else "false"
    return str(int(value)) if base == "int" else str(value)
