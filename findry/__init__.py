"""findry: a retrieval engine in which every published technique is a stage that you can swap in,
measure on your own corpus, keep if it pays, and serve.

>>> import findry, tempfile
>>> index = findry.create(tempfile.mkdtemp(), encoder=None)
>>> index.add([{"id": "a", "text": "ants carry leaves"}, {"id": "b", "text": "bees make honey"}])
2
>>> index.search("honey bees").ids
['b']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from findry.lazily import lazily

__version__ = "0.1.0"

if TYPE_CHECKING:
    from findry.algebra import Pipe, head
    from findry.datasets import Dataset, dataset
    from findry.engine import Hit, Index, Results, create, sync
    from findry.engine import open_index as open
    from findry.errors import FindryError
    from findry.models import Encoder, encoder
    from findry.pipeline import Plan, check, equivalent, execute
    from findry.records import Batch, Branches, Corpus, Document, Links, Qrels, Queries, Run, Space, Trace
    from findry.stages import bm25, combmnz, combsum, dense, filter, group, linear, rrf
    from findry.text import Analyzer, Chunker

_HOME = {
    "algebra": ("Pipe", "head"),
    "datasets": ("Dataset", "dataset"),
    "engine": ("Hit", "Index", "Results", "create", "open_index", "sync"),
    "errors": ("FindryError",),
    "models": ("Encoder", "encoder"),
    "pipeline": ("Plan", "check", "equivalent", "execute"),
    "records": ("Batch", "Branches", "Corpus", "Document", "Links", "Qrels", "Queries", "Run", "Space", "Trace"),
    "stages": ("bm25", "combmnz", "combsum", "dense", "filter", "group", "linear", "rrf"),
    "text": ("Analyzer", "Chunker"),
}
_public = lazily(__name__, _HOME)

__all__ = [
    "Analyzer",
    "Batch",
    "Branches",
    "Chunker",
    "Corpus",
    "Dataset",
    "Document",
    "Encoder",
    "FindryError",
    "Hit",
    "Index",
    "Links",
    "Pipe",
    "Plan",
    "Qrels",
    "Queries",
    "Results",
    "Run",
    "Space",
    "Trace",
    "bm25",
    "check",
    "combmnz",
    "combsum",
    "create",
    "dataset",
    "dense",
    "encoder",
    "equivalent",
    "execute",
    "filter",
    "group",
    "head",
    "linear",
    "open",
    "rrf",
    "sync",
]


def __getattr__(name: str) -> Any:
    """Public names are imported from their rooms at first use, so that `import findry` stays light."""
    return _public("open_index" if name == "open" else name)


def __dir__() -> list[str]:
    return __all__
