"""How far a scan of signs must look, measured on the vectors of a segment."""

from __future__ import annotations

__all__ = ["MEASURED", "Depth", "Measured", "measure"]

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MEASURED, SAMPLE, SEED, FIRST = 4096, 64, 20260101, 50
CUTS, TARGET, BLOCK = (10, 100, 1000), 0.99, 8192
LEVELS, PAIRS = 128, 1000


class Depth(NamedTuple):
    """The smallest depth of the ladder at which a sample reached the target, and its recall of the k best there.

    A depth of all rows says that none that brings less than a quarter of them does: the signs of these vectors tell
    too little.
    """

    k: int
    depth: int
    recall: float


class Measured(NamedTuple):
    """How many rows to score exactly, and how far away a row with a given score may lie.

    depths: for the k best of `CUTS`, those with at least 40 k rows.
    bits: for each level of inner product, from -1 to 1 in parts of the largest possible, the bits in which 99 of 100
    rows of that level or a better one differ at most from their query.
    """

    depths: tuple[Depth, ...]
    bits: NDArray[np.int64]

    def card(self) -> dict[str, Any]:
        """As the meta of a segment holds it."""
        return {"depths": [list(depth) for depth in self.depths], "bits": self.bits.tolist()}

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> Measured:
        """What `card` gave."""
        return cls(tuple(Depth(*depth) for depth in card["depths"]), np.array(card["bits"], np.int64))

    def depth(self, k: int) -> int:
        """The depth for the k best: that of the first measured k for fewer; between two measured ones it grows as a
        power of k; beyond the last in proportion to k.

        >>> wide = Measured((Depth(10, 200, 0.99), Depth(1000, 3200, 0.99)), np.zeros(0, int))
        >>> [wide.depth(k) for k in (5, 100, 5000)]
        [200, 800, 16000]
        """
        below = self.depths[0]
        if k <= below.k:
            return below.depth
        for above in self.depths[1:]:
            if k <= above.k:
                power = math.log(k / below.k) / math.log(above.k / below.k)
                return math.ceil(below.depth * math.pow(above.depth / below.depth, power))
            below = above
        return math.ceil(below.depth * k / below.k)


def measure(matrix: NDArray[np.float32], signs: NDArray[np.uint64], norm: float) -> Measured | None:
    """What a segment says of itself; None for at most `MEASURED` rows.  `norm` is the length of the longest row.

    64 rows, chosen by a fixed seed, ask for their nearest rows, themselves left out.  A neighbour comes into a scan of
    depth d when fewer than d rows differ from the query in fewer bits.  The ladder is 50, 100, 200, 400 ...
    Cost: a product of [64, rows] in blocks, its 1,000 best kept, and 64 scans: about 2 us a row of 384 components.
    """
    if len(matrix) <= MEASURED:
        return None
    from findry.kernels.signs import tally

    chosen = np.sort(np.random.default_rng(SEED).choice(len(matrix), SAMPLE, replace=False))
    asked, words = np.array(matrix[chosen]), signs[chosen]
    scales = 1 / np.maximum(np.linalg.norm(asked, axis=1) * norm, 1e-30)
    cuts = [k for k in CUTS if 40 * k <= len(matrix)]
    levels = np.zeros((LEVELS, 64 * signs.shape[1] + 1), np.int64)
    counts = np.zeros((SAMPLE, levels.shape[1]), np.int64)
    best = np.full((SAMPLE, cuts[-1]), -np.inf, np.float32)
    rows = np.zeros((SAMPLE, cuts[-1]), np.int64)
    for start in range(0, len(matrix), BLOCK):
        scores = asked @ matrix[start : start + BLOCK].T
        own = np.flatnonzero((chosen >= start) & (chosen < start + BLOCK))
        scores[own, chosen[own] - start] = -np.inf
        part = signs[start : start + BLOCK]
        for place, line in enumerate(scores):
            tally(part, words[place], line, float(scales[place]), levels, counts[place])
            _keep(best[place], rows[place], line, start)
    order = np.argsort(-best, axis=1, kind="stable")
    within = np.cumsum(counts, axis=1)
    nearer = within - counts
    before = np.stack(
        [line[_differing(signs[rows[place][order[place]]], words[place])] for place, line in enumerate(nearer)]
    )
    return Measured(tuple(_smallest(before[:, :k], within) for k in cuts), _reaches(levels))


def _keep(best: NDArray[np.float32], rows: NDArray[np.int64], line: NDArray[np.float32], start: int) -> None:
    """Put the scores of a block that are among the best so far in their place."""
    above = np.flatnonzero(line > best.min())
    values = np.concatenate([best, line[above]])
    kept = np.argpartition(-values, len(best) - 1)[: len(best)]
    rows[:] = np.concatenate([rows, above + start])[kept]
    best[:] = values[kept]


def _differing(signs: NDArray[np.uint64], query: NDArray[np.uint64]) -> NDArray[np.int64]:
    differing: NDArray[np.int64] = np.unpackbits((signs ^ query).view(np.uint8), axis=1).sum(axis=1, dtype=np.int64)
    return differing


def _smallest(before: NDArray[np.int64], within: NDArray[np.int64]) -> Depth:
    """The depth that reaches the target, from the number of rows that come before each neighbour int64[Q, k], and of
    those within each number of bits int64[Q, bits + 1]."""
    k, depth, rows = before.shape[1], FIRST, int(within[0, -1]) + 1
    while 4 * np.mean([line[np.searchsorted(line, depth)] for line in within]) < rows:
        recall = float((before < depth).mean())
        if depth >= k and recall >= TARGET:
            return Depth(k, depth, round(recall, 4))
        depth *= 2
    return Depth(k, rows, 1.0)


def _reaches(levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each level the bits that hold 99 of 100 of its pairs; neighbouring levels with too few are taken together.

    From the best level down the bits never fall; all bits for levels below the lowest that was seen.
    """
    reaches = np.full(len(levels), levels.shape[1] - 1)
    farthest, first, group = 0, len(levels) - 1, np.zeros(levels.shape[1], np.int64)
    for level in range(len(levels) - 1, -1, -1):
        group += levels[level]
        if group.sum() >= PAIRS:
            farthest = max(farthest, int(np.searchsorted(np.cumsum(group), TARGET * group.sum())))
            reaches[level : first + 1] = farthest
            first, group = level - 1, np.zeros_like(group)
    return reaches
