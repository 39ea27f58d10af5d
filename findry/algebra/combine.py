"""Arithmetic on several runs of the same queries: the kernel of every fuser and of the operators."""

from __future__ import annotations

__all__ = ["Aligned", "align", "concatenate", "featured", "fused", "intersect"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.records import Branches, Run, ragged


@dataclass(frozen=True)
class Aligned:
    """The union of the hits of several runs, as a table: one line a (query, row), one column a run.

    owners int64[N], rows int64[N], scores float64[N, runs] (NaN where a run lacks the hit),
    ranks int64[N, runs] from 1 (0 where a run lacks the hit).
    """

    owners: NDArray[np.int64]
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    ranks: NDArray[np.int64]

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which run has which hit, bool[N, runs]."""
        return self.ranks > 0


def align(runs: Sequence[Run]) -> Aligned:
    """Put the hits of several runs side by side.  Cost: one sort of all hits."""
    width = max(max((len(run.items) for run in runs), default=0), 1)
    keys = [run.owners * width + run.rows for run in runs]
    whole = np.concatenate(keys) if keys else np.zeros(0, np.int64)
    order = np.argsort(whole, kind="stable")
    rising = whole[order]
    first = np.ones(len(whole), np.bool_)
    np.not_equal(rising[1:], rising[:-1], out=first[1:])
    union = rising[first]
    places = np.empty(len(whole), np.int64)
    places[order] = np.cumsum(first) - 1
    scores = np.full((len(union), len(runs)), np.nan)
    ranks = np.zeros((len(union), len(runs)), np.int64)
    end = 0
    for column, run in enumerate(runs):
        here = places[end : end + len(run.rows)]
        scores[here, column] = run.scores
        ranks[here, column] = run.ranks
        end += len(run.rows)
    return Aligned(union // width, union % width, scores, ranks)


def fused(branches: Branches, table: Aligned, scores: NDArray[np.floating[Any]], name: str) -> Run:
    """A run from one score a line of an aligned table, with the rank of each branch as a column."""
    first = next(iter(branches))
    columns = {f"rank:{label}": table.ranks[:, n].astype(np.int32) for n, label in enumerate(branches.names)}
    return Run.ranked(first.queries, first.items, table.owners, table.rows, scores, columns=columns, name=name)


def featured(branches: Branches) -> Run:
    """The first run with the scores of each other run as a column, NaN where that run lacks the hit."""
    first, *others = branches
    table = align(list(branches))
    width = max(len(first.items), 1)
    places = np.searchsorted(table.owners * width + table.rows, first.owners * width + first.rows)
    columns = {
        f"feature:{run.name}": table.scores[places, column].astype(np.float32) for column, run in enumerate(others, 1)
    }
    return replace(first, columns={**first.columns, **columns})


def intersect(branches: Branches) -> Run:
    """The hits that every run has, in the order and with the scores of the first."""
    first, *others = branches
    table = align([first, *others])
    inside = table.present.all(axis=1)
    width = max(len(first.items), 1)
    wanted = (table.owners * width + table.rows)[inside]
    return first.keep(np.isin(first.owners * width + first.rows, wanted))


def concatenate(branches: Branches) -> Run:
    """The hits of the first run, then those of the next that it lacks; the score of rank r is -r.

    Columns that all runs have are kept, each hit with the values of the run that it was taken from.
    """
    runs = list(branches)
    table = align(runs)
    far = np.iinfo(np.int64).max
    source = table.present.argmax(axis=1) if len(table.rows) else np.zeros(0, np.int64)
    rank = np.where(table.present, table.ranks, far)[np.arange(len(source)), source]
    order = np.lexsort((rank, source, table.owners))
    starts = np.cumsum([0, *(len(run.rows) for run in runs[:-1])])
    first = np.stack([run.offsets[:-1] for run in runs])
    place = (starts[source] + first[source, table.owners] + rank - 1)[order]
    shared = [name for name in runs[0].columns if all(name in run.columns for run in runs)]
    offsets = ragged.counts_to_offsets(np.bincount(table.owners, minlength=len(runs[0])))
    return replace(
        runs[0],
        offsets=offsets,
        rows=table.rows[order].astype(np.int32),
        scores=-(ragged.positions(offsets) + 1).astype(np.float32),
        kind="rank-only",
        columns={name: np.concatenate([run.columns[name] for run in runs])[place] for name in shared},
        name="concat",
    )
