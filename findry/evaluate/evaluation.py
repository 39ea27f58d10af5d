"""What measuring a run gives: one value for each query and measure."""

from __future__ import annotations

__all__ = ["Evaluation"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, nearest
from findry.evaluate.interval import Interval, mean_interval
from findry.records.exchange import to_frame


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Values of measures for each query, with the share of judged hits beside.

    Shapes: values float64[queries, measures]; judged float64[queries, measures], the share of judged hits among
    the ranks that the measure reads (0 where a query has no hit).  `counts`: without_hits (queries counted
    that the run does not answer), without_relevant (left out, or counted as zero), ignored_hits.

    >>> table = Evaluation("bm25", ("q1", "q2"), ("RR@10",), np.array([[1.0], [0.5]]), np.array([[0.1], [0.2]]))
    >>> table.mean("RR@10")
    0.75
    >>> table.interval("RR@10").reason
    '2 queries are too few (10 are needed)'
    """

    name: str
    queries: tuple[str, ...]
    measures: tuple[str, ...]
    values: NDArray[np.float64]
    judged: NDArray[np.float64]
    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.queries), len(self.measures))
        if self.values.shape != shape or self.judged.shape != shape:
            received = f"values {self.values.shape}, judged {self.judged.shape}"
            raise InputError(
                "an evaluation needs one value a query and measure", expected=str(shape), received=received
            )

    def of(self, measure: str) -> NDArray[np.float64]:
        """The values of one measure, a query each."""
        if measure not in self.measures:
            guess = nearest(measure, self.measures)
            raise InputError(
                f"measure {measure!r} was not computed",
                expected=", ".join(self.measures),
                hint=f"did you mean {guess}?" if guess else None,
            )
        return np.asarray(self.values[:, self.measures.index(measure)])

    def mean(self, measure: str) -> float:
        """The mean over all queries; not a number where there is no query."""
        values = self.of(measure)
        return float(values.mean()) if len(values) else float("nan")

    def means(self) -> dict[str, float]:
        """The mean of each measure."""
        return {measure: self.mean(measure) for measure in self.measures}

    def interval(self, measure: str, *, level: float = 0.95, seed: int = 0) -> Interval:
        """The interval of a mean (see `mean_interval`)."""
        return mean_interval(self.of(measure), level=level, seed=seed)

    def table(self, *, level: float = 0.95, seed: int = 0) -> list[dict[str, Any]]:
        """One row a measure: measure, mean, low, high (None without interval), method, judged, queries, note."""
        rows = []
        for column, measure in enumerate(self.measures):
            interval = self.interval(measure, level=level, seed=seed)
            judged = float(self.judged[:, column].mean()) if len(self.queries) else float("nan")
            row: dict[str, Any] = {
                "measure": measure,
                "mean": self.mean(measure),
                "low": interval.low,
                "high": interval.high,
            }
            row.update(method=interval.method, judged=judged, queries=len(self.queries), note=interval.reason)
            rows.append(row)
        return rows

    def per_query(self) -> dict[str, dict[str, float]]:
        """``{query id: {measure: value}}``."""
        rows = zip(self.queries, self.values.tolist(), strict=True)
        return {query: dict(zip(self.measures, values, strict=True)) for query, values in rows}

    def to_frame(self) -> Any:
        """A pandas frame with one row a query: query_id, then the measures, then Judged beside each."""
        columns: dict[str, Any] = {"query_id": list(self.queries)}
        columns.update(zip(self.measures, self.values.T, strict=True))
        columns.update((f"judged for {m}", share) for m, share in zip(self.measures, self.judged.T, strict=True))
        return to_frame(columns)

    def _head(self) -> str:
        left = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in self.counts.items() if count)
        return f"Evaluation({self.name!r}: {len(self.queries):,} queries{', ' + left if left else ''})"

    def __repr__(self) -> str:
        lines = [self._head()]
        width = max(map(len, self.measures), default=0)
        for row in self.table():
            span = f"[{row['low']:.4f}, {row['high']:.4f}]" if row["low"] is not None else f"({row['note']})"
            lines.append(f"  {row['measure']:<{width}}  {row['mean']:.4f} {span}  judged {row['judged']:.0%}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = []
        for row in self.table():
            span = f"{row['low']:.4f} to {row['high']:.4f}" if row["low"] is not None else row["note"]
            cells = (row["measure"], f"{row['mean']:.4f}", span, f"{row['judged']:.0%}")
            body.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
        head = "<tr><th>measure</th><th>mean</th><th>95 % interval</th><th>judged</th></tr>"
        return f"<table><caption>{escape(self._head())}</caption>{head}{''.join(body)}</table>"
