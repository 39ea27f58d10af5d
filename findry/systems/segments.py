"""Queries grouped as measures of retrieval are judged by: a retriever, a data set, and how K compares with N."""

from __future__ import annotations

__all__ = ["GRID", "K", "Numbers", "Segment", "segments"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.study import Comparison

K, DRAWS = 10, 8
STEPS = 0.95 ** np.arange(1, 351)
GRID = np.unique(np.concatenate(([0.0, 1.0], STEPS, 1 - STEPS)))  # of the weight a, as arXiv 2512.20854 has it
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """Queries of one retriever, data set and kind: relevant hits (found, deep: of 2 K), hits shown, K, N; each [Q]."""

    name: str
    found: Numbers
    deep: Numbers
    shown: Numbers
    k: Numbers
    n: Numbers

    def measures(self) -> dict[str, Numbers]:
        """T, F and E for every a of the grid; float64[A, Q]."""
        a = GRID[:, None]
        of = a * self.k + (1 - a) * self.n
        deep = a * self.k + (1 - a) * self.deep
        others = (self.shown - self.found) / np.maximum(self.shown, 1)
        estimate = np.divide(self.found, deep, out=np.zeros_like(deep), where=deep > 0)
        return {"T": (1 - a) * self.found - a * others, "F": self.found / of, "E": estimate}

    def grades(self, reader: str, random: np.random.Generator) -> Numbers:
        """What the simulated reader is given for its answers; [Q, draws]."""
        facts = {"recall": self.found / self.n, "count": 1 - np.exp(-self.found / 2)}
        others = (self.shown - self.found) / np.maximum(self.shown, 1)
        chance = np.full(len(self.n), 0.5) if reader == "blind" else facts[reader] * (1 - others / 2)
        return random.binomial(4, chance[:, None], (len(chance), DRAWS)).astype(np.float64)


def segments(name: str, table: Comparison, judged: Mapping[str, Mapping[str, int]]) -> Iterator[Segment]:
    """The segments of a data set: N up to 10 (wide) and more (narrow) at K = 10; K half of N, N, and twice N."""
    for outcome in table.outcomes:
        lists = [(judged[query], [id for id, _ in hits]) for query, hits in outcome.run.lists()]
        n = np.array([sum(grade > 0 for grade in row.values()) for row, _ in lists])
        sums = [np.concatenate(([0], np.cumsum([row.get(id, 0) > 0 for id in ids]))) for row, ids in lists]
        fixed = np.full(len(n), K)
        for kind, k, held in (
            ("wide", fixed, (n > 0) & (n <= K)),
            ("narrow", fixed, n > K),
            *((f"K = {ratio:g} N", np.maximum((n * ratio).round().astype(int), 1), n > 0) for ratio in (0.5, 1, 2)),
        ):
            at = np.flatnonzero(held).tolist()
            rows = [
                (sums[q][: k[q] + 1][-1], sums[q][: 2 * k[q] + 1][-1], min(k[q], len(sums[q]) - 1), k[q], n[q])
                for q in at
            ]
            yield Segment(f"{outcome.name}, {name}, {kind}", *np.array(rows, np.float64).reshape(-1, 5).T)
