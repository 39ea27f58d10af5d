"""Two pipelines side by side: how much better one is over all collections, and whether both list the same."""

from __future__ import annotations

__all__ = ["mean_gain", "share_alike"]

from collections.abc import Mapping

from findry.evaluate import Interval
from findry.records import Run
from findry.study import Comparison
from findry.systems.finding import mean_of_means


def mean_gain(tables: Mapping[str, Comparison], measure: str, of: str, over: str) -> tuple[float, Interval]:
    """The mean over collections of the mean difference over queries, and its interval (see `mean_of_means`)."""
    pairs = [(table[of].evaluation.of(measure), table[over].evaluation.of(measure)) for table in tables.values()]
    return mean_of_means([a - b for a, b in pairs])


def share_alike(one: Run, other: Run, k: int | None = 10) -> float:
    """The share of queries whose first k hits are the same, all of them for None; 0 when neither has a hit.

    A query without a hit may be missing from one of them, as in a TREC file.

    >>> a, b = (Run.from_dict({"q": {"x": 2.0, "y": last}, "r": {"x": 1.0}}) for last in (1.0, 3.0))
    >>> share_alike(a, b), share_alike(a, b, 0), share_alike(a, a)
    (0.5, 0.0, 1.0)
    """
    lists = [{query: [id for id, _ in hits[:k]] for query, hits in run.lists() if hits[:k]} for run in (one, other)]
    queries = lists[0].keys() | lists[1].keys()
    return sum(lists[0].get(query) == lists[1].get(query) for query in queries) / len(queries) if queries else 0.0
