"""How long a query takes when it is asked alone."""

from __future__ import annotations

__all__ = ["Latency", "latencies"]

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.algebra import Pipe
from findry.evaluate import Interval
from findry.pipeline import execute
from findry.records import Queries


@dataclass(frozen=True, eq=False)
class Latency:
    """The seconds of each query, asked one at a time; float64[n].

    >>> quick = Latency(np.arange(1, 101) / 1000)
    >>> quick.quantile(0.5), quick.interval(0.5).low, quick.interval(0.5).high
    (0.05, 0.04, 0.061)
    """

    seconds: NDArray[np.float64]

    def quantile(self, share: float) -> float:
        """The smallest time that at least this share of the queries stay within; not a number without queries."""
        ordered = np.sort(self.seconds)
        return float(ordered[max(0, math.ceil(share * len(ordered)) - 1)]) if len(ordered) else float("nan")

    def interval(self, share: float, *, level: float = 0.95) -> Interval:
        """The interval of a quantile between two order statistics.

        Source: David and Nagaraja, Order Statistics, 2003, section 7.1: the number of times below the quantile is
        binomial.  No interval where a time beyond the largest or smallest would have to bound it.
        """
        n = len(self.seconds)
        below = np.cumsum(_binomial(n, share))
        low = int(np.searchsorted(below, (1 - level) / 2, side="right")) - 1
        high = int(np.searchsorted(below, (1 + level) / 2))
        if low < 0 or high >= n:
            return Interval(None, None, level, "none", n, f"{n} queries are too few for the {share:.0%} quantile")
        ordered = np.sort(self.seconds)
        return Interval(float(ordered[low]), float(ordered[high]), level, "order statistics", n)


def _binomial(n: int, p: float) -> NDArray[np.float64]:
    """The probabilities of 0 to n successes."""
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    successes = np.arange(n + 1)
    found: NDArray[np.float64] = np.exp(np.array(logs) + successes * math.log(p) + (n - successes) * math.log1p(-p))
    return found


def latencies(pipes: Mapping[str, Pipe], queries: Queries, *, most: int = 100, warm: int = 5) -> dict[str, Latency]:
    """The latency of bound pipelines over the first `most` queries.

    Each query is asked of every pipeline in turn, so that what else the machine does falls on all of them;
    the first `warm` queries are asked once before and do not count.
    """
    alone = [queries.take([row]) for row in range(min(most, len(queries)))]
    seconds: dict[str, list[float]] = {name: [] for name in pipes}
    for query in alone[:warm]:
        for pipe in pipes.values():
            execute(pipe, query)
    for query in alone:
        for name, pipe in pipes.items():
            began = time.perf_counter()
            execute(pipe, query)
            seconds[name].append(time.perf_counter() - began)
    return {name: Latency(np.array(of_it)) for name, of_it in seconds.items()}
