"""Fusion of ranked lists, by rank and by score."""

from __future__ import annotations

__all__ = ["CombMNZ", "CombSUM", "Linear", "ReciprocalRank"]

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from findry.algebra import Fuse, param, stage
from findry.algebra.combine import align, fused
from findry.algebra.mix import Missing, linear
from findry.errors import InputError
from findry.records import Branches, Run

Normaliser = Literal["none", "min-max", "z-score"]
Norms = tuple[NDArray[np.float64], NDArray[np.float64]]


@stage("rrf")
class ReciprocalRank(Fuse):
    """Fuse ranked lists by the sum of weight / (k + rank); scores are ignored.

    Source: Cormack, Clarke, Buettcher, SIGIR 2009, eq. 1 (k = 60 there, no weights).
    In: n runs, ranks from 1.  Out: one run, scores in (0, n / (k + 1)], comparable within a query.
    Cost: O(hits) a query; no model.
    """

    k: int = param(default=60, low=1, high=1000, unit="ranks", tune="log")
    weights: tuple[float, ...] = ()

    def apply(self, branches: Branches) -> Run:
        table = align(list(branches))
        weights = _weights(self.weights, len(branches))
        scores = np.where(table.present, weights / (self.k + table.ranks), 0.0).sum(axis=1)
        return fused(branches, table, scores, self.title)


@stage("linear")
class Linear(Fuse):
    """Fuse runs by the weighted sum of normalised scores (the convex combination).

    Source: Bruch, Gai, Ingber, ACM TOIS 42(1), 2023, section 4, for two branches; min-max:
    Fox and Shaw, TREC-2, 1994.  Per query and branch, "min-max" maps scores to [0, 1], "z-score" to
    mean 0 and deviation 1.
    `weights` has one value a branch; without it all count the same.  A hit that a branch lacks counts
    as that branch's lowest score ("minimum") or as 0 ("zero").
    Out: one run, comparable within a query.  Cost: O(hits) a query.
    """

    weights: tuple[float, ...] = ()
    normalise: Normaliser = param(default="min-max", choices=("none", "min-max", "z-score"), tune="choice")
    missing: Missing = param(default="minimum", choices=("minimum", "zero"), tune="choice")

    def apply(self, branches: Branches) -> Run:
        norms = None if self.normalise == "none" else [_norms(run, self.normalise) for run in branches]
        weights = _weights(self.weights, len(branches))
        return linear(branches, weights.tolist(), self.missing, norms, self.title)


@stage("combsum")
class CombSUM(Fuse):
    """Fuse runs by the sum of min-max scores; a missing hit adds nothing.

    Source: Fox and Shaw, TREC-2, 1994, table 1 (CombSUM).
    Out: one run, scores in [0, branches], comparable within a query.  Cost: O(hits) a query.
    """

    def apply(self, branches: Branches) -> Run:
        return linear(branches, [1.0] * len(branches), "zero", [_norms(run, "min-max") for run in branches], self.title)


@stage("combmnz")
class CombMNZ(Fuse):
    """Fuse runs by the sum of min-max scores times the number of runs that found the hit.

    Source: Fox and Shaw, TREC-2, 1994, table 1 (CombMNZ).
    Out: one run, scores in [0, branches ** 2], comparable within a query.  Cost: O(hits) a query.
    """

    def apply(self, branches: Branches) -> Run:
        run = linear(branches, [1.0] * len(branches), "zero", [_norms(run, "min-max") for run in branches], self.title)
        found = sum((run.columns[f"rank:{name}"] > 0).astype(np.float32) for name in branches.names)
        return Run.ranked(
            run.queries, run.items, run.owners, run.rows, run.scores * found, columns=run.columns, name=self.title
        )


def _weights(given: tuple[float, ...], n: int) -> NDArray[np.float64]:
    if given and len(given) != n:
        raise InputError("weights must be one a branch", expected=str(n), received=str(len(given)))
    return np.array(given or (1.0,) * n, np.float64)


def _norms(run: Run, how: str) -> Norms:
    """Shift and divisor of each query's scores; a list of equal scores is mapped to its top (min-max) or 0."""
    n, owners, scores = len(run), run.owners, run.scores.astype(np.float64)
    if how == "min-max":
        low, high = np.full(n, np.inf), np.full(n, -np.inf)
        np.minimum.at(low, owners, scores)
        np.maximum.at(high, owners, scores)
        flat = ~(high > low)
        shift, scale = np.where(flat, high - 1.0, low), np.where(flat, 1.0, high - low)
        return np.nan_to_num(shift, neginf=0.0, posinf=0.0), np.nan_to_num(scale, nan=1.0, posinf=1.0)
    counts = np.maximum(np.bincount(owners, minlength=n), 1)
    mean = np.bincount(owners, scores, minlength=n) / counts
    spread = np.sqrt(np.bincount(owners, (scores - mean[owners]) ** 2, minlength=n) / counts)
    return mean, np.where(spread > 0, spread, 1.0)
