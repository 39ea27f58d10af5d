"""Floor 2: searchers over the snapshot of an index, by words and by vectors.  This room finds rows; it writes nothing,
and knows nothing of stages and pipelines."""

from __future__ import annotations

__all__ = ["DenseSearcher", "LexicalSearcher", "Reader", "Searcher"]

from findry.search.dense import DenseSearcher
from findry.search.lexical import LexicalSearcher
from findry.search.reader import Reader
from findry.search.searcher import Searcher
