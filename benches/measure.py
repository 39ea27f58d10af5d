"""Times of several callables over the same questions, interleaved, and ratios with intervals."""

from __future__ import annotations

__all__ = ["Ratio", "Times", "interleaved"]

import gc
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
TURN = 10
FEW = 8


@dataclass(frozen=True)
class Ratio:
    """How many times longer one callable took than another, with a 95 % interval over `n` questions."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.2f}x [{self.low:.2f}, {self.high:.2f}]"


@dataclass(frozen=True)
class Times:
    """Seconds of each callable for each question, float64[callables, questions]; NaN where it was not asked."""

    names: tuple[str, ...]
    seconds: NDArray[np.float64]

    def of(self, name: str) -> NDArray[np.float64]:
        """The seconds of one callable, as many as were measured."""
        line = self.seconds[self.names.index(name)]
        return line[~np.isnan(line)]

    def median(self, name: str) -> float:
        """Median seconds."""
        return float(np.median(self.of(name)))

    def p99(self, name: str) -> float:
        """The 99th percentile of the seconds; with few questions the slowest."""
        return float(np.percentile(self.of(name), 99, method="higher"))

    def ratio(self, slow: str, fast: str) -> Ratio:
        """Median of `slow` over median of `fast`, over the questions that both were asked.

        The interval is a bootstrap over questions, both callables resampled together (percentiles of 2,000 draws);
        below eight questions it is the range of the ratios of single questions.
        """
        a, b = (self.seconds[self.names.index(name)] for name in (slow, fast))
        both = ~np.isnan(a) & ~np.isnan(b)
        a, b = a[both], b[both]
        value = float(np.median(a) / np.median(b))
        if len(a) < FEW:
            return Ratio(value, float((a / b).min()), float((a / b).max()), len(a))
        draws = np.random.default_rng(2).integers(len(a), size=(DRAWS, len(a)))
        drawn = np.median(a[draws], axis=1) / np.median(b[draws], axis=1)
        low, high = np.percentile(drawn, [2.5, 97.5])
        return Ratio(value, float(low), float(high), len(a))


def interleaved(
    calls: Mapping[str, Callable[[int], object]], n: int, *, warm: bool = True, budget: float = 60.0
) -> Times:
    """Time each callable on questions 0 to n - 1, some questions at a time in turn, in an order drawn anew each time.

    A turn is `TURN` questions, fewer where there are few: a process that answers with one engine finds its code and
    data in the processor's caches, and what else the machine does still falls on all.
    warm: every question is asked once before, untimed, so that pages, caches and compiled code are there.  A callable
    that would need more than `budget` seconds for all questions is asked every second, third ... one only.
    """
    names = tuple(calls)
    strides = [_stride(calls[name], n, budget, warm) for name in names]
    seconds = np.full((len(names), n), np.nan)
    order = np.random.default_rng(1)
    gc.collect()
    gc.disable()
    try:
        turn = max(1, min(TURN, n // 16))
        for first in range(0, n, turn):
            for place in order.permutation(len(names)).tolist():
                call = calls[names[place]]
                for question in range(first, min(first + turn, n)):
                    if question % strides[place] == 0:
                        start = perf_counter()
                        call(question)
                        seconds[place, question] = perf_counter() - start
            gc.collect()
    finally:
        gc.enable()
    return Times(names, seconds)


def _stride(call: Callable[[int], object], n: int, budget: float, warm: bool) -> int:
    """Every how many questions to ask, after asking them for warming."""
    if not warm:
        return 1
    spent: list[float] = []
    for question in range(min(3, n)):
        start = perf_counter()
        call(question)
        spent.append(perf_counter() - start)
    stride = max(1, math.ceil(min(spent) * n / budget))
    for question in range(0, n, stride):
        call(question)
    return stride
