"""usearch's graph."""

from __future__ import annotations

__all__ = ["USearch"]

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from benches.peers.dense import Dense
from benches.vectors import Vectors


class USearch(Dense):
    """Connectivity 16, expansion 100 when adding; the effort is the expansion when searching.  No filter in Python."""

    efforts = (16, 32, 64, 128, 256, 512, 1024, 2048)
    largest = 200_000

    def build(self, vectors: Vectors) -> None:
        index = Index(ndim=vectors.matrix.shape[1], metric="ip", dtype="f32", connectivity=16, expansion_add=100)
        index.add(np.arange(len(vectors)), np.ascontiguousarray(vectors.matrix))
        index.save(str(self.folder / "index.usearch"))

    def open(self, vectors: Vectors) -> None:  # noqa: ARG002
        self.index = Index.restore(str(self.folder / "index.usearch"))

    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> NDArray[np.uint64]:
        if group is not None:
            raise LookupError("no filter in Python")
        if self.index.expansion_search != self.effort:
            self.index.expansion_search = self.effort
        return self.index.search(vector, k, threads=1).keys
