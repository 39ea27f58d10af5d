"""Two systems on the same queries."""

from __future__ import annotations

__all__ = ["Difference", "compare"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from findry.errors import InputError
from findry.evaluate.evaluation import Evaluation
from findry.evaluate.interval import Interval, difference_interval
from findry.evaluate.paired import sign_flip


@dataclass(frozen=True)
class Difference:
    """How one measure changes from a baseline to another system, over the same queries.

    delta is system - baseline; p is the two-sided p-value of `sign_flip`, not corrected (see `holm`); wins, losses
    and ties count queries on which the system is better, worse, the same.
    """

    measure: str
    baseline: float
    system: float
    delta: float
    interval: Interval
    p: float
    wins: int
    losses: int
    ties: int

    def __str__(self) -> str:
        span = f"[{self.interval.low:+.4f}, {self.interval.high:+.4f}]" if self.interval.low is not None else ""
        note = f"  ({self.interval.reason})" if self.interval.low is None else ""
        counts = f"{self.wins} better, {self.losses} worse, {self.ties} same"
        return f"{self.measure}  {self.delta:+.4f} {span}  p = {self.p:.4f}  {counts}{note}"


def compare(
    baseline: Evaluation,
    system: Evaluation,
    measures: Sequence[str] | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> list[Difference]:
    """One row for each measure that both have: how `system` differs from `baseline`.

    Both must have been measured on the same queries; their order does not matter.
    """
    rows = {query: row for row, query in enumerate(system.queries)}
    if set(rows) != set(baseline.queries):
        raise InputError(
            "two evaluations over different queries cannot be compared",
            expected=f"the {len(baseline.queries):,} queries of {baseline.name!r}",
            received=f"{len(set(rows) ^ set(baseline.queries)):,} queries that only one of them has",
            hint="evaluate both runs with the same judgments",
        )
    order = np.array([rows[query] for query in baseline.queries], np.int64)
    chosen = [m for m in baseline.measures if m in system.measures] if measures is None else list(measures)
    found = []
    for measure in chosen:
        a, b = baseline.of(measure), system.of(measure)[order]
        # differences far below what a measure can resolve are rounding
        d = np.where(np.abs(b - a) > 1e-12, b - a, 0.0)
        wins, losses = int((d > 0).sum()), int((d < 0).sum())
        found.append(
            Difference(
                measure,
                baseline.mean(measure),
                system.mean(measure),
                float(d.mean()) if len(d) else float("nan"),
                difference_interval(d, level=level, seed=seed),
                sign_flip(d, seed=seed),
                wins,
                losses,
                len(d) - wins - losses,
            )
        )
    return found
