"""Measuring the rows of a ledger again."""

from __future__ import annotations

__all__ = ["Moved", "verify"]

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from findry.ledger.row import Row, rows_of
from findry.systems import Bench, published


@dataclass(frozen=True)
class Moved:
    """What measuring a row again gave: the queries whose values moved further than the row allows, with old and new.

    A query that is only on one side counts as moved; the missing value is None.
    """

    row: Row
    moved: Mapping[str, tuple[float | None, float | None]]

    @property
    def holds(self) -> bool:
        """Whether no value moved."""
        return not self.moved


def verify(rows: Iterable[Row], data: Mapping[str, str] | None = None) -> Iterator[Moved]:
    """Measure rows again and compare them query by query.

    A row with a pipeline runs it; rows of one data set share an index, and what their pipelines share runs once.  For
    rows without one (what a writer changed, what was simulated) the check itself is run.
    data: where data sets lie that are not found by their names.
    """
    rows = list(rows)
    yield from _pipelines([row for row in rows if row.pipeline], data or {})
    yield from _checks([row for row in rows if not row.pipeline], data or {})


def _checks(rows: Iterable[Row], data: Mapping[str, str]) -> Iterator[Moved]:
    by_check: dict[tuple[str, tuple[str, ...], str | None], list[Row]] = {}
    for row in rows:
        by_check.setdefault((row.system, row.data or (row.dataset,), row.encoder), []).append(row)
    for (system, names, encoder), held in by_check.items():
        finding = published(system).check(Bench([data.get(name, name) for name in names], encoder=encoder))
        found = {row.key: row.values for row in rows_of(finding, "", encoder)}
        for row in held:
            yield Moved(row, _moved(row, found.get(row.key, {})))


def _pipelines(rows: Iterable[Row], data: Mapping[str, str]) -> Iterator[Moved]:
    by_set: dict[tuple[str, str | None], list[Row]] = {}
    for row in rows:
        by_set.setdefault((row.dataset, row.encoder), []).append(row)
    for (name, encoder), held in by_set.items():
        (world,) = Bench([data.get(name, name)], encoder=encoder).worlds.values()
        pipelines = {row.pipeline: row.pipeline for row in held}
        measures = list(dict.fromkeys(row.measure for row in held))
        found = world.compare(pipelines, measures, baseline=next(iter(pipelines)))
        for row in held:
            evaluation = found[row.pipeline].evaluation
            now = dict(zip(evaluation.queries, evaluation.of(row.measure).tolist(), strict=True))
            yield Moved(row, _moved(row, now))


def _moved(row: Row, now: Mapping[str, float]) -> dict[str, tuple[float | None, float | None]]:
    return {
        query: (row.values.get(query), now.get(query))
        for query in dict.fromkeys((*row.values, *now))
        if query not in row.values or query not in now or abs(row.values[query] - now[query]) > row.tolerance
    }
