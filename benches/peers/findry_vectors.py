"""findry, searching by vectors."""

from __future__ import annotations

__all__ = ["FindryVectors", "Given"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import findry
from benches.peers.dense import Dense
from benches.vectors import Vectors
from findry import Queries
from findry.index import Schema, VectorField, create
from findry.records import Variant
from findry.text import parse_filter


class Given:
    """An encoder whose texts are row numbers and whose vectors are there already, under a card of one's choice."""

    def __init__(self, matrix: NDArray[np.float32], card: dict[str, Any] | None = None) -> None:
        self.matrix = matrix
        self.dimension = matrix.shape[1]
        plain = {"kind": "hash", "model": "given", "dimension": self.dimension, "normalise": True}
        self.card = card or plain

    def encode(self, texts: Sequence[str], side: str, *, progress: bool = False) -> NDArray[np.float32]:  # noqa: ARG002
        """The rows that the texts name: their last words."""
        rows = np.array([int(text.rpartition(" ")[2]) for text in texts], np.int64)
        return np.asarray(self.matrix[rows], np.float32).reshape(len(rows), self.dimension)

    def count_tokens(self, texts: Sequence[str], side: str) -> list[int]:  # noqa: ARG002
        """One each."""
        return [1] * len(texts)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """One."""
        return [(0, len(text))]


class FindryVectors(Dense):
    """An index of vectors alone, each document with its group as a value."""

    def build(self, vectors: Vectors) -> None:
        given = Given(vectors.matrix)
        create(self.folder, Schema(lexical=(), vectors=(VectorField(given.card),)))
        index = findry.open(self.folder, encoder=given)
        groups = vectors.groups.tolist()
        index.add({"id": str(row), "text": str(row), "group": group} for row, group in enumerate(groups))
        self.index = index

    def optimize(self) -> None:
        self.index.optimize()

    def open(self, vectors: Vectors) -> None:
        self.index = findry.open(self.folder, encoder=Given(vectors.matrix))
        self._filters = [parse_filter(f"group = {group}") for group in range(10)]

    def search(self, vector: NDArray[np.float32], k: int, group: int | None = None) -> list[str]:
        asked = Queries.of("vector").with_plan([[Variant("vector", vector=vector)]])
        where = None if group is None else self._filters[group]
        return self.index.reader.dense().search(asked, k, where=where).ids()

    def state(self) -> str:
        return f"segments: {self.index.info()['segments']}"
