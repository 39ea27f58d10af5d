"""Typed, weighted relations between two spaces."""

from __future__ import annotations

__all__ = ["Links"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.records.space import Space


@dataclass(frozen=True, eq=False)
class Links:
    """Links of one type from source rows to target rows (chunk -> document, edges of a graph).

    Shapes: offsets int64[len(source) + 1], rows int32[N], weights float32[N].

    >>> chunks, docs = Space.of(["d#0", "d#1"], unit="chunk"), Space.of(["d"])
    >>> Links.many_to_one("part-of", chunks, docs, np.array([0, 0])).targets().tolist()
    [0, 0]
    """

    type: str
    source: Space
    target: Space
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def many_to_one(cls, type: str, source: Space, target: Space, rows: NDArray[np.integer]) -> Links:
        """Exactly one target for each source row."""
        n = len(rows)
        return cls(type, source, target, np.arange(n + 1), rows.astype(np.int32), np.ones(n, np.float32))

    def __post_init__(self) -> None:
        if len(self.offsets) != len(self.source) + 1 or self.offsets[-1] != len(self.rows):
            raise InputError("the arrays of links do not fit together", expected=f"{len(self.source) + 1} offsets")

    def targets(self) -> NDArray[np.int32]:
        """The one target of each source row; refused where a row has none or several."""
        if not np.array_equal(self.offsets, np.arange(len(self.source) + 1)):
            raise InputError(f"links {self.type!r} are not many-to-one")
        return self.rows
