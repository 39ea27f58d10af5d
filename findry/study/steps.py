"""The runs between the stages of a pipeline."""

from __future__ import annotations

__all__ = ["Step", "ranks_in", "steps"]

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.algebra import Both, Cut, Pipe, Scaled, Stage, Then
from findry.algebra.mix import Combine, Mix
from findry.pipeline import Plan, check
from findry.records import Batch, Run
from findry.search import Reader


@dataclass(frozen=True, eq=False)
class Step:
    """What came out of one stage; `sources` are the places of the steps that it was made of."""

    label: str
    kind: str
    pipe: Pipe
    sources: tuple[int, ...]
    run: Run | None


def steps(plan: Plan, pipe: Pipe) -> list[Step]:
    """The steps of a bound pipeline in the order in which they end; the last one is the whole."""
    check(pipe, bound=True)
    found: list[Step] = []

    def walk(part: Pipe, batch: Batch, key: str, sources: tuple[int, ...]) -> tuple[Batch, str, tuple[int, ...]]:
        if isinstance(part, Then):
            return walk(part.second, *walk(part.first, batch, key, sources))
        out, after = plan.step(part, batch, key)
        if isinstance(part, Both | Mix | Combine | Scaled):
            sources = tuple(at for one in part.parts for at in walk(one, batch, key, sources)[2])
        if isinstance(part, Both):
            return out, after, sources
        label, kind = (part.title, part.kind) if isinstance(part, Stage) else (_sign(part), "Fuse")
        if isinstance(part, Cut) and part.label is None and len(sources) == 1:
            label = f"{found[sources[0]].label} % {part.k}"
        found.append(Step(label, kind, part, sources, out.run))
        return out, after, (len(found) - 1,)

    walk(pipe, plan.start, "", ())
    return found


def _sign(part: Pipe) -> str:
    if isinstance(part, Combine):
        return part.operator
    return "*" if isinstance(part, Scaled) else "+"


def readers(pipe: Pipe) -> Iterator[Reader]:
    """The indexes that the stages of a bound pipeline read."""
    for part in pipe.walk():
        if isinstance(held := getattr(part, "index", None), Reader):
            yield held


def ranks_in(
    run: Run, reader: Reader, queries: NDArray[np.integer], documents: NDArray[np.integer]
) -> NDArray[np.int64]:
    """The rank of each document for its query, from 1; 0 where the run lacks it.

    queries int64[n], rows of the run's queries; documents int64[n], rows of the index's documents (-1: not there).
    In a run of chunks a document has the rank of its best chunk.
    """
    snapshot = reader.snapshot
    of_rows = snapshot.links.targets()[run.rows] if run.items.same(snapshot.rows) and not _whole(run) else run.rows
    width = max(len(snapshot.documents), 1)
    keys = run.owners * width + of_rows.astype(np.int64)
    order = np.argsort(keys, kind="stable")
    wanted = queries.astype(np.int64) * width + documents
    at = np.searchsorted(keys[order], wanted)
    inside = np.minimum(at, max(len(keys) - 1, 0))
    there = (at < len(keys)) & (documents >= 0)
    there[there] = keys[order][inside[there]] == wanted[there]
    found = np.zeros(len(wanted), np.int64)
    found[there] = run.ranks[order[inside[there]]]
    return found


def _whole(run: Run) -> bool:
    return run.items.unit == "document"
