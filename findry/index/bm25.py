"""The BM25 formula, in the form that Lucene 8 and later use."""

from __future__ import annotations

__all__ = ["BM25"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError


@dataclass(frozen=True)
class BM25:
    """Weights of a term in a row: idf times a saturated term frequency.

    Source: Robertson and Zaragoza, Foundations and Trends in IR 3(4), 2009, eq. 3.15, without the
    constant factor k1 + 1; idf with 1 added inside the logarithm, so that it is never negative
    (Lucene; Kamphuis et al., ECIR 2020, section 3).

    >>> weights = BM25(k1=1.0, b=0.0)
    >>> round(weights.idf(rows=3, df=1), 4), weights.saturation(np.array([1, 3]), np.array([9, 9]), 9.0).tolist()
    (0.9808, [0.5, 0.75])
    """

    k1: float = 0.9
    b: float = 0.4

    def __post_init__(self) -> None:
        if not (self.k1 >= 0 and 0 <= self.b <= 1):
            raise InputError("BM25 parameters out of range", expected="k1 >= 0, 0 <= b <= 1", received=f"{self}")

    def idf(self, rows: int, df: int) -> float:
        """ln(1 + (rows - df + 0.5) / (df + 0.5)): the rarer the term, the higher."""
        return float(np.log1p((rows - df + 0.5) / (df + 0.5)))

    def idf_of(self, rows: int, df: NDArray[np.int64]) -> NDArray[np.float64]:
        """`idf` of several terms."""
        out: NDArray[np.float64] = np.log1p((rows - df + 0.5) / (df + 0.5))
        return out

    def line(self, average: float) -> tuple[float, float]:
        """The length norm k1 (1 - b + b length / average) as fixed part and slope; an average of 0 counts as 1."""
        return self.k1 * (1 - self.b), self.k1 * self.b / (average or 1.0)

    def norms(self, lengths: NDArray[np.integer], average: float) -> NDArray[np.float64]:
        """k1 (1 - b + b length / average) of each row; the average of an empty field counts as 1."""
        norms: NDArray[np.float64] = self.k1 * (1 - self.b + self.b * lengths.astype(np.float64) / (average or 1.0))
        return norms

    def saturation(self, tf: NDArray[np.integer], lengths: NDArray[np.integer], average: float) -> NDArray[np.float64]:
        """tf / (tf + norm), in (0, 1]; float64[n]."""
        weights: NDArray[np.float64] = tf / (tf + self.norms(lengths, average))
        return weights
