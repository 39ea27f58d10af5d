"""Controls: what a claim must be held against."""

from __future__ import annotations

__all__ = ["RandomHits"]

from typing import Any

import numpy as np

from findry.algebra import Retrieve, param, resource, stage
from findry.records import Queries, Run, tie_keys
from findry.search import Reader
from findry.stages.bound import reader


@stage("random")
class RandomHits(Retrieve):
    """Hits drawn at random: the control of whatever is said to profit from good ones.

    The same query id, seed and index give the same hits, whatever the batch.
    In: queries.  Out: k live rows a query, or all that there are, under the filters; falling scores that mean nothing.
    Cost: O(rows) a query.
    """

    k: int = param(default=1000, low=0, unit="results")
    seed: int = param(default=0, low=0)
    index: Reader | str = resource(default="index")

    def apply(self, queries: Queries, *, where: Any = None, exclude: Any = None) -> Run:
        held = reader(self)
        rows, scores, counts = [], [], [0]
        for id, mask in zip(queries.ids, held.allowed(queries, where, exclude), strict=True):
            allowed = np.flatnonzero(mask)
            chance = np.random.default_rng([self.seed, int(tie_keys([id])[0])])
            drawn = chance.permutation(allowed)[: self.k]
            rows.append(drawn)
            scores.append(np.arange(len(drawn), 0, -1))
            counts.append(counts[-1] + len(drawn))
        none = np.zeros(0, np.int64)
        return Run(
            queries.space,
            held.snapshot.rows,
            np.array(counts, np.int64),
            np.concatenate([none, *rows]).astype(np.int32),
            np.concatenate([none, *scores]).astype(np.float32),
        )
