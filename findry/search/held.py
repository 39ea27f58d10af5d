"""A segment as the kernels take it."""

from __future__ import annotations

__all__ = ["Held", "hold"]

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from findry.index.postings import Laid
from findry.index.snapshot import Snapshot
from findry.kernels.descriptors import BASE, BUFFER, BYTES, DESCRIPTORS, FIELDS, MASK, SEGMENT_ROWS, TIES_AT
from findry.kernels.layout import LEVELS
from findry.search.terms import Vocabulary

_LEVELS = np.arange(LEVELS + 1) / LEVELS


class Held(NamedTuple):
    """A segment as the kernels take it: its descriptor, and where the parts of each field lie.

    `kept` holds the arrays whose addresses stand in the descriptor.
    """

    descriptor: NDArray[np.int64]
    kept: tuple[NDArray[Any], ...]
    laid: list[Laid]


def hold(
    snapshot: Snapshot, segment: int, vocabularies: Sequence[Vocabulary], lines: Sequence[tuple[float, float]]
) -> Held:
    """What the kernels take of a segment, for length norms whose fixed parts and slopes are `lines`, one a field."""
    from findry.kernels.addresses import address

    lexical = snapshot.segments[segment].lexical
    ties = "ids.ties" if snapshot.schema.chunker is None else "rows.ties"
    lexical[ties]
    postings = [vocabulary.postings[segment] for vocabulary in vocabularies]
    laid = [of_field.laid for of_field in postings]
    ratios = [of_field.bounds.ratios(*line) for of_field, line in zip(postings, lines, strict=True)]
    fixed, slope = np.array(lines, np.float32).T.copy()
    (mask,) = snapshot.masks(None)[segment : segment + 1]
    kept = (
        fixed,
        slope,
        np.array([_moved(_LEVELS, smallest) * (1 + 1e-6) for smallest, _ in ratios]),
        np.array([_moved(_LEVELS, largest) * (1 - 1e-6) for _, largest in ratios]),
        np.array([of_field.lengths[0] for of_field in laid], np.int64),
        np.array([of_field.lengths[1] for of_field in laid], np.int64),
        np.array([of_field.over for of_field in laid], np.int64),
    )
    buffer = lexical.buffer
    descriptor = np.empty(DESCRIPTORS, np.int64)
    descriptor[: len(kept)] = [address(array) for array in kept]
    descriptor[FIELDS], descriptor[BUFFER], descriptor[BYTES] = len(lines), address(buffer), len(buffer)
    descriptor[TIES_AT], descriptor[MASK] = lexical.place(ties) // 8, 0 if mask is None else address(mask)
    descriptor[SEGMENT_ROWS], descriptor[BASE] = snapshot.segments[segment].rows, snapshot.row_base[segment]
    return Held(descriptor, (*kept, buffer, *(() if mask is None else (mask,))), laid)


def _moved(levels: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Saturations when their norm becomes `ratio` times as large: s / (s + ratio (1 - s)).

    >>> _moved(np.array([0.0, 0.5, 1.0]), 3.0).tolist()
    [0.0, 0.25, 1.0]
    """
    moved: NDArray[np.float64] = levels / np.maximum(levels + ratio * (1 - levels), 1e-300)
    return moved
