"""A snapshot with its encoders: what stages are bound to."""

from __future__ import annotations

__all__ = ["Reader"]

from collections.abc import Callable, Mapping
from functools import lru_cache

from findry.errors import CapabilityError
from findry.index.bm25 import BM25
from findry.index.dense import DenseSearcher
from findry.index.lexical import LexicalSearcher
from findry.index.snapshot import Snapshot
from findry.models import Encoder


class Reader:
    """Searchers over one commit, made once for each setting.

    `encoder_of` gives the encoder of a vector field by name; it is called at first use, so that an
    index with vectors can be searched by words without loading a model.
    """

    def __init__(self, snapshot: Snapshot, encoder_of: Callable[[str], Encoder]) -> None:
        self.snapshot = snapshot
        self._encoder_of = encoder_of
        self._lexical = lru_cache(maxsize=8)(self._make_lexical)
        self._dense = lru_cache(maxsize=8)(self._make_dense)

    @property
    def identity(self) -> str:
        """Index and commit: part of the cache key of every stage that is bound to this reader."""
        return self.snapshot.commit.origin

    def lexical(self, k1: float = 0.9, b: float = 0.4, fields: Mapping[str, float] | None = None) -> LexicalSearcher:
        """The BM25 searcher with these parameters; `fields` gives weights by name, the schema's by default."""
        return self._lexical(k1, b, tuple((fields or {}).items()))

    def dense(self, field: str | None = None) -> DenseSearcher:
        """The searcher of a vector field; the first one by default."""
        if not self.snapshot.schema.vectors:
            raise CapabilityError(
                "the index has no vectors",
                where=str(self.snapshot.root),
                hint="index the source again with an encoder: findry index SOURCE -o KB --encoder minilm",
            )
        return self._dense(self.snapshot.vector_field(field).name)

    def _make_lexical(self, k1: float, b: float, fields: tuple[tuple[str, float], ...]) -> LexicalSearcher:
        return LexicalSearcher(self.snapshot, BM25(k1, b), dict(fields) or None)

    def _make_dense(self, field: str) -> DenseSearcher:
        return DenseSearcher(self.snapshot, self._encoder_of(field), field)
