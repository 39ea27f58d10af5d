"""From chunks to the documents they are part of."""

from __future__ import annotations

__all__ = ["GroupDocuments"]

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from findry.algebra import Group, param, resource, stage
from findry.errors import PipelineError
from findry.index import Reader
from findry.records import Run
from findry.stages.bound import reader


@stage("group")
class GroupDocuments(Group):
    """Turn hits on chunks into hits on documents, so that document judgments fit.

    A document's score is the best of its chunks ("max"), their sum ("sum"), or the score of the chunk
    that stands first ("first": the order of the run is kept, whatever its scores).  The column
    "row" tells the best chunk.  A run that ranks documents passes unchanged.
    Source: Dai and Callan, SIGIR 2019, section 3 (MaxP, SumP, FirstP by rank here).
    Cost: one sort of the hits.
    """

    by: Literal["max", "sum", "first"] = param(default="max", choices=("max", "sum", "first"), tune="choice")
    index: Reader | str = resource(default="index")

    def apply(self, run: Run) -> Run:
        snapshot = reader(self).snapshot
        if run.items.unit == "document":
            return run
        run.items.require_same(snapshot.rows, where="group")
        if self.by == "sum" and run.kind == "rank-only":
            raise PipelineError("scores that only carry an order cannot be summed", hint="group by 'first' instead")
        documents = snapshot.links.targets()[run.rows].astype(np.int64)
        width = max(len(snapshot.documents), 1)
        _, first, group = np.unique(run.owners * width + documents, return_index=True, return_inverse=True)
        if self.by == "first":
            leads = np.zeros(len(run.rows), np.bool_)
            leads[first] = True
            kept = run.keep(leads)
            return replace(
                kept,
                items=snapshot.documents,
                rows=documents[leads].astype(np.int32),
                columns={**kept.columns, "row": kept.rows},
            )
        scores: NDArray[np.float64] = run.scores[first].astype(np.float64)
        if self.by == "sum":
            scores = np.bincount(group, run.scores.astype(np.float64), minlength=len(first)).astype(np.float64)
        return Run.ranked(
            run.queries,
            snapshot.documents,
            run.owners[first],
            documents[first],
            scores,
            kind=run.kind,
            columns={name: column[first] for name, column in run.columns.items()} | {"row": run.rows[first]},
            name=run.name,
        )
