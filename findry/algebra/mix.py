"""Operators on the scores and sets of several pipes: weight, sum, intersection, concatenation, features."""

from __future__ import annotations

__all__ = ["Combine", "Missing", "Mix", "Scaled", "linear"]

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from findry.algebra.combine import align, concatenate, featured, fused, intersect
from findry.algebra.expression import Both, Pipe, joined_trace, joins
from findry.errors import PipelineError
from findry.records import Batch, Branches, Run

Missing = Literal["minimum", "zero"]


def linear(
    branches: Branches,
    weights: Sequence[float],
    missing: Missing = "minimum",
    norms: Sequence[tuple[Any, Any]] | None = None,
    name: str = "mix",
) -> Run:
    """The weighted sum of branch scores; a hit that a branch lacks counts as its lowest score, or as 0.

    `norms` gives for each branch a shift and a divisor for each query (float64[Q] each).
    """
    runs = list(branches)
    for label, run in branches.runs.items():
        if run.kind == "rank-only":
            raise PipelineError(
                "scores that only carry an order cannot be added", where=f"branch {label!r}", hint="fuse with rrf()"
            )
    table = align(runs)
    scores = table.scores
    if norms is not None:
        shift = np.stack([s[table.owners] for s, _ in norms], axis=1) if norms else scores
        scale = np.stack([d[table.owners] for _, d in norms], axis=1) if norms else scores
        scores = (scores - shift) / scale
    filled = np.where(table.present, scores, 0.0)
    if missing == "minimum":
        for column in range(len(runs)):
            lowest = np.full(len(runs[0]), np.inf)
            known = table.present[:, column]
            np.minimum.at(lowest, table.owners[known], scores[known, column])
            lowest[~np.isfinite(lowest)] = 0.0
            filled[~known, column] = lowest[table.owners[~known]]
    return fused(branches, table, (filled * np.asarray(weights, np.float64)).sum(axis=1), name)


@dataclass(frozen=True, eq=False, repr=False)
class Scaled(Pipe):
    """A pipe whose scores are multiplied by a weight."""

    pipe: Pipe
    weight: float

    def __call__(self, batch: Batch) -> Batch:
        return self.join(batch, [self.pipe(batch)])

    def join(self, batch: Batch, outputs: list[Batch]) -> Batch:  # noqa: ARG002
        """The output with its scores multiplied."""
        run = outputs[0].need_run(repr(self))
        scaled = Run.ranked(
            run.queries, run.items, run.owners, run.rows, run.scores * self.weight, kind=run.kind, name=run.name
        )
        return outputs[0].with_(run=scaled)

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return (self.pipe,)

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return Scaled(parts[0], self.weight)

    def key(self) -> str:
        return f"({self.pipe.key()} * {self.weight!r})"

    def __repr__(self) -> str:
        return f"({self.pipe!r} * {self.weight!r})"


@dataclass(frozen=True, eq=False, repr=False)
class Mix(Pipe):
    """The sum of weighted pipes; what a pipe lacks counts as the lowest score it gave that query.

    `linear` and its normalised forms in `findry.stages` offer other policies.
    """

    both: Both
    weights: tuple[float, ...]

    @classmethod
    def of(cls, *pipes: Pipe) -> Mix:
        """A mix of pipes; weights of `a * w` are taken out, sums are flattened."""
        parts: list[Pipe] = []
        weights: list[float] = []
        for pipe in pipes:
            if isinstance(pipe, Mix):
                parts.extend(pipe.both.parts)
                weights.extend(pipe.weights)
            elif isinstance(pipe, Scaled):
                parts.append(pipe.pipe)
                weights.append(pipe.weight)
            else:
                parts.append(pipe)
                weights.append(1.0)
        return cls(Both(tuple(parts)), tuple(weights))

    def __call__(self, batch: Batch) -> Batch:
        return self.join(batch, [part(batch) for part in self.parts])

    def join(self, batch: Batch, outputs: list[Batch]) -> Batch:
        """The mixed run from the outputs of the parts."""
        branched = self.both.join(batch, outputs)
        run = linear(branched.need_branches("+"), self.weights)
        return branched.with_(run=run, branches=None)

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return self.both.parts

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return Mix(Both(parts), self.weights)

    def key(self) -> str:
        return "(" + " + ".join(f"{p.key()} * {w!r}" for p, w in zip(self.parts, self.weights, strict=True)) + ")"

    def __repr__(self) -> str:
        return "(" + " + ".join(f"({p!r} * {w!r})" for p, w in zip(self.parts, self.weights, strict=True)) + ")"


@dataclass(frozen=True, eq=False, repr=False)
class Combine(Pipe):
    """Two runs combined: ``&`` keeps common hits, ``^`` appends what the first lacks, ``**`` keeps the
    first and adds the scores of the second as a column of features."""

    operator: Literal["&", "^", "**"]
    left: Pipe
    right: Pipe

    def __call__(self, batch: Batch) -> Batch:
        return self.join(batch, [self.left(batch), self.right(batch)])

    def join(self, batch: Batch, outputs: list[Batch]) -> Batch:
        """The combined run from the outputs of the two sides."""
        runs = [out.need_run(repr(self)) for out in outputs]
        branches = Branches({"left": runs[0], "right": runs[1]})
        run = {"&": intersect, "^": concatenate, "**": featured}[self.operator](branches)
        return batch.with_(run=run, branches=None, trace=joined_trace(batch.trace, outputs))

    @property
    def parts(self) -> tuple[Pipe, ...]:
        return self.left, self.right

    def rebuilt(self, parts: tuple[Pipe, ...]) -> Pipe:
        return Combine(self.operator, *parts)

    def key(self) -> str:
        return f"({self.left.key()} {self.operator} {self.right.key()})"

    def __repr__(self) -> str:
        return f"({self.left!r} {self.operator} {self.right!r})"


@joins("*")
def _scaled(pipe: Pipe, weight: float) -> Pipe:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight):
        raise PipelineError("`*` weighs a pipeline by a finite number", received=repr(weight))
    return Scaled(pipe, float(weight))


@joins("+")
def _mixed(left: Pipe, right: Pipe) -> Pipe:
    return Mix.of(left, right)


@joins("&")
def _common(left: Pipe, right: Pipe) -> Pipe:
    return Combine("&", left, right)


@joins("^")
def _appended(left: Pipe, right: Pipe) -> Pipe:
    return Combine("^", left, right)


@joins("**")
def _featured(left: Pipe, right: Pipe) -> Pipe:
    return Combine("**", left, right)
