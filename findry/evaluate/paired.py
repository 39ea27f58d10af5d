"""Whether two systems differ: the paired randomisation test and the correction for several tests."""

from __future__ import annotations

__all__ = ["holm", "sign_flip"]

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from findry.errors import InputError

EXACT = 14  # changed queries up to which all 2 ** n sign patterns are counted
FLIPS = 10_000
BLOCK = 1 << 22


def sign_flip(differences: ArrayLike, *, flips: int = FLIPS, seed: int = 0) -> float:
    """The two-sided p-value of a mean difference over paired queries, by flipping signs.

    Source: Fisher, The Design of Experiments, 1935, section 21; for retrieval: Smucker, Allan, Carterette,
    CIKM 2007.  Null hypothesis: for each query the two systems could be exchanged.  With at most 14 changed
    queries all sign patterns are counted; else `flips` seeded ones, and p = (1 + as far out) / (1 + flips).

    >>> sign_flip([0.1, 0.2, 0.3])  # two of the eight patterns are as far out
    0.25
    """
    d = np.asarray(differences, np.float64)
    if d.ndim != 1 or not np.isfinite(d).all():
        raise InputError("a test needs one finite difference a query", received=f"shape {d.shape}")
    d = d[d != 0]
    # sums of the same numbers in another order differ in the last bits
    far = abs(d.sum()) - 1e-12 * np.abs(d).sum()
    if len(d) <= EXACT:
        signs = 1 - 2 * (np.arange(2 ** len(d))[:, None] >> np.arange(len(d)) & 1)
        return float((np.abs(signs @ d) >= far).mean())
    random = np.random.default_rng(seed)
    rows, count = max(1, BLOCK // len(d)), 0
    for start in range(0, flips, rows):
        flipped = random.integers(0, 2, (min(rows, flips - start), len(d)), np.int8)
        count += int((np.abs(d.sum() - 2 * (flipped @ d)) >= far).sum())
    return (1 + count) / (1 + flips)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number, in the given order.

    Source: Holm, Scandinavian Journal of Statistics 6, 1979: the i-th smallest of m is multiplied by
    m - i + 1, made monotone, and cut at 1.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise InputError("p-values lie between 0 and 1", received=repr(list(p_values))[:80])
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(raised, 1.0)
    return [float(value) for value in corrected]
