"""The port that every searcher answers, and the selection of the k best rows."""

from __future__ import annotations

__all__ = ["Exactness", "Searcher", "WhereEach", "best", "each_where", "gather"]

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.records import Queries, Run, Space
from findry.records.where import Where

Exactness = Literal["exact", "surrogate", "trained"]
WhereEach = Where | Sequence[Where | None] | None
ExcludeEach = Sequence[Sequence[str]] | None


class Searcher(Protocol):
    """Ranks the rows of one space for a batch of queries."""

    @property
    def space(self) -> Space:
        """The space of the rows that are ranked."""

    @property
    def exactness(self) -> Exactness:
        """Whether every law of exact search holds, or a stated recall."""

    def search(self, queries: Queries, k: int, *, where: WhereEach = None, exclude: ExcludeEach = None) -> Run:
        """The k best rows of each query.

        `where` filters documents, one for all queries or one each; `exclude` names documents that
        must not come back, one list a query.
        """

    def score(self, queries: Queries, candidates: Run) -> Run:
        """The same candidates with this searcher's exact scores; 0 or the true value where it found nothing."""


def each_where(where: WhereEach, n: int) -> list[Where | None]:
    """One filter a query from one for all or one each."""
    if where is None or not isinstance(where, Sequence):
        return [where] * n
    if len(where) != n:
        raise InputError("filters must be one for all queries or one each", expected=str(n), received=str(len(where)))
    return list(where)


def best(scores: NDArray[np.float32], candidates: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Those of `candidates` whose score reaches the k-th best; ties at the boundary all stay.

    >>> best(np.array([1, 3, 2, 2], np.float32), np.array([10, 11, 12, 13]), 2).tolist()
    [11, 12, 13]
    """
    if k <= 0:
        return candidates[:0]
    if len(candidates) <= k:
        return candidates
    kth = np.partition(scores, len(scores) - k)[len(scores) - k]
    kept: NDArray[np.int64] = candidates[scores >= kth]
    return kept


def gather(
    queries: Queries,
    space: Space,
    found: Sequence[tuple[int, NDArray[np.int64], NDArray[np.float32]]],
    k: int,
    name: str,
) -> Run:
    """The run of rows and scores that were found for some queries, in any order and any number of pieces."""
    if not found:
        return Run.empty(queries.space, space, name=name)
    owners = np.concatenate([np.full(len(rows), row) for row, rows, _ in found])
    rows = np.concatenate([rows for _, rows, _ in found])
    scores = np.concatenate([scores for _, _, scores in found])
    return Run.ranked(queries.space, space, owners, rows, scores, k=max(k, 0), name=name)
