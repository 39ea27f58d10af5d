"""Measuring a run against judgments, query by query, with ir-measures."""

from __future__ import annotations

__all__ = ["evaluate"]

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from findry.errors import CapabilityError, InputError, SpaceMismatch
from findry.evaluate.evaluation import Evaluation
from findry.evaluate.measures import cutoff, parse
from findry.evaluate.own import OwnMeasure
from findry.records import Qrels, Run, ragged

DEFAULT = "nDCG@10 RR@10 R@100"


def evaluate(
    run: Run,
    qrels: Qrels,
    measures: str | Iterable[Any] = DEFAULT,
    *,
    empty: Literal["skip", "zero"] = "skip",
    ignore_identical_ids: bool = False,
) -> Evaluation:
    """The value of each measure for every judged query that has a relevant item.

    Every query counts: one that the run does not answer has the measure's value for an empty list (0).
    Queries without a relevant item are left out (`empty="skip"`) or count as 0 (`empty="zero"`); both numbers
    are in `counts`.  Queries of the run without judgments are not looked at.

    The order of the run is what is measured, not its scores: ir_measures is given falling scores made from the
    ranks.  Gains are the grades (linear); below zero gains nothing, and is unjudged for Bpref, as trec_eval has
    it.  Grades above 0 are relevant unless a measure says ``rel=``.  Hits that the judgments mark in the column
    ``ignore`` are taken out of the list before it is measured.  `ignore_identical_ids` also takes out hits
    whose id is the query's own: the default of BEIR's tool, off here, and what moves the ArguAna figures.

    Refused: a run that ranks another unit than the judgments judge; an item twice in a list.
    Cost: O(hits read); only the ranks that some measure reads are handed on.
    """
    named = parse(measures)
    if empty not in ("skip", "zero"):
        raise InputError("queries without relevant items", expected="empty='skip' or 'zero'", received=repr(empty))
    if run.items.unit != qrels.items.unit:
        raise SpaceMismatch(
            f"a run of {run.items.unit}s cannot be measured by judgments of {qrels.items.unit}s",
            expected=repr(qrels.items),
            received=repr(run.items),
            hint=f"group the run to {qrels.items.unit}s first",
        )
    judged = _judged(qrels)
    answerable = {query for query, row in judged.items() if any(grade > 0 for grade in row.values())}
    queries = [query for query in judged if empty == "zero" or query in answerable]
    relevant = {query: judged[query] for query in queries if query in answerable}
    hits, ignored = _without_ignored(run, qrels, ignore_identical_ids)
    lists = _Lists(hits, list(relevant))
    table = _values(lists, relevant, named)
    values = np.array([[table[m].get(query, 0.0) for m in named] for query in queries]).reshape(-1, len(named))
    shares = _shares(hits, relevant, queries, [measure.params.get("cutoff") for measure in named])
    counts = {
        "without_hits": len(relevant) - len(lists.rows),
        "without_relevant": len(judged) - len(relevant),
        "ignored_hits": ignored,
    }
    return Evaluation(run.name, tuple(queries), tuple(map(repr, named)), values, shares, counts)


def _judged(qrels: Qrels) -> dict[str, dict[str, int]]:
    """Grades to measure by, without what is to be ignored; over subtopics the highest."""
    table: dict[str, dict[str, int]] = {query: {} for query in qrels.queries.ids.take(np.arange(len(qrels)))}
    left_out = qrels.columns.get("ignore", np.zeros(len(qrels.rows), bool)).astype(bool)
    for (query, item, grade), ignore in zip(qrels.triples(), left_out.tolist(), strict=True):
        if not ignore:
            row = table[query]
            row[item] = max(grade, row.get(item, grade))
    return table


