"""What each stage of a pipeline is worth: the pipeline against itself with the stage replaced by its null."""

from __future__ import annotations

__all__ = ["Marginal", "StageValue", "marginal"]

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from findry.algebra import Pipe, Stage, without
from findry.errors import InputError, PipelineError
from findry.evaluate import Difference, holm
from findry.evaluate import compare as compare_two
from findry.pipeline import Plan
from findry.records import Qrels, Queries
from findry.study.comparison import Comparison, Outcome, compare
from findry.study.latency import Latency
from findry.study.power import queries_needed

Judgment = Literal["pays", "hurts", "does not pay", "cannot tell", "nothing is left without it"]
EFFECT = 0.01


@dataclass(frozen=True, eq=False)
class StageValue:
    """One stage against its null, in one measure.

    without: the pipeline that is left; difference: the whole pipeline minus that one, None where nothing is left;
    milliseconds: what the stage adds to the median query asked alone, with the low and high of the difference of
    medians; cost: what it adds a query, beyond time; needed: queries that would show a gain of `effect`.
    """

    label: str
    kind: str
    without: str
    difference: Difference | None
    p_holm: float
    milliseconds: tuple[float, float, float] | None
    cost: dict[str, float]
    effect: float
    needed: int | None

    @property
    def verdict(self) -> Judgment:
        """Whether the stage pays.

        "pays" and "hurts": the interval of the gain lies on one side of 0 and the corrected test agrees;
        "does not pay": the interval lies within `effect` of 0 on both sides, or nothing changed at all;
        "cannot tell": these queries are too few.
        """
        row = self.difference
        if row is None:
            return "nothing is left without it"
        if not row.wins + row.losses:
            return "does not pay"
        low, high = row.interval.low, row.interval.high
        if low is None or high is None:
            return "cannot tell"
        if self.p_holm < 0.05 and low > 0:
            return "pays"
        if self.p_holm < 0.05 and high < 0:
            return "hurts"
        return "does not pay" if -self.effect < low and high < self.effect else "cannot tell"

    def __str__(self) -> str:
        row = self.difference
        if self.verdict != "cannot tell" or row is None:
            return self.verdict
        n = row.wins + row.losses + row.ties
        more = f"; {self.needed:,} would show {self.effect:g}" if self.needed else ""
        return f"cannot tell with {n:,} queries{more}"


@dataclass(frozen=True, eq=False)
class Marginal:
    """The value of each stage of a pipeline, and the comparison that it was read from."""

    measure: str
    stages: tuple[StageValue, ...]
    comparison: Comparison


def marginal(
    pipe: Pipe,
    queries: Queries,
    qrels: Qrels,
    measure: Any = "nDCG@10",
    *,
    effect: float = EFFECT,
    timed: int = 100,
    plan: Plan | None = None,
) -> Marginal:
    """Drop each stage of a bound pipeline in turn and see what that changes.

    A stage is replaced by the null of its kind (see `Pipe.without`): a retriever's branch is dropped, a fuser leaves
    its first branch, a reranker the order, a rewriter the original query.  What pipelines share runs once.
    effect: the gain that would matter to you.
    """
    if not effect > 0:
        raise InputError("the effect that matters must be above 0", received=repr(effect))
    left = {label: _without(pipe, label) for label in _labels(pipe)}
    kept = {f"without {label}": other for label, other in left.items() if other is not None}
    found = compare({"whole": pipe, **kept}, queries, qrels, [measure], baseline="whole", timed=timed, plan=plan)
    whole = found["whole"]
    rows = {name: compare_two(found[name].evaluation, whole.evaluation, found.measures)[0] for name in kept}
    corrected = dict(zip(rows, holm([row.p for row in rows.values()]), strict=True))
    stages = []
    for label, kind in _labels(pipe).items():
        name = f"without {label}"
        if name in kept:
            stages.append(_value(label, kind, whole, found[name], rows[name], corrected[name], effect))
        else:
            stages.append(StageValue(label, kind, "", None, 1.0, None, {}, effect, None))
    return Marginal(found.measures[0], tuple(stages), found)


def _labels(pipe: Pipe) -> dict[str, str]:
    return {part.title: part.kind for part in pipe.walk() if isinstance(part, Stage)}


def _without(pipe: Pipe, label: str) -> Pipe | None:
    try:
        return without(pipe, label)
    except PipelineError:
        return None


def _value(
    label: str, kind: str, whole: Outcome, other: Outcome, row: Difference, p: float, effect: float
) -> StageValue:
    change = whole.evaluation.of(row.measure) - other.evaluation.of(row.measure)
    number = max(len(whole.run), 1)
    cost = {what: (amount - other.cost.get(what, 0.0)) / number for what, amount in whole.cost.items()}
    slower = _slower(whole.latency, other.latency)
    return StageValue(label, kind, other.pipeline, row, p, slower, cost, effect, queries_needed(change, effect))


def _slower(whole: Latency | None, other: Latency | None) -> tuple[float, float, float] | None:
    """Milliseconds that the median query takes longer: the difference of medians, and its bootstrap interval."""
    if whole is None or other is None or not len(whole.seconds):
        return None
    random = np.random.default_rng(0)
    rows = random.integers(0, len(whole.seconds), (1000, len(whole.seconds)))  # both were timed on the same queries
    gaps = np.median(whole.seconds[rows], axis=1) - np.median(other.seconds[rows], axis=1)
    middle = float(np.median(whole.seconds) - np.median(other.seconds))
    low, high = np.quantile(gaps, [0.025, 0.975]).tolist()
    return 1000 * middle, 1000 * low, 1000 * high
