"""Vectors to search: clusters of unequal size with a power-law spectrum, as encoders give; and the truth about them."""

from __future__ import annotations

__all__ = ["Truth", "Vectors", "clustered"]

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benches.corpora import keep

DIMENSION, CENTRES, GROUPS = 384, 2000, 10
BLOCK, QUERIES = 20_000, 1000
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Vectors:
    """A folder with vectors float32[n, 384] of unit length, the group of each, and queries of the same making."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def matrix(self) -> NDArray[np.float32]:
        return np.load(self.folder / "vectors.npy", mmap_mode="r")

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """A number from 0 to 9 a vector, by chance: the value that a filter asks for."""
        return np.load(self.folder / "groups.npy")

    @cached_property
    def queries(self) -> NDArray[np.float32]:
        return np.load(self.folder / "queries.npy")

    def __len__(self) -> int:
        return len(self.groups)


def clustered(folder: Path, n: int, seed: int = 3) -> Vectors:
    """n vectors around 2,000 centres, cluster sizes by a power law, randomly turned, and 1,000 queries."""
    return Vectors(keep(folder / "vectors" / f"clusters-{seed}-{n}", lambda place: _write(place, n, seed)))


def _write(place: Path, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spread = (np.arange(DIMENSION) + 1.0) ** -0.5
    turn = np.linalg.qr(rng.standard_normal((DIMENSION, DIMENSION)))[0]
    centres = rng.standard_normal((CENTRES, DIMENSION)) * spread
    share = np.cumsum(1 / np.arange(1, CENTRES + 1) ** 0.5)
    share /= share[-1]

    def some(number: int, rng: np.random.Generator) -> NDArray[np.float32]:
        around = centres[np.searchsorted(share, rng.random(number))]
        turned = (around + 0.7 * rng.standard_normal((number, DIMENSION)) * spread) @ turn
        return (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)

    out = np.lib.format.open_memmap(place / "vectors.npy", "w+", np.float32, (n, DIMENSION))
    for block in range(-(-n // BLOCK)):
        drawn = some(BLOCK, np.random.default_rng((seed, block)))
        out[block * BLOCK : (block + 1) * BLOCK] = drawn[: n - block * BLOCK]
    out.flush()
    np.save(place / "groups.npy", rng.integers(0, GROUPS, n).astype(np.int32))
    np.save(place / "queries.npy", some(QUERIES, rng))


class Truth:
    """The score of the k-th best vector of each query, over all vectors or over one group for each query."""

    def __init__(
        self, vectors: Vectors, queries: NDArray[np.float32], groups: NDArray[np.int32] | None, k: int
    ) -> None:
        self._vectors, self._queries, self.k = vectors, queries, k
        best = np.full((len(queries), k), -np.inf, np.float32)
        for start in range(0, len(vectors), BLOCK):
            scores = queries @ vectors.matrix[start : start + BLOCK].T
            if groups is not None:
                scores[vectors.groups[None, start : start + BLOCK] != groups[:, None]] = -np.inf
            both = np.concatenate([best, scores], axis=1)
            best = np.partition(both, both.shape[1] - k, axis=1)[:, -k:]
        self._least = best.min(axis=1) - TOLERANCE

    def recall(self, query: int, found: list[int]) -> float:
        """The share of the k best that was found; a vector that ties with the k-th best is as good."""
        scores = self._vectors.matrix[np.unique(np.array(found[: self.k], np.int64))] @ self._queries[query]
        return float(np.count_nonzero(scores >= self._least[query])) / self.k