def _without_ignored(run: Run, qrels: Qrels, identical: bool) -> tuple[Run, int]:
    keep = np.ones(len(run.rows), bool)
    if "ignore" in qrels.columns and len(qrels.rows):
        marked = qrels.columns["ignore"].astype(bool)
        of = qrels.queries.ids.take(ragged.owner_of(qrels.offsets)[marked])
        owners, rows = run.queries.ids.find(of), run.items.ids.find(qrels.items.ids.take(qrels.rows[marked]))
        known = (owners >= 0) & (rows >= 0)
        keep &= ~np.isin(_pairs(run.owners, run.rows), _pairs(owners[known], rows[known]))
    if identical:
        own = run.items.ids.find(run.queries.ids.take(np.arange(len(run))))
        keep &= run.rows != own[run.owners]
    return (run, 0) if keep.all() else (run.keep(keep), int((~keep).sum()))


def _pairs(owners: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    return owners.astype(np.int64) << 32 | rows.astype(np.int64)


def _shares(
    run: Run, relevant: dict[str, dict[str, int]], queries: list[str], depths: list[int | None]
) -> NDArray[np.float64]:
    """The share of judged hits among the first k of each list, as Judged@k has it; float64[queries, depths]."""
    pairs = [(query, item) for query, row in relevant.items() for item in row]
    owners, rows = run.queries.ids.find([p[0] for p in pairs]), run.items.ids.find([p[1] for p in pairs])
    known = (owners >= 0) & (rows >= 0)
    judged = np.isin(_pairs(run.owners, run.rows), _pairs(owners[known], rows[known]))
    upto = np.concatenate(([0], np.cumsum(judged)))
    table = np.zeros((len(queries), len(depths)))
    if not len(run):
        return table
    places = run.queries.ids.find(queries)
    start, length = run.offsets[:-1][places], np.diff(run.offsets)[places]
    for column, k in enumerate(depths):
        read = length if k is None else np.minimum(length, k)
        has = (places >= 0) & (read > 0)
        table[has, column] = (upto[start + read] - upto[start])[has] / read[has]
    return table


class _Lists:
    """The lists of some queries of a run, as ir_measures reads them."""

    def __init__(self, run: Run, queries: list[str]) -> None:
        found = run.queries.ids.find(queries)
        self._run = run
        self.rows = {
            query: row
            for query, row in zip(queries, found.tolist(), strict=True)
            if row >= 0 and run.offsets[row + 1] > run.offsets[row]
        }

    def first(self, k: int | None) -> dict[str, dict[str, float]]:
        """Each list down to rank k, with scores that fall by one a rank."""
        run = self._run if k is None else self._run.cut(k)
        lists: dict[str, dict[str, float]] = {}
        for query, row in self.rows.items():
            ids = run.items.ids.take(run.rows[run.hits(row)])
            lists[query] = dict(zip(ids, map(float, range(len(ids), 0, -1)), strict=True))
            if len(lists[query]) != len(ids):
                raise InputError("an item twice in one list", where=f"query {query!r} of run {run.name!r}")
        return lists


def _values(lists: _Lists, relevant: dict[str, dict[str, int]], measures: list[Any]) -> dict[Any, dict[str, float]]:
    """{measure: {query: value}}; measures with a cut-off are given no more than they read."""
    table: dict[Any, dict[str, float]] = {m: dict.fromkeys(relevant, float(m.DEFAULT)) for m in measures}
    groups: dict[int | None, list[Any]] = {}
    for measure in measures:
        groups.setdefault(cutoff(measure), []).append(measure)
    for k, group in groups.items():
        if lists.rows:
            first = lists.first(k)
            own = [measure for measure in group if isinstance(measure, OwnMeasure)]
            for measure in own:
                table[measure].update(measure.values(first, relevant))
            if len(own) < len(group):
                _fill(table, [measure for measure in group if measure not in own], relevant, first)
    return table


def _fill(
    table: dict[Any, dict[str, float]],
    group: list[Any],
    relevant: dict[str, dict[str, int]],
    lists: dict[str, dict[str, float]],
) -> None:
    import ir_measures

    try:
        for metric in ir_measures.iter_calc(group, relevant, lists):
            if metric.query_id in relevant:
                table[metric.measure][metric.query_id] = float(metric.value)
    except ValueError as error:
        raise CapabilityError(
            "ir_measures cannot compute this here",
            expected="measures that its installed providers support",
            received=" ".join(map(repr, group)),
            where=str(error).partition("\n")[0],
            hint="install the provider that it names, or leave the measure out",
        ) from error
