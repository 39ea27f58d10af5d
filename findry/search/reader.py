"""A snapshot with its encoders: what stages are bound to."""

from __future__ import annotations

__all__ = ["EncoderOf", "Encoders", "Reader"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from findry.errors import CapabilityError
from findry.index.bm25 import BM25
from findry.index.snapshot import Snapshot
from findry.models import Encoder
from findry.records import Queries
from findry.search.dense import DenseSearcher, Scan
from findry.search.lexical import LexicalSearcher
from findry.search.restrict import Restrictions
from findry.search.searcher import ExcludeEach, WhereEach

EncoderOf = Callable[[str], Encoder]


class Encoders(Mapping[str, Encoder]):
    """The encoders of the vector fields of an index by name, each opened at first use."""

    def __init__(self, names: Sequence[str], encoder_of: EncoderOf) -> None:
        self._names = tuple(names)
        self._encoder_of = encoder_of

    def __getitem__(self, name: str) -> Encoder:
        if name not in self._names:
            raise KeyError(name)
        return self._encoder_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


class Reader:
    """Searchers over one commit, made once for each setting.

    `encoder_of` gives the encoder of a vector field by name; it is called at first use, so that an
    index with vectors can be searched by words without loading a model.
    """

    def __init__(self, snapshot: Snapshot, encoder_of: EncoderOf) -> None:
        self.snapshot = snapshot
        self._encoder_of = encoder_of
        self._lexical = lru_cache(maxsize=8)(self._make_lexical)
        self._dense = lru_cache(maxsize=8)(self._make_dense)

    @property
    def identity(self) -> str:
        """Index and commit: part of the cache key of every stage that is bound to this reader."""
        return self.snapshot.commit.origin

    def allowed(
        self, queries: Queries, where: WhereEach = None, exclude: ExcludeEach = None
    ) -> Iterator[NDArray[np.bool_]]:
        """For each query, which rows it may return: live, filtered, not excluded; bool[rows]."""
        held = Restrictions(self.snapshot, queries, where, exclude)
        for row in range(len(queries)):
            masks = zip(held.masks(row), self.snapshot.segments, strict=True)
            every = [np.ones(segment.rows, np.bool_) if mask is None else mask for mask, segment in masks]
            yield np.concatenate([np.zeros(0, np.bool_), *every])

    def lexical(self, k1: float = 0.9, b: float = 0.4, fields: Mapping[str, float] | None = None) -> LexicalSearcher:
        """The BM25 searcher with these parameters; `fields` gives weights by name, the schema's by default."""
        return self._lexical(k1, b, tuple(fields.items()) if fields else ())

    def dense(self, field: str | None = None, scan: Scan = "auto", depth: int = 0) -> DenseSearcher:
        """The searcher of a vector field, the first one by default; `scan` and `depth` are those of `DenseSearcher`."""
        if not self.snapshot.schema.vectors:
            raise CapabilityError(
                "the index has no vectors",
                where=str(self.snapshot.root),
                hint="index the source again with an encoder: findry index SOURCE -o KB --encoder minilm",
            )
        return self._dense(self.snapshot.vector_field(field).name, scan, depth)

    def _make_lexical(self, k1: float, b: float, fields: tuple[tuple[str, float], ...]) -> LexicalSearcher:
        return LexicalSearcher(self.snapshot, BM25(k1, b), dict(fields) or None)

    def _make_dense(self, field: str, scan: Scan, depth: int) -> DenseSearcher:
        return DenseSearcher(self.snapshot, self._encoder_of(field), field, scan, depth)
