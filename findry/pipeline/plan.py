"""Running pipelines so that what they share is done once."""

from __future__ import annotations

__all__ = ["Plan", "equivalent", "execute"]


from typing import Any

import numpy as np

from findry.algebra import Both, Pipe, Stage, Then
from findry.algebra.mix import Combine, Mix, Scaled
from findry.errors import PipelineError
from findry.pipeline.checking import check
from findry.pipeline.kept import KeptRuns
from findry.records import Batch, Queries


class Plan:
    """Runs several pipelines over one batch of queries; equal prefixes run once.

    The result of a node is kept under the key of what came before it and its own key (stage, label,
    parameters, identities of its resources), so that planned and plain execution give the same.
    With `kept`, runs of earlier processes are taken from disk and new ones put there; not under filters.
    Memory: the runs of all distinct nodes, until the plan is dropped.
    """

    def __init__(
        self, queries: Queries, *, where: Any = None, exclude: Any = None, kept: KeptRuns | None = None
    ) -> None:
        self.queries = queries
        state = {name: value for name, value in (("where", where), ("exclude", exclude)) if value is not None}
        self.start = Batch(queries, state=state)
        self._done: dict[str, Batch] = {}
        self._kept = None if state else kept
        self.calls = 0

    def run(self, pipe: Pipe) -> Batch:
        """The batch after a pipeline, which is checked first."""
        check(pipe, bound=True)
        if not _identified(pipe):
            self._kept = None
        return self.step(pipe, self.start, "")[0]

    def step(self, pipe: Pipe, batch: Batch, before: str) -> tuple[Batch, str]:
        """What a part of a pipeline makes of a batch, and the key of that; `before` is the key of the batch."""
        after = _key(pipe, before)
        if after not in self._done and self._kept is not None and _held(pipe):
            found = self._kept.get(after, self.queries, pipe)
            if found is not None:
                self._done[after] = found
        if after in self._done:
            return self._done[after], after
        if isinstance(pipe, Then):
            made = self.step(pipe.second, *self.step(pipe.first, batch, before))[0]
        else:
            made = self._done[after] = self._fresh(pipe, batch, before)
        if self._kept is not None and _held(pipe):
            self._kept.put(after, self.queries, made, pipe)
        return made, after

    def _fresh(self, pipe: Pipe, batch: Batch, before: str) -> Batch:
        if isinstance(pipe, Both | Mix | Combine | Scaled):
            return pipe.join(batch, [self.step(part, batch, before)[0] for part in pipe.parts])
        if not isinstance(pipe, Stage):
            raise PipelineError("this is no part of a pipeline", received=repr(pipe))
        self.calls += 1
        return pipe.after(batch, [self.step(part, batch, before)[0] for part in pipe.before])


def _key(pipe: Pipe, before: str) -> str:
    """The key of what a part makes of a batch with the key `before`."""
    if isinstance(pipe, Then):
        return _key(pipe.second, _key(pipe.first, before))
    return f"{before} >> {pipe.key()} as {[p.title for p in pipe.walk() if isinstance(p, Stage)]}"


def _held(pipe: Pipe) -> list[Any]:
    return [getattr(part, name) for part in pipe.walk() if isinstance(part, Stage) for name in part.resources()]


def _identified(pipe: Pipe) -> bool:
    """Whether the key of a pipeline means the same in another process: all that it is bound to has an identity."""
    return all(hasattr(value, "identity") for value in _held(pipe))


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
