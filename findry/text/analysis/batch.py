"""What analysis gives: the tokens of one text, or the arrays of many."""

from __future__ import annotations

__all__ = ["Token", "TokenBatch"]

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Token(NamedTuple):
    """One term with the characters [start, end) of the text that it stands for, and its word position."""

    term: str
    start: int
    end: int
    position: int


@dataclass(frozen=True, eq=False)
class TokenBatch:
    """The terms of n texts in one ragged array; text i owns terms[offsets[i] : offsets[i + 1]].

    vocabulary: the distinct terms, in the order of their first occurrence
    terms:      int32[T], indices into the vocabulary
    positions:  int32[T], word positions in each text before stop words were removed
    offsets:    int64[n + 1]
    """

    vocabulary: list[str]
    terms: NDArray[np.int32]
    positions: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of terms of each text, int64[n]."""
        return np.diff(self.offsets)

    def text_terms(self, row: int) -> list[str]:
        """The terms of one text, as words."""
        return [self.vocabulary[term] for term in self.terms[self.offsets[row] : self.offsets[row + 1]]]
