"""faiss: exact, binary with rescoring, graph, and inverted lists with product quantisation."""

from __future__ import annotations

__all__ = ["HNSW", "Binary", "FastScan", "Flat"]

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benches.peers.dense import Dense
from benches.vectors import GROUPS, Vectors


class Flat(Dense):
    """Every inner product, in float32."""

    def build(self, vectors: Vectors) -> None:
        index = faiss.IndexFlatIP(vectors.matrix.shape[1])
        index.add(np.ascontiguousarray(vectors.matrix))
        self._write(index)

    def _write(self, index: Any) -> None:
        faiss.write_index(index, str(self.folder / "index.faiss"))

    def open(self, vectors: Vectors) -> None:
        self.index = faiss.read_index(str(self.folder / "index.faiss"))
        self._select(vectors)

    def _select(self, vectors: Vectors) -> None:
        self.matrix = vectors.matrix
        bits = [np.packbits(vectors.groups == group, bitorder="little") for group in range(GROUPS)]
        self._bits = bits  # the selectors read them in place
        self.selectors = [faiss.IDSelectorBitmap(8 * len(b), faiss.swig_ptr(b)) for b in bits]

    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> NDArray[np.int64]:
        return self.index.search(vector[None], k, params=self._parameters(group))[1][0]

    def scored(self, vector: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k best vectors with their scores."""
        scores, rows = self.index.search(vector[None], min(k, self.index.ntotal))
        return rows[0], scores[0]

    def _parameters(self, group: int | None) -> Any:
        return None if group is None else faiss.SearchParameters(sel=self.selectors[group])

    def _rescored(self, vector: NDArray[np.float32], rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        rows = rows[rows >= 0]
        scores = self.matrix[rows] @ vector
        return rows[np.argsort(-scores)[:k]]


class HNSW(Flat):
    """A graph, M = 16, efConstruction = 100; the effort is efSearch."""

    efforts = (16, 32, 64, 128, 256, 512, 1024, 2048)
    largest = 200_000

    def build(self, vectors: Vectors) -> None:
        index = faiss.IndexHNSWFlat(vectors.matrix.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 100
        index.add(np.ascontiguousarray(vectors.matrix))
        self._write(index)

    def _parameters(self, group: int | None) -> Any:
        if group is None:
            return faiss.SearchParametersHNSW(efSearch=self.effort)
        return faiss.SearchParametersHNSW(efSearch=self.effort, sel=self.selectors[group])


class Binary(Flat):
    """Sign bits by Hamming distance; the effort is how many of the nearest are scored again in float32."""

    efforts = (50, 100, 200, 400, 800, 1600, 3200)

    def build(self, vectors: Vectors) -> None:
        index = faiss.IndexBinaryFlat(vectors.matrix.shape[1])
        index.add(np.packbits(vectors.matrix > 0, axis=1))
        faiss.write_index_binary(index, str(self.folder / "index.faiss"))

    def open(self, vectors: Vectors) -> None:
        self.index = faiss.read_index_binary(str(self.folder / "index.faiss"))
        self._select(vectors)

    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> NDArray[np.int64]:
        bits, depth = np.packbits(vector > 0)[None], min(self.effort, self.index.ntotal)
        rows = self.index.search(bits, depth, params=self._parameters(group))[1][0]
        return self._rescored(vector, rows, k)


class FastScan(Flat):
    """Inverted lists, 4-bit product quantisation and rescoring in float32; the effort is the lists looked at."""

    efforts = (4, 8, 16, 32, 64, 128, 256)
    trained = True

    def build(self, vectors: Vectors) -> None:
        lists = min(4096 if len(vectors) > 500_000 else 1024, len(vectors) // 39)
        width = vectors.matrix.shape[1]
        index = faiss.index_factory(width, f"IVF{lists},PQ{width // 2}x4fs", faiss.METRIC_INNER_PRODUCT)
        sample = np.random.default_rng(0).permutation(len(vectors))[: 64 * lists]
        index.train(np.ascontiguousarray(vectors.matrix[np.sort(sample)]))
        index.add(np.ascontiguousarray(vectors.matrix))
        self._write(index)

    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> NDArray[np.int64]:
        select = {} if group is None else {"sel": self.selectors[group]}
        lists = min(self.effort, self.index.nlist)
        depth = min(20 * k, self.index.ntotal)
        rows = self.index.search(vector[None], depth, params=faiss.SearchParametersIVF(nprobe=lists, **select))[1][0]
        return self._rescored(vector, rows, k)
