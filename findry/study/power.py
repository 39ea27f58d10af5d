"""How many queries it takes to see a difference."""

from __future__ import annotations

__all__ = ["queries_needed", "smallest_effect"]

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

ALPHA, POWER = 0.05, 0.8


def queries_needed(differences: ArrayLike, effect: float, *, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """How many queries like these a paired two-sided test at `alpha` needs to see a mean difference of `effect`.

    Source: Sakai, Information Retrieval Journal 19(3), 2016, section 3 (paired t-test); the normal approximation
    n = ((z(1 - alpha/2) + z(power)) sd / effect)^2 with the standard deviation of the observed differences,
    at least 10.  None where no query changed: nothing is known of how they would vary.

    >>> queries_needed([0.1, -0.1, 0.0, 0.2, 0.0, -0.1, 0.0, 0.1], 0.02)
    211
    """
    d = np.asarray(differences, np.float64)
    if len(d) < 2 or not np.ptp(d) > 0 or not effect > 0:
        return None
    return max(10, math.ceil((_quantiles(alpha, power) * float(d.std(ddof=1)) / effect) ** 2))


def smallest_effect(differences: ArrayLike, *, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The smallest mean difference that these queries would show with probability `power`; as `queries_needed`.

    >>> round(smallest_effect([0.1, -0.1, 0.0, 0.2, 0.0, -0.1, 0.0, 0.1]), 3)
    0.103
    """
    d = np.asarray(differences, np.float64)
    if len(d) < 2 or not np.ptp(d) > 0:
        return None
    return _quantiles(alpha, power) * float(d.std(ddof=1)) / math.sqrt(len(d))


def _quantiles(alpha: float, power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
