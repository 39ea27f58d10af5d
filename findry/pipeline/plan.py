"""Running pipelines so that what they share is done once."""

from __future__ import annotations

__all__ = ["Plan", "equivalent", "execute"]


from typing import Any

import numpy as np

from findry.algebra import Both, Pipe, Stage, Then
from findry.algebra.mix import Combine, Mix, Scaled
from findry.errors import PipelineError
from findry.pipeline.checking import check
from findry.records import Batch, Queries


class Plan:
    """Runs several pipelines over one batch of queries; equal prefixes run once.

    The result of a node is kept under the key of what came before it and its own key (stage, label,
    parameters, identities of its resources), so that planned and plain execution give the same.
    Memory: the runs of all distinct nodes, until the plan is dropped.
    """

    def __init__(self, queries: Queries, *, where: Any = None, exclude: Any = None) -> None:
        self.queries = queries
        state = {name: value for name, value in (("where", where), ("exclude", exclude)) if value is not None}
        self.start = Batch(queries, state=state)
        self._done: dict[str, Batch] = {}
        self.calls = 0

    def run(self, pipe: Pipe) -> Batch:
        """The batch after a pipeline, which is checked first."""
        check(pipe, bound=True)
        return self.step(pipe, self.start, "")[0]

    def step(self, pipe: Pipe, batch: Batch, before: str) -> tuple[Batch, str]:
        """What a part of a pipeline makes of a batch, and the key of that; `before` is the key of the batch."""
        if isinstance(pipe, Then):
            middle, key = self.step(pipe.first, batch, before)
            return self.step(pipe.second, middle, key)
        after = f"{before} >> {pipe.key()} as {[p.title for p in pipe.walk() if isinstance(p, Stage)]}"
        if after not in self._done:
            self._done[after] = self._fresh(pipe, batch, before)
        return self._done[after], after

    def _fresh(self, pipe: Pipe, batch: Batch, before: str) -> Batch:
        if isinstance(pipe, Both | Mix | Combine | Scaled):
            return pipe.join(batch, [self.step(part, batch, before)[0] for part in pipe.parts])
        if not isinstance(pipe, Stage):
            raise PipelineError("this is no part of a pipeline", received=repr(pipe))
        self.calls += 1
        return pipe.after(batch, [self.step(part, batch, before)[0] for part in pipe.before])


def execute(pipe: Pipe, queries: Queries, *, where: Any = None, exclude: Any = None) -> Batch:
    """Check a bound pipeline and run it over a batch of queries.

    `where` (one filter for all queries or one each) and `exclude` (document ids, one list a query)
    hold for every retriever of the pipeline.
    """
    return Plan(queries, where=where, exclude=exclude).run(pipe)


def equivalent(p: Pipe, q: Pipe, queries: Queries, **resources: Any) -> bool:
    """Whether two pipelines give the same rankings and scores (to 1e-5) for these queries."""
    runs = [execute(pipe.bind(**resources), queries).need_run("equivalent") for pipe in (p, q)]
    a, b = runs
    same = np.array_equal(a.offsets, b.offsets) and np.array_equal(a.rows, b.rows)
    return same and bool(np.allclose(a.scores, b.scores, atol=1e-5))
