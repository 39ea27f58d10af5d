"""What flows through a pipeline: queries, what was found for them, and what each stage did."""

from __future__ import annotations

__all__ = ["Batch", "StageTrace", "Trace"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import PipelineError
from findry.records.queries import Queries
from findry.records.run import Branches, Run


@dataclass(frozen=True)
class StageTrace:
    """What one stage did to a batch: hits given per query (int64[Q]), seconds, and counted cost."""

    label: str
    kind: str
    wall_s: float
    hits: NDArray[np.int64]
    cost: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """What each stage did, in the order in which the stages ended.

    >>> len(Trace().then(StageTrace("bm25", "Retrieve", 0.001, np.array([10]))))
    1
    """

    stages: tuple[StageTrace, ...] = ()

    def then(self, *stages: StageTrace) -> Trace:
        """This trace followed by more stages."""
        return Trace((*self.stages, *stages))

    def __iter__(self) -> Iterator[StageTrace]:
        return iter(self.stages)

    def __len__(self) -> int:
        return len(self.stages)

    def __repr__(self) -> str:
        lines = [
            f"  {s.label:<24} {s.kind:<9} {1000 * s.wall_s:>9.2f} ms  {s.hits.sum():>9,} hits"
            + "".join(f"  {name} {amount:g}" for name, amount in s.cost.items())
            for s in self.stages
        ]
        return "\n".join([f"Trace({len(self)} stages)", *lines])


@dataclass(frozen=True, eq=False)
class Batch:
    """Queries on their way through a pipeline, with a run or branches once something was retrieved."""

    queries: Queries
    run: Run | None = None
    branches: Branches | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)

    def with_(self, **changes: Any) -> Batch:
        """A copy with some parts replaced."""
        return replace(self, **changes)

    def need_run(self, label: str) -> Run:
        """The run, or an error that says what the stage is missing."""
        if self.run is not None:
            return self.run
        got = "unfused branches" if self.branches is not None else "queries only"
        hint = "put a fuse stage such as rrf() before it" if self.branches is not None else "put a retriever before it"
        raise PipelineError(f"{label} needs a run", expected="a run", received=got, hint=hint)

    def need_branches(self, label: str) -> Branches:
        """The branches, or an error that says what the stage is missing."""
        if self.branches is not None:
            return self.branches
        received = "one run" if self.run is not None else "queries only"
        raise PipelineError(
            f"{label} needs branches", expected="a | b", received=received, hint="write (a | b) >> " + label
        )
