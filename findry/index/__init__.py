"""Floor 2: segments and commits.  This room stores documents and gives them back as they were at a commit; it knows
nothing of searches, pipelines or file formats, and touches the disk through `files` alone."""

from __future__ import annotations

__all__ = [
    "BM25",
    "Commit",
    "LexicalField",
    "MergeMode",
    "Schema",
    "Snapshot",
    "VectorField",
    "Writer",
    "create",
]

from findry.index.bm25 import BM25
from findry.index.commit import Commit
from findry.index.create import create
from findry.index.schema import LexicalField, Schema, VectorField
from findry.index.snapshot import Snapshot
from findry.index.writer import MergeMode, Writer
