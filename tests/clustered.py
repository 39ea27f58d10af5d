"""Indexes of given vectors: clusters of unequal size under a falling spectrum, as those of text encoders are."""

from __future__ import annotations

__all__ = ["Given", "clustered", "given_index", "given_queries", "reader_of_given"]

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from small_worlds import Unflushed

from findry.index import Schema, Snapshot, VectorField, Writer, create
from findry.models.card import make_card
from findry.models.port import Card, Side
from findry.records import Document, Queries, Variant
from findry.search import Reader

Matrix = NDArray[np.float32]


class Given:
    """An encoder of numbers: text "7" has vector 7."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix

    @property
    def card(self) -> Card:
        return make_card(
            kind="hash", model="given", dimension=self.dimension, normalise=True, pooling="sum", tokenizer=""
        )

    @property
    def dimension(self) -> int:
        return int(self.matrix.shape[1])

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> Matrix:
        del side, progress
        return self.matrix[[int(text) for text in texts]]

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        del side
        return [1 for _ in texts]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


def clustered(rows: int, dimension: int, clusters: int, seed: int = 0) -> tuple[Matrix, NDArray[np.int64]]:
    """Vectors of unit length and the cluster of each: component n has variance 1/n under a random rotation."""
    random = np.random.default_rng(seed)
    spectrum = (np.arange(dimension) + 1.0) ** -0.5
    turn = np.linalg.qr(random.standard_normal((dimension, dimension)))[0]
    centres = random.standard_normal((clusters, dimension)) * spectrum
    share = np.arange(1, clusters + 1) ** -0.5
    cluster = random.choice(clusters, rows, p=share / share.sum())
    vectors = (centres[cluster] + 0.7 * random.standard_normal((rows, dimension)) * spectrum) @ turn
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), cluster


def given_index(root: Path, matrix: Matrix, groups: Sequence[int] = (), segments: int = 1) -> Given:
    """An index of one document for each vector, with value `group`, in so many segments; its encoder."""
    encoder = Given(matrix)
    create(root, Schema(lexical=(), vectors=(VectorField(encoder.card),)), Unflushed())
    group = list(groups) or [0] * len(matrix)
    with Writer(root, {"vectors": encoder}, merge="off", files=Unflushed()) as writer:
        for part in np.array_split(np.arange(len(matrix)), segments):
            writer.add(Document(f"d{n}", {"text": str(n)}, {"group": int(group[n])}) for n in part.tolist())
    return encoder


def reader_of_given(root: Path, encoder: Given) -> Reader:
    """What stages are bound to."""
    return Reader(Snapshot(root, files=Unflushed()), lambda _: encoder)


def given_queries(vectors: Matrix) -> Queries:
    """Queries that are vectors already."""
    return Queries.of(["vector"] * len(vectors)).with_plan([[Variant("vector", vector=vector)] for vector in vectors])
