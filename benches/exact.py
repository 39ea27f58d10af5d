"""BM25 without any shortcut, in float64, to compare results with."""

from __future__ import annotations

__all__ = ["B", "K1", "Exact"]

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from benches.corpora import Corpus

K1, B = 1.2, 0.75
TOLERANCE = 1e-5


class Exact:
    """Exact scores of the documents of a corpus for some queries (idf as in Lucene, k1 = 1.2, b = 0.75).

    Memory: the postings of the words of these queries.
    """

    def __init__(self, corpus: Corpus, queries: Sequence[str]) -> None:
        number = {word: place for place, word in enumerate(corpus.words)}
        wanted = sorted({number[word] for query in queries for word in query.split() if word in number})
        slot = np.full(len(corpus.words), -1, np.int32)
        slot[wanted] = np.arange(len(wanted))
        lengths = np.diff(corpus.offsets)
        self.documents = len(lengths)
        self._norm = K1 * (1 - B + B * lengths / lengths.mean())
        self._place = {corpus.words[word]: place for place, word in enumerate(wanted)}
        found = np.flatnonzero(slot[corpus.tokens] >= 0)
        document = np.searchsorted(corpus.offsets, found, side="right") - 1
        pairs = slot[corpus.tokens[found]].astype(np.int64) * self.documents + document
        keys, self._tf = np.unique(pairs, return_counts=True)
        self._documents = keys % self.documents
        self._start = np.searchsorted(keys, np.arange(len(wanted) + 1) * self.documents)

    def scores(self, query: str) -> NDArray[np.float64]:
        """The score of every document."""
        scores = np.zeros(self.documents)
        for word in query.split():
            place = self._place.get(word)
            if place is None:
                continue
            span = slice(self._start[place], self._start[place + 1])
            documents, tf = self._documents[span], self._tf[span]
            idf = np.log1p((self.documents - len(tf) + 0.5) / (len(tf) + 0.5))
            scores[documents] += idf * tf / (tf + self._norm[documents])
        return scores

    def postings(self, query: str) -> int:
        """How many postings the words of a query have."""
        places = [self._place[word] for word in query.split() if word in self._place]
        return sum(int(self._start[place + 1] - self._start[place]) for place in places)

    def agreement(self, query: str, found: Iterable[int], k: int) -> float:
        """The share of the k best that `found` has; a document that ties with the k-th best is as good."""
        scores = self.scores(query)
        k = min(k, int(np.count_nonzero(scores)))
        if k == 0:
            return 1.0
        least = np.partition(scores, len(scores) - k)[len(scores) - k] * (1 - TOLERANCE)
        given = np.unique(np.fromiter(found, np.int64)[:k])
        return float(np.count_nonzero(scores[given] >= least)) / k
