"""Counts of column values over documents."""

from __future__ import annotations

__all__ = ["count_facet"]

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, nearest
from findry.index import Snapshot
from findry.index.columns import Column


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
        found, codes = np.unique(values[used], return_inverse=True)
        pairs = np.unique(owners[used] * max(len(found), 1) + codes)
        numbers = np.bincount(pairs % max(len(found), 1), minlength=len(found))
        for value, number in zip(found.tolist(), numbers.tolist(), strict=True):
            counts[_text(value, column)] += number
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])


def _text(value: float | bool, column: Column) -> str:
    """A value as shown; 1 and 1.0 are one value, in whatever kind of column a segment holds them."""
    if column.base == "str":
        return column.words[int(value)]
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if float(value).is_integer() else str(value)
