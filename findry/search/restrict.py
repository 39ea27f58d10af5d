"""Which rows each query of a batch may return: live, filtered, not excluded, within its operators."""

from __future__ import annotations

__all__ = ["Restrictions"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.snapshot import Snapshot
from findry.records import Queries
from findry.search.clauses import Clauses, parsed_query
from findry.search.searcher import ExcludeEach, WhereEach, each_where
from findry.text import ParsedQuery

Mask = NDArray[np.bool_]


class Restrictions:
    """Row masks for each query of a batch; a mask is None where a whole segment is allowed."""

    def __init__(self, snapshot: Snapshot, queries: Queries, where: WhereEach, exclude: ExcludeEach) -> None:
        self._snapshot = snapshot
        self._queries = queries
        self._where = each_where(where, len(queries))
        self._exclude = exclude
        self._clauses: Clauses | None = None
        if exclude is not None and len(exclude) != len(queries):
            wanted, got = str(len(queries)), str(len(exclude))
            raise InputError("exclude must have one list a query", expected=wanted, received=got)

    def parsed(self, row: int) -> ParsedQuery | None:
        """The operators of a query; None where its text is plain."""
        return parsed_query(self._snapshot, self._queries, row)

    def masks(self, row: int) -> Sequence[Mask | None]:
        """The rows of each segment that the query may return."""
        masks: Sequence[Mask | None] = self._snapshot.masks(self._where[row])
        parsed = self.parsed(row)
        if parsed is not None and (parsed.must or parsed.must_not):
            self._clauses = self._clauses or Clauses(self._snapshot)
            masks = self._clauses.restrict(masks, parsed)
        if self._exclude is not None and len(self._exclude[row]):
            masks = self._without(masks, self._exclude[row])
        return masks

    def _without(self, masks: Sequence[Mask | None], ids: Sequence[str]) -> list[Mask | None]:
        narrowed = list(masks)
        documents = self._snapshot.documents.ids.find(ids)
        for doc in documents[documents >= 0].tolist():
            number, rows = self._snapshot.rows_of(doc)
            mask = narrowed[number]
            mask = np.ones(self._snapshot.segments[number].rows, np.bool_) if mask is None else mask.copy()
            mask[rows] = False
            narrowed[number] = mask
        return narrowed
