"""Floor 2: segments, commits and searchers.  This room stores documents and finds them again; it knows
nothing of stages, pipelines or file formats, and touches the disk through `files` alone."""

from __future__ import annotations

__all__ = [
    "BM25",
    "Commit",
    "DenseSearcher",
    "LexicalField",
    "LexicalSearcher",
    "MergeMode",
    "Reader",
    "Schema",
    "Searcher",
    "Snapshot",
    "VectorField",
    "Writer",
    "create",
]

from findry.index.bm25 import BM25
from findry.index.commit import Commit
from findry.index.create import create
from findry.index.dense import DenseSearcher
from findry.index.lexical import LexicalSearcher
from findry.index.reader import Reader
from findry.index.schema import LexicalField, Schema, VectorField
from findry.index.searcher import Searcher
from findry.index.snapshot import Snapshot
from findry.index.writer import MergeMode, Writer
