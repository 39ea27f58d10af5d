"""How well a measure agrees with a grade: four coefficients, for all values of the measure's parameter at once."""

from __future__ import annotations

__all__ = ["COEFFICIENTS", "agreement"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from findry.errors import InputError

BLOCK = 1 << 21  # numbers held at a time
COEFFICIENTS = ("tau_b", "tau_c", "spearman", "pearson")


def agreement(values: ArrayLike, grades: ArrayLike, weights: ArrayLike | None = None) -> dict[str, NDArray[np.float64]]:
    """Kendall's tau-b and tau-c (Stuart), Spearman's rho and Pearson's r; 0 where a side does not vary.

    Shapes: values [A, N], one row a variant of the measure; grades [N], or [N, D] for D grades a point; weights [W, N],
    how often each point counts, one row a resample (one row of ones by default).  Each coefficient: float64[W, A].
    Values are compared to nine decimals.  Points of equal values are counted together, and variants that put the points
    in one order are computed once: cost O(orders x W x cells^2), not O(A x N^2).

    >>> found = agreement([[1, 2, 3, 4]], [1, 3, 2, 4])  # five pairs agree, one does not
    >>> round(float(found["tau_b"][0, 0]), 4), round(float(found["spearman"][0, 0]), 4)
    (0.6667, 0.8)
    """
    rows = np.atleast_2d(np.asarray(values, np.float64)).round(9)
    told = np.asarray(grades, np.float64)
    counts = np.ones((1, len(told))) if weights is None else np.atleast_2d(np.asarray(weights, np.float64))
    if rows.shape[1] != len(told) or counts.shape[1] != len(told):
        raise InputError("one value, grade and weight a point", received=f"{rows.shape}, {told.shape}, {counts.shape}")
    told = told.reshape(len(told), -1)
    cells, cell = np.unique(rows, axis=1, return_inverse=True)
    levels, level = np.unique(told, return_inverse=True)
    place = (cell.reshape(-1, 1) * len(levels) + level.reshape(told.shape)).ravel()
    size = cells.shape[1] * len(levels)
    counted = [np.bincount(place, np.repeat(weight, told.shape[1]), size) for weight in counts]
    table = np.array(counted, np.float64).reshape(len(counts), cells.shape[1], len(levels))
    orders, which = np.unique(_dense_ranks(cells), axis=0, return_inverse=True)
    ranked = _by_order(orders, table)
    return {**{name: x[:, which.ravel()] for name, x in ranked.items()}, "pearson": _pearson(cells, levels, table)}


def _dense_ranks(cells: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rank of each value in its row, from 0, equal values alike."""
    order = np.argsort(cells, axis=1)
    steps = np.diff(np.take_along_axis(cells, order, axis=1), axis=1, prepend=-np.inf) > 0
    ranks = np.empty(cells.shape, np.int64)
    np.put_along_axis(ranks, order, np.cumsum(steps, axis=1) - 1, axis=1)
    return ranks


def _by_order(orders: NDArray[np.integer], table: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    blocks = max(1, len(orders) * orders.shape[1] * max(len(table), orders.shape[1]) // BLOCK)
    parts = [_block(block, table) for block in np.array_split(orders, blocks)]
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def _block(orders: NDArray[np.integer], table: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Sums over pairs of cells as matrix products: `above` is 1 where a cell stands above another, -1 below, 0 tied."""
    mass, graded = table.sum(axis=2), table.sum(axis=1)
    resamples, size = mass.shape
    above = np.sign(orders[:, :, None] - orders[:, None, :]).astype(np.float64)
    flat, rows = above.reshape(len(orders), -1), above.reshape(-1, size)
    up = np.sign(np.subtract.outer(*[np.arange(table.shape[2])] * 2)).astype(np.float64)
    agree = (table @ up @ table.transpose(0, 2, 1)).reshape(resamples, -1) @ flat.T
    untied = (mass[:, :, None] * mass[:, None, :]).reshape(resamples, -1) @ np.abs(flat).T
    pairs = mass.sum(axis=1)[:, None] ** 2
    grades_untied = pairs - (graded**2).sum(axis=1)[:, None]
    there = (mass > 0).astype(np.float64)
    tied = there.sum(axis=1)[:, None] - there @ np.abs(rows).T
    shares = np.divide(np.tile(there, len(orders)), tied, out=np.zeros_like(tied), where=tied > 0)
    kinds = shares.reshape(resamples, -1, size).sum(axis=2).round()
    few = np.minimum(kinds, (graded > 0).sum(axis=1)[:, None])
    ranks, grade_ranks = (mass @ rows.T / 2).reshape(resamples, -1, size), graded @ up.T / 2
    both = np.einsum("woc,wcg,wg->wo", ranks, table, grade_ranks, optimize=True)
    spread = np.einsum("woc,wc->wo", ranks**2, mass) * (graded * grade_ranks**2).sum(axis=1)[:, None]
    return {
        "tau_b": _ratio(agree, np.sqrt(untied * grades_untied)),
        "tau_c": _ratio(agree * few, pairs * (few - 1)),
        "spearman": _ratio(both, np.sqrt(spread)),
    }


def _pearson(
    cells: NDArray[np.float64], levels: NDArray[np.float64], table: NDArray[np.float64]
) -> NDArray[np.float64]:
    mass, graded = table.sum(axis=2), table.sum(axis=1)
    n = np.maximum(mass.sum(axis=1, keepdims=True), 1e-300)
    x, y = mass @ cells.T / n, graded @ levels[:, None] / n
    both = (table @ levels) @ cells.T / n - x * y
    spread = (mass @ (cells**2).T / n - x**2) * (graded @ (levels**2)[:, None] / n - y**2)
    return _ratio(both, np.sqrt(np.where(spread > 1e-18, spread, 0)))


def _ratio(up: NDArray[np.float64], down: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(up, down, out=np.zeros_like(up), where=down > 0))
