"""A segment as the kernels take it."""

from __future__ import annotations

__all__ = ["Held", "hold"]

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from findry.index.snapshot import Snapshot
from findry.kernels.descriptors import BASE, BUFFER, BYTES, DESCRIPTORS, FIELDS, MASK, SEGMENT_ROWS, TIES_AT
from findry.kernels.layout import LEVELS
from findry.search.terms import Vocabulary

Terms = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]
_PLACES = ("rows16", "rows32", "tf", "windows", "tops", "ladder")


class Held(NamedTuple):
    """A segment as the kernels take it: its descriptor, and of each field the places of its parts, and its terms.

    `kept` holds the arrays whose addresses stand in the descriptor.
    """

    descriptor: NDArray[np.int64]
    kept: tuple[NDArray[Any], ...]
    places: list[NDArray[np.int64]]
    terms: list[Terms]


def hold(
    snapshot: Snapshot, segment: int, vocabularies: Sequence[Vocabulary], lines: Sequence[tuple[float, float]]
) -> Held:
    """What the kernels take of a segment, for length norms whose fixed parts and slopes are `lines`, one a field."""
    from findry.kernels.addresses import address

    lexical = snapshot.segments[segment].lexical
    ties = "ids.ties" if snapshot.schema.chunker is None else "rows.ties"
    lexical[ties]
    levels = np.arange(LEVELS + 1) / LEVELS
    upper, lower, lengths, over, places, terms = [], [], [], [], [], []
    for vocabulary, line in zip(vocabularies, lines, strict=True):
        postings = vocabulary.postings[segment]
        for part in ("wide", "slot", "windows", "tops", "ladder", "over.at", "over.tf", "lengths", "short"):
            postings.array(part)
        smallest, largest = postings.bounds.ratios(*line)
        upper.append(_moved(levels, smallest) * (1 + 1e-6))
        lower.append(_moved(levels, largest) * (1 - 1e-6))
        lengths.append((postings.place("lengths"), postings.place("short")))
        over.append((postings.place("over.at"), len(postings.array("over.at")), postings.place("over.tf")))
        terms.append((postings.start, postings.array("wide"), postings.array("slot"), postings.compared))
        places.append(np.array([postings.place(part) for part in _PLACES], np.int64))
    fixed, slope = np.array(lines, np.float32).T.copy()
    (mask,) = snapshot.masks(None)[segment : segment + 1]
    kept = (
        fixed,
        slope,
        np.array(upper),
        np.array(lower),
        np.array([whole for whole, _ in lengths], np.int64),
        np.array([short for _, short in lengths], np.int64),
        np.array(over, np.int64),
    )
    buffer = lexical.buffer
    descriptor = np.empty(DESCRIPTORS, np.int64)
    descriptor[: len(kept)] = [address(array) for array in kept]
    descriptor[FIELDS], descriptor[BUFFER], descriptor[BYTES] = len(lines), address(buffer), len(buffer)
    descriptor[TIES_AT], descriptor[MASK] = lexical.place(ties) // 8, 0 if mask is None else address(mask)
    descriptor[SEGMENT_ROWS], descriptor[BASE] = snapshot.segments[segment].rows, snapshot.row_base[segment]
    return Held(descriptor, (*kept, buffer, *(() if mask is None else (mask,))), places, terms)


def _moved(levels: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Saturations when their norm becomes `ratio` times as large: s / (s + ratio (1 - s)).

    >>> _moved(np.array([0.0, 0.5, 1.0]), 3.0).tolist()
    [0.0, 0.25, 1.0]
    """
    moved: NDArray[np.float64] = levels / np.maximum(levels + ratio * (1 - levels), 1e-300)
    return moved
