"""The queries that a report shows: values of every system, and the top of their rankings."""

from __future__ import annotations

__all__ = ["MOST_QUERIES", "TOP", "query_rows"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.records import Qrels, Queries, Run
from findry.report.texts import Shown, cut
from findry.study import Comparison

MOST_QUERIES = 500
TOP = 10  # results of each system
MISSED = 5  # relevant documents that no system has among them
LONGEST = 1000  # characters of a query


def query_rows(
    found: Comparison, queries: Queries, qrels: Qrels, shown: Shown, *, most: int = MOST_QUERIES
) -> dict[str, Any]:
    """The queries with the largest differences to the baseline in any measure, in the order of the data set.

    JSON-able.  total: how many were measured; rows: id, text, values [system][measure], relevant (how many are
    judged so) and items: [document, grade (None: unjudged), [rank in each system, 0 where it is not there]] for the
    top of each system and the best relevant documents that are in none.
    """
    first = found.outcomes[0].evaluation
    evaluated = [outcome.evaluation for outcome in found.outcomes]
    values = np.stack([_values(each.queries, each.values, first.queries) for each in evaluated], axis=1)
    base = [outcome.name for outcome in found.outcomes].index(found.baseline)
    gaps = np.abs(values - values[:, [base]]).max(axis=(1, 2), initial=0.0)
    largest = np.argsort(-gaps, kind="stable")[:most]
    grades, texts = qrels.to_dict(), dict(zip(queries.ids, queries.texts, strict=True))
    rows: dict[int, dict[str, Any]] = {}
    for at in largest.tolist():  # documents are numbered in this order: the largest differences have texts
        query = first.queries[at]
        rows[at] = {
            "id": cut(query),
            "text": cut(texts.get(query, ""), LONGEST),
            "values": [[round(value, 5) for value in of_system] for of_system in values[at].tolist()],
            "relevant": sum(grade > 0 for grade in grades.get(query, {}).values()),
            "items": _items([outcome.run for outcome in found.outcomes], query, grades.get(query, {}), shown),
        }
    return {"total": len(first.queries), "top": TOP, "rows": [rows[at] for at in sorted(rows)]}


def _values(own: Sequence[str], values: NDArray[np.float64], order: Sequence[str]) -> NDArray[np.float64]:
    at = {query: row for row, query in enumerate(own)}
    return values[[at[query] for query in order]]


def _items(runs: Sequence[Run], query: str, grades: dict[str, int], shown: Shown) -> list[list[Any]]:
    lists = [_list(run, query) for run in runs]
    ranks = [{item: rank for rank, item in enumerate(ids, 1)} for ids in lists]
    tops = dict.fromkeys(item for ids in lists for item in ids[:TOP])
    others = (item for item, grade in grades.items() if grade > 0 and item not in tops)
    missed = sorted(others, key=lambda item: -grades[item])
    return [
        [shown(item), grades.get(item), [of_run.get(item, 0) for of_run in ranks]] for item in [*tops, *missed[:MISSED]]
    ]


def _list(run: Run, query: str) -> list[str]:
    row = int(run.queries.ids.find([query])[0])
    return run.items.ids.take(run.rows[run.hits(row)]) if row >= 0 else []
