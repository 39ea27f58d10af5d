"""Filters on what was already retrieved."""

from __future__ import annotations

__all__ = ["FilterHits"]

import numpy as np

from findry.algebra import Filter, param, resource, stage
from findry.records import Run
from findry.search import Reader
from findry.stages.bound import reader
from findry.text import parse_filter


@stage("filter")
class FilterHits(Filter):
    """Drop hits whose document does not satisfy a filter; the others keep their order and scores.

    `where` is written as on the command line: ``"year >= 2020 and lang = 'en'"``.  A filter given to the
    search itself finds k hits that satisfy it; this stage only drops hits that are there.
    Cost: the filter over all documents once, then O(hits).
    """

    where: str = param(default="true")
    index: Reader | str = resource(default="index")

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_filter(self.where)

    def apply(self, run: Run) -> Run:
        snapshot = reader(self).snapshot
        masks = snapshot.masks(parse_filter(self.where))
        parts = [np.ones(s.rows, np.bool_) if m is None else m for s, m in zip(snapshot.segments, masks, strict=True)]
        rows = np.concatenate([np.zeros(0, np.bool_), *parts])
        if run.items.same(snapshot.rows):
            return run.keep(rows[run.rows])
        run.items.require_same(snapshot.documents, where="filter")
        documents = np.zeros(len(snapshot.documents), np.bool_)
        documents[snapshot.links.targets()[rows]] = True
        return run.keep(documents[run.rows])
