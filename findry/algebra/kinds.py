"""The kinds of stages: what each takes and gives, and how it runs on a batch."""

from __future__ import annotations

__all__ = ["Feedback", "Filter", "Fuse", "Group", "OnRun", "Rerank", "Retrieve", "Rewrite", "Stage"]

import dataclasses
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any, ClassVar, Literal

import numpy as np

from findry.algebra.declare import Param, Resource
from findry.algebra.expression import Pipe, joined_trace
from findry.algebra.fits import fits, hints
from findry.errors import InputError, PipelineError
from findry.records import Batch, Branches, Queries, Run, StageTrace

State = Literal["queries", "run", "branches"]


@dataclass(frozen=True, eq=False, repr=False)
class Stage(Pipe):
    """A frozen set of parameters and named resources, run on a batch.

    Subclasses are declared with `@stage(name)` and say what they compute in `apply`.
    """

    label: str | None = dataclasses.field(default=None, kw_only=True)
    bound_as: tuple[tuple[str, str], ...] = dataclasses.field(default=(), kw_only=True, metadata={"hidden": True})

    stage_name: ClassVar[str] = ""
    kind: ClassVar[str] = ""
    takes: ClassVar[State] = "run"
    gives: ClassVar[State] = "run"

    def __post_init__(self) -> None:
        where = f"stage {self.label or self.stage_name!r}"
        for field in dataclasses.fields(self):
            value, limits = getattr(self, field.name), field.metadata.get("param")
            if isinstance(limits, Param):
                limits.check(field.name, value, where)
            if "resource" not in field.metadata and not fits(value, hints(type(self))[field.name]):
                raise InputError(
                    f"{field.name} has the wrong type", expected=str(field.type), received=repr(value), where=where
                )

    @property
    def title(self) -> str:
        """The label, or the name of the stage."""
        return self.label or self.stage_name

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return ()

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:  # noqa: ARG002
        return self

    @property
    def before(self) -> tuple[Pipe, ...]:
        """Pipes whose runs the stage needs on the same input; see `Feedback`."""
        return ()

    def finders(self) -> Iterator[str]:
        if self.finds is not None:
            yield self.finds

    def settings(self) -> dict[str, Any]:
        """Parameters and resource names that differ from the declared defaults."""
        changed = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "label" or "part" in field.metadata or "hidden" in field.metadata:
                continue
            if "resource" in field.metadata and not isinstance(value, str):
                value = dict(self.bound_as).get(field.name, field.default)
            if value != field.default:
                changed[field.name] = value
        return changed

    def __repr__(self) -> str:
        return self._written(map(repr, self.before), self.settings() | ({"label": self.label} if self.label else {}))

    def _written(self, before: Iterable[str], settings: Mapping[str, Any]) -> str:
        named = (f"{name}={value!r}" for name, value in settings.items())
        return f"{self.stage_name}({', '.join((*before, *named))})"

    def key(self) -> str:
        return self._key

    @cached_property
    def _key(self) -> str:
        bound = (getattr(self, f.name) for f in dataclasses.fields(self) if "resource" in f.metadata)
        identities = [getattr(value, "identity", f"{type(value).__name__}@{id(value):x}") for value in bound]
        return f"{self._written((pipe.key() for pipe in self.before), self.settings())}@{','.join(identities)}"

    def named(self, label: str) -> Pipe:
        return dataclasses.replace(self, label=label)

    def bind(self, **resources: Any) -> Pipe:
        live: dict[str, Any] = {}
        names = dict(self.bound_as)
        for field in dataclasses.fields(self):
            name = getattr(self, field.name)
            if isinstance(field.metadata.get("resource"), Resource) and name in resources:
                live[field.name] = getattr(resources[name], "reader", resources[name])
                names[field.name] = name
        return dataclasses.replace(self, **live, bound_as=tuple(names.items())) if live else self

    def resources(self) -> list[str]:
        """The fields that hold named resources."""
        return [field.name for field in dataclasses.fields(self) if "resource" in field.metadata]

    def unbound(self) -> list[str]:
        """Names of resources that no live object stands for yet."""
        values = [getattr(self, f.name) for f in dataclasses.fields(self) if "resource" in f.metadata]
        return [value for value in values if isinstance(value, str)]

    def __call__(self, batch: Batch) -> Batch:
        return self.after(batch, [pipe(batch) for pipe in self.before])

    def after(self, batch: Batch, before: Sequence[Batch]) -> Batch:
        """The batch after this stage, timed; `before` is what the pipes that it needs made of the same batch."""
        for name in self.unbound():
            raise PipelineError(
                f"stage {self.title!r} needs the resource {name!r}", hint=f"pipeline.bind({name}=...) first"
            )
        start = perf_counter()
        out = self.run_after(batch, before)
        seconds = perf_counter() - start
        hits = np.diff(out.run.offsets) if out.run is not None else np.zeros(len(batch.queries), np.int64)
        trace = StageTrace(self.title, self.kind, seconds, hits, self.cost(batch))
        return out.with_(trace=out.trace.then(trace))

    def cost(self, batch: Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Counted cost of a call beyond time: model calls, tokens, bytes."""
        return {}

    def run_after(self, batch: Batch, before: Sequence[Batch]) -> Batch:
        """As `run`, given what the pipes that it needs made of the batch."""
        del before
        return self.run(batch)

    def held(self) -> Mapping[str, int]:
        """Bytes of what a bound stage reads of an index, by part; parts that two stages share have one name."""
        return {}

    @abstractmethod
    def run(self, batch: Batch) -> Batch:
        """The batch after this stage."""


class Rewrite(Stage):
    """Queries in, queries with a fuller plan out.  Null: the original query."""

    kind, takes, gives = "Rewrite", "queries", "queries"

    @abstractmethod
    def apply(self, queries: Queries) -> Queries:
        """The queries with their plan changed."""

    def run(self, batch: Batch) -> Batch:
        return batch.with_(queries=self.apply(batch.queries))


@dataclass(frozen=True, eq=False, repr=False)
class Feedback(Rewrite):
    """Queries in, queries with a fuller plan out, made of what a first retrieval found.  Null: the original query.

    `first` runs on the same queries, under the same filters; its first `docs` hits of each query are the feedback.
    """

    first: Pipe = dataclasses.field(default_factory=lambda: _nothing(), metadata={"part": True})

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return (self.first,)

    @property
    def before(self) -> tuple[Pipe, ...]:
        return (self.first,)

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return dataclasses.replace(self, first=parts[0])

    def bind(self, **resources: Any) -> Pipe:
        return super().bind(**resources).rebuilt((self.first.bind(**resources),))

    @abstractmethod
    def refine(self, queries: Queries, run: Run) -> Queries:
        """The queries with their plan changed by what was found for them."""

    def apply(self, queries: Queries) -> Queries:
        return self.refine(queries, self.first(Batch(queries)).need_run(self.title))

    def run_after(self, batch: Batch, before: Sequence[Batch]) -> Batch:
        (found,) = before
        run = found.need_run(self.title)
        return batch.with_(queries=self.refine(batch.queries, run), trace=joined_trace(batch.trace, [found]))


def _nothing() -> Pipe:
    raise PipelineError("feedback needs a first retrieval", expected="rm3(bm25 % 10)")


class Retrieve(Stage):
    """Queries in, a run out.  It honours the filters of the batch: `where` and `exclude` of its state."""

    kind, takes, gives = "Retrieve", "queries", "run"

    @property
    def finds(self) -> str | None:
        return self.title

    @abstractmethod
    def apply(self, queries: Queries, *, where: Any = None, exclude: Any = None) -> Run:
        """The ranked rows of each query."""

    def run(self, batch: Batch) -> Batch:
        run = self.apply(batch.queries, where=batch.state.get("where"), exclude=batch.state.get("exclude"))
        return batch.with_(run=run.named(self.title), branches=None)


class Fuse(Stage):
    """Branches in, one run out.  Null: the first branch."""

    kind, takes, gives = "Fuse", "branches", "run"

    @abstractmethod
    def apply(self, branches: Branches) -> Run:
        """One run from several."""

    def run(self, batch: Batch) -> Batch:
        run = self.apply(batch.need_branches(self.title))
        return batch.with_(run=run.named(self.title), branches=None)


class Rerank(Stage):
    """Queries and a run in, a permutation of the run out.  Null: no change."""

    kind, takes, gives = "Rerank", "run", "run"

    @abstractmethod
    def apply(self, queries: Queries, run: Run) -> Run:
        """The same hits in another order."""

    def run(self, batch: Batch) -> Batch:
        return batch.with_(run=self.apply(batch.queries, batch.need_run(self.title)))


class OnRun(Stage):
    """A run in, a run out, whatever the queries."""

    @abstractmethod
    def apply(self, run: Run) -> Run:
        """The run after this stage."""

    def run(self, batch: Batch) -> Batch:
        return batch.with_(run=self.apply(batch.need_run(self.title)))


class Group(OnRun):
    """Hits of one space in, hits of another out (chunks to documents).  Null: no change."""

    kind = "Group"


class Filter(OnRun):
    """Drops hits and keeps the order of the others.  Null: no change."""

    kind = "Filter"
