"""What a check found: claims and controls, each with its interval and whether it holds here."""

from __future__ import annotations

__all__ = ["Claim", "Finding", "above", "at_least", "mean_of_means", "near"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from findry.errors import InputError
from findry.evaluate import Interval
from findry.study import Comparison

Verdict = Literal["holds", "does not hold", "cannot tell"]


@dataclass(frozen=True)
class Claim:
    """One expectation and what was measured; `holds` is None where the data cannot tell."""

    what: str
    expected: str
    value: float
    interval: Interval | None
    holds: bool | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        low, high = (None, None) if self.interval is None else (self.interval.low, self.interval.high)
        told = {"what": self.what, "expected": self.expected, "value": self.value, "low": low, "high": high}
        return {**told, "holds": self.holds}


@dataclass(frozen=True, eq=False)
class Finding:
    """The outcome of a check.

    measure, baseline, system: what the first claim compares; claims: what the paper says; controls: what must also
    be so, else the claims mean nothing; tables: the comparisons behind them, by data set; simulated: whether a
    simulated language model took part; notes: what a reader must know.
    """

    id: str
    dataset: str
    measure: str
    baseline: str
    system: str
    claims: tuple[Claim, ...]
    controls: tuple[Claim, ...]
    tables: Mapping[str, Comparison] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    simulated: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.claims or not self.controls:
            raise InputError("a check needs a claim and a control", where=f"system {self.id!r}")

    @property
    def verdict(self) -> Verdict:
        """Whether the claims hold here; a control that fails makes them unproved."""
        if any(control.holds is False for control in self.controls):
            return "cannot tell"
        if any(claim.holds is False for claim in self.claims):
            return "does not hold"
        return "holds" if all(claim.holds for claim in self.claims) else "cannot tell"

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: id, dataset, measure, baseline, system, delta, interval, claims, controls, cost, verdict."""
        first = self.claims[0].to_dict()
        return {
            "id": self.id,
            "dataset": self.dataset,
            "measure": self.measure,
            "baseline": self.baseline,
            "system": self.system,
            "delta": first["value"],
            "interval": [first["low"], first["high"]],
            "claims": [claim.to_dict() for claim in self.claims],
            "controls": [control.to_dict() for control in self.controls],
            "cost": dict(self.cost),
            "simulated": self.simulated,
            "verdict": self.verdict,
            "notes": list(self.notes),
        }


def above(what: str, value: float, interval: Interval, threshold: float = 0.0) -> Claim:
    """A difference that is expected above a threshold: it holds when its whole interval is, and fails when none is.

    >>> above("both - hybrid", 0.02, Interval(-0.01, 0.05, 0.95, "t", 50)).holds is None
    True
    """
    low, high = interval.low, interval.high
    holds = None if low is None or high is None else True if low > threshold else False if high <= threshold else None
    return Claim(what, f"above {threshold:g}", value, interval, holds)


def at_least(what: str, value: float, threshold: float, interval: Interval | None = None) -> Claim:
    """A figure that is expected to reach a threshold as it stands."""
    return Claim(what, f"at least {threshold:g}", value, interval, bool(value >= threshold))


def near(what: str, value: float, target: float, tolerance: float) -> Claim:
    """A figure that is expected within a tolerance of another."""
    return Claim(what, f"{target:g} within {tolerance:g}", value, None, bool(abs(value - target) <= tolerance))


def mean_of_means(samples: Sequence[ArrayLike], *, level: float = 0.95) -> tuple[float, Interval]:
    """The mean over data sets of the mean over queries, and its interval: queries vary, the data sets are given.

    Normal, with the variances of the means added up; every sample needs ten values that are not all the same.
    """
    arrays = [np.asarray(sample, np.float64) for sample in samples]
    n = sum(map(len, arrays))
    if not arrays or any(len(sample) < 10 for sample in arrays):
        return float("nan"), Interval(None, None, level, "none", n, "a data set has fewer than 10 queries")
    mean = float(np.mean([sample.mean() for sample in arrays]))
    error = sum(float(sample.var(ddof=1)) / len(sample) for sample in arrays) ** 0.5 / len(arrays)
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    if not half > 0:
        return mean, Interval(None, None, level, "none", n, "nothing varies")
    return mean, Interval(mean - half, mean + half, level, "stratified normal", n)
