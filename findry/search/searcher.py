"""The port that every searcher answers."""

from __future__ import annotations

__all__ = ["ExcludeEach", "Exactness", "Searcher", "WhereEach", "each_where"]

from collections.abc import Sequence
from typing import Literal, Protocol

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
