"""bm25s with its numba scorer."""

from __future__ import annotations

__all__ = ["BM25s"]

from collections.abc import Iterable, Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from benches.exact import K1, B
from benches.peers.lexical import Lexical


class BM25s(Lexical):
    """Weights of all postings in a sparse matrix in memory; built at once."""

    def build(self, texts: Iterable[str]) -> None:
        tokens = bm25s.tokenize(
            list(texts), lower=False, token_pattern=r"(?u)\S+", stopwords=None, show_progress=False, leave=False
        )
        self.index = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numba")
        self.index.index(tokens, show_progress=False)
        self.index.save(str(self.folder), show_progress=False)

    def open(self) -> None:
        self.index = bm25s.BM25.load(str(self.folder), show_progress=False)
        self.index.backend = "numba"
        self.index.activate_numba_scorer()

    def search(self, query: str, k: int) -> NDArray[np.integer]:
        return self._retrieve([query], k, 1)[0]

    def batch(self, queries: Sequence[str], k: int, threads: int) -> NDArray[np.integer]:
        return self._retrieve(queries, k, threads)

    def _retrieve(self, queries: Sequence[str], k: int, threads: int) -> NDArray[np.integer]:
        asked = [query.split() for query in queries]
        k = min(k, int(self.index.scores["num_docs"]))
        return self.index.retrieve(asked, k=k, show_progress=False, return_as="tuple", n_threads=threads).documents

    def scored(self, query: str, k: int) -> tuple[NDArray[np.integer], NDArray[np.float32]]:
        """Documents with a score above 0, and their scores."""
        k = min(k, int(self.index.scores["num_docs"]))
        found = self.index.retrieve([query.split()], k=k, show_progress=False, n_threads=1)
        above = found.scores[0] > 0
        return found.documents[0][above], found.scores[0][above]
