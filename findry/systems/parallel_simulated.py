"""Retrievers over a parallel pool that do not exist: vectors made from groups, a knob and a boost for the language."""

from __future__ import annotations

__all__ = ["NOISE", "Numbers", "boosted", "simulated", "tags_shuffled"]

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from findry.evaluate.language import ParallelPool
from findry.records import Run, Space

DEPTH, DIMENSIONS = 100, 64
NOISE = {"close": 0.3, "loose": 1.0}
Numbers = NDArray[np.float64]


def simulated(pool: ParallelPool, how: str, *, knob: float = 0.0, seed: int = 0) -> Run:
    """Rank by the inner product of group vectors with noise, plus `knob` for passages in the query's language.

    A text is its group's unit vector plus Gaussian noise of length about NOISE[how].
    """
    random = np.random.default_rng(seed)
    groups = {name: at for at, name in enumerate(pool.groups())}
    centres = random.standard_normal((len(groups), DIMENSIONS))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)

    def vectors(labels: Mapping[str, str]) -> Numbers:
        shift = random.standard_normal((len(labels), DIMENSIONS)) * NOISE[how] / DIMENSIONS**0.5
        return np.asarray(centres[[groups[name] for name in labels.values()]] + shift)

    items, queries = vectors(pool.item_group), vectors(pool.query_group)
    return _ranked(pool, queries @ items.T + knob * _same(pool), f"{how}, knob {knob:g}" if knob else how)


def boosted(run: Run, pool: ParallelPool, boost: float) -> Run:
    """The hits of a run, those in the query's language lifted by `boost`."""
    items = [pool.item_language[id] for id in run.ids()]
    queries = [pool.query_language[id] for id in run.queries.ids.take(run.owners)]
    lifted = run.scores + boost * np.array([a == b for a, b in zip(items, queries, strict=True)])
    return Run.ranked(run.queries, run.items, run.owners, run.rows, lifted, name=f"{run.name}, boosted")


def _same(pool: ParallelPool) -> NDArray[np.bool_]:
    asked, told = np.array(list(pool.query_language.values())), np.array(list(pool.item_language.values()))
    return np.asarray(asked[:, None] == told[None, :])


def _ranked(pool: ParallelPool, scores: Numbers, name: str) -> Run:
    k = min(DEPTH, scores.shape[1])
    rows = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    owners = np.repeat(np.arange(len(scores)), k)
    spaces = Space.of(pool.query_language, unit="query", name="queries"), Space.of(pool.item_language, unit="document")
    return Run.ranked(*spaces, owners, rows.ravel(), np.take_along_axis(scores, rows, axis=1).ravel(), name=name)


def tags_shuffled(pool: ParallelPool) -> ParallelPool:
    """The same pool, its languages dealt anew inside every group: a control."""
    random = np.random.default_rng(0)
    tags = {
        id: tag
        for members in pool.groups().values()
        for id, tag in zip(members, random.permutation(pool.languages).tolist(), strict=True)
    }
    return ParallelPool(tags, pool.item_group, pool.query_language, pool.query_group)
