"""Floor 0: what flows.  Records hold arrays and ids, know how to convert themselves, and import
nothing of findry but the errors; no record opens a file or runs a model."""

from __future__ import annotations

__all__ = [
    "ORIGINAL",
    "Batch",
    "Branches",
    "Corpus",
    "Document",
    "DocumentBatch",
    "IdList",
    "Ids",
    "Links",
    "Qrels",
    "Queries",
    "Run",
    "ScoreKind",
    "Space",
    "StageTrace",
    "Trace",
    "Value",
    "Variant",
    "tie_key",
    "tie_keys",
]

from findry.records.batch import Batch, StageTrace, Trace
from findry.records.corpus import Corpus, Document, Value
from findry.records.documents import DocumentBatch
from findry.records.links import Links
from findry.records.qrels import Qrels
from findry.records.queries import ORIGINAL, Queries, Variant
from findry.records.run import Branches, Run, ScoreKind
from findry.records.space import IdList, Ids, Space, tie_key, tie_keys
