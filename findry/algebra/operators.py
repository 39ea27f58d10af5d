"""Cut and head: the stages that the algebra itself needs."""

from __future__ import annotations

__all__ = ["Cut", "Head", "head"]

import dataclasses
from typing import Any

from findry.algebra.combine import concatenate
from findry.algebra.declare import param, stage
from findry.algebra.expression import Pipe, Then, joins
from findry.algebra.kinds import OnRun, Stage
from findry.records import Batch, Branches, Run


@stage("cut")
class Cut(OnRun):
    """Keep the first k hits of each query.

    In: a run.  Out: the same order, at most k hits a query.  Cost: O(hits).
    """

    k: int = param(default=10, low=0, unit="results")
    kind = "Cut"

    def apply(self, run: Run) -> Run:
        return run.cut(self.k)

    def written_after(self, first: str) -> str:
        return f"({first} % {self.k})" if self.label is None else super().written_after(first)


@joins("%")
def _cut(pipe: Pipe, k: int) -> Pipe:
    return Then(pipe, Cut(k))


@stage("head")
class Head(Stage):
    """Rerank the first k hits by a stage and keep the others below them in their order.

    In: a run.  Out: a permutation of it where `stage` only reorders (what it drops is dropped), rank-only:
    the score of rank r is -r, so that the scores of a query do not depend on whether others of its batch
    have a tail.  Columns that the stage keeps are kept.  Cost: that of the stage on k hits a query.
    """

    k: int = param(default=10, low=0, unit="results")
    stage: Pipe = dataclasses.field(default_factory=lambda: Cut(), metadata={"part": True})
    kind = "Rerank"

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return (self.stage,)

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return dataclasses.replace(self, stage=parts[0])

    def bind(self, **resources: Any) -> Pipe:
        return self.rebuilt((self.stage.bind(**resources),))

    def __repr__(self) -> str:
        return f"head({self.k}, {self.stage!r}" + (f", label={self.label!r})" if self.label else ")")

    def key(self) -> str:
        return f"head({self.k}, {self.stage.key()})"

    def run(self, batch: Batch) -> Batch:
        whole = batch.need_run(self.title)
        top = self.stage(batch.with_(run=whole.cut(self.k))).with_(queries=batch.queries)
        tail = whole.skip(self.k)
        joined = concatenate(Branches({"head": top.need_run(self.title), "tail": tail}))
        return top.with_(run=joined.named(whole.name))


def head(k: int, stage: Pipe, *, label: str | None = None) -> Head:
    """Rerank the first k hits by `stage`, keep the tail."""
    return Head(k, stage, label=label)
