"""Several systems on the same judged queries: quality with intervals, differences, time and cost."""

from __future__ import annotations

__all__ = ["ELSEWHERE", "Comparison", "Contrast", "Outcome", "compare"]

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from findry.algebra import Pipe, Stage
from findry.errors import InputError, nearest
from findry.evaluate import Difference, Evaluation, evaluate, holm, parse
from findry.evaluate import compare as compare_two
from findry.pipeline import Plan
from findry.records import Qrels, Queries, Run
from findry.study.latency import Latency, latencies

Verdict = Literal["better", "worse", "tie"]
ALPHA = 0.05
ELSEWHERE = "a run from elsewhere"


@dataclass(frozen=True, eq=False)
class Outcome:
    """One system: what it found, how good that is, and what it took.

    seconds: of the whole batch, stages that systems share counted for each; cost: counted by the stages beyond time
    (model calls, tokens), summed; held: bytes of the parts of the index that it reads, by part.
    """

    name: str
    pipeline: str
    run: Run
    evaluation: Evaluation
    latency: Latency | None = None
    seconds: float | None = None
    cost: Mapping[str, float] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)

    @property
    def throughput(self) -> float | None:
        """Queries a second in one batch."""
        return len(self.run) / self.seconds if self.seconds else None


@dataclass(frozen=True)
class Contrast:
    """How a system differs from the baseline in one measure; p_holm is corrected for all contrasts of the table."""

    system: str
    difference: Difference
    p_holm: float

    @property
    def verdict(self) -> Verdict:
        """A tie unless the corrected test says otherwise."""
        if self.p_holm >= ALPHA:
            return "tie"
        return "better" if self.difference.delta > 0 else "worse"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Systems over one set of judged queries, the contrasts of each to the baseline."""

    judgments: str
    baseline: str
    measures: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    contrasts: tuple[Contrast, ...]

    def __getitem__(self, name: str) -> Outcome:
        names = [outcome.name for outcome in self.outcomes]
        if name not in names:
            raise InputError("no such system in this comparison", expected=", ".join(names), received=name)
        return self.outcomes[names.index(name)]


def compare(
    systems: Mapping[str, Pipe | Run],
    queries: Queries,
    qrels: Qrels,
    measures: str | Iterable[Any] = "nDCG@10 RR@10 R@100",
    *,
    baseline: str | None = None,
    timed: int = 100,
    plan: Plan | None = None,
) -> Comparison:
    """Run bound pipelines, or take runs that were made elsewhere, and compare all with the baseline.

    baseline: the first system by default.  timed: how many queries are also asked one at a time; 0 for none.
    plan: one over the same queries that ran before; what it holds is not run again (its seconds stand in the trace).
    """
    if not systems:
        raise InputError("nothing to compare", expected="at least one system")
    first = next(iter(systems)) if baseline is None else baseline
    if first not in systems:
        guess = nearest(first, systems)
        hint = f"did you mean {guess!r}?" if guess else None
        raise InputError("the baseline is none of the systems", expected=", ".join(systems), received=first, hint=hint)
    named = parse(measures)
    plan = plan or Plan(queries)
    outcomes = [_outcome(name, system, plan, qrels, named) for name, system in systems.items()]
    pipes = {name: system for name, system in systems.items() if isinstance(system, Pipe)}
    if timed and len(queries):
        times = latencies(pipes, queries, most=timed)
        outcomes = [replace(outcome, latency=times.get(outcome.name)) for outcome in outcomes]
    texts = tuple(map(repr, named))
    return Comparison(qrels.name, first, texts, tuple(outcomes), tuple(contrasts(outcomes, first, texts)))


def _outcome(name: str, system: Pipe | Run, plan: Plan, qrels: Qrels, measures: Sequence[Any]) -> Outcome:
    if isinstance(system, Run):
        return Outcome(name, ELSEWHERE, system, evaluate(system, qrels, measures))
    if len(plan.queries):  # models and postings are loaded before the clock runs
        Plan(plan.queries.take([0])).run(system)
    began, calls = time.perf_counter(), plan.calls
    batch = plan.run(system)
    spent = time.perf_counter() - began
    traced = sum(stage.wall_s for stage in batch.trace)
    cost: dict[str, float] = {}
    for stage in batch.trace:
        for what, amount in stage.cost.items():
            cost[what] = cost.get(what, 0.0) + amount
    run = batch.need_run(name).named(name)
    held: dict[str, int] = {}
    for part in system.walk():
        if isinstance(part, Stage):
            held |= part.held()
    seconds = max(traced, spent if plan.calls > calls else 0.0)
    return Outcome(name, repr(system), run, evaluate(run, qrels, measures), None, seconds, cost, held)


def contrasts(outcomes: Sequence[Outcome], baseline: str, measures: Sequence[str]) -> list[Contrast]:
    """Each system against the baseline in each measure, p-values corrected for their number."""
    base = next(outcome for outcome in outcomes if outcome.name == baseline)
    rows = [
        (outcome.name, row)
        for outcome in outcomes
        if outcome is not base
        for row in compare_two(base.evaluation, outcome.evaluation, measures)
    ]
    corrected = holm([row.p for _, row in rows])
    return [Contrast(name, row, p) for (name, row), p in zip(rows, corrected, strict=True)]
