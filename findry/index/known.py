"""What a searcher has learnt of terms: their worth, and where their postings lie in each segment."""

from __future__ import annotations

__all__ = ["Known"]

from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.index.terms import Vocabulary
from findry.kernels.layout import COLUMNS, WINDOW

SMALLEST = 256


class Known:
    """The terms that were asked for, each looked up once in a snapshot.

    worth float64[C]: field weight times rarity, 0 where no live row has the term; lists int64[S, C, COLUMNS]: its
    postings in each segment, as the search kernel takes them, the first number -1 where there are none.  Lines are only
    ever added, so that readers need no lock.
    """

    def __init__(
        self,
        vocabularies: Sequence[Vocabulary],
        weights: Sequence[float],
        formula: BM25,
        places: Sequence[Sequence[NDArray[np.int64]]],
    ) -> None:
        self._vocabularies, self._weights, self._formula, self._places = vocabularies, weights, formula, places
        self._lock = Lock()
        self._size = 0
        self._lines: list[dict[str, int]] = [{} for _ in vocabularies]
        self.worth = np.zeros(SMALLEST)
        self.lists = np.full((len(places), SMALLEST, COLUMNS), -1, np.int64)

    def __len__(self) -> int:
        return self._size

    def of(self, field: int, terms: Iterable[str]) -> list[int]:
        """The lines of some terms of a field."""
        held = self._lines[field]
        try:
            return [held[term] for term in terms]
        except KeyError:
            self._learn(field, terms)
            return [held[term] for term in terms]

    def _learn(self, field: int, terms: Iterable[str]) -> None:
        """Look up terms of a field, and compare their postings with their checksums."""
        from findry.kernels.planning import describe

        with self._lock:
            lines, vocabulary = self._lines[field], self._vocabularies[field]
            new = [term for term in dict.fromkeys(terms) if term not in lines]
            if not new:
                return
            numbers, df = vocabulary.look_up(new)
            self._grow(len(new))
            span = slice(self._size, self._size + len(new))
            live = vocabulary.snapshot.live_rows
            self.worth[span] = np.where(df > 0, self._formula.idf_of(live, df) * self._weights[field], 0.0)
            every, of = np.arange(len(new)), np.full(len(new), field, np.int64)
            for number, (postings, segment) in enumerate(
                zip(vocabulary.postings, vocabulary.snapshot.segments, strict=True)
            ):
                there = numbers[number]
                postings.compare(there[there >= 0])
                self.lists[number, span, 0] = -1
                wide, slot, windows = postings.array("wide"), postings.array("slot"), -(-segment.rows // WINDOW)
                place, out = self._places[number][field], self.lists[number, span]
                describe(there, of, every, field, postings.start, wide, slot, postings.compared, windows, place, out)
            lines.update(zip(new, range(span.start, span.stop), strict=True))
            self._size = span.stop

    def _grow(self, by: int) -> None:
        size = len(self.worth)
        if self._size + by <= size:
            return
        more = max(size, self._size + by)
        worth = np.concatenate((self.worth, np.zeros(more)))
        self.lists = np.concatenate((self.lists, np.full((len(self.lists), more, COLUMNS), -1, np.int64)), axis=1)
        self.worth = worth
