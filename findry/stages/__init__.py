"""Floor 4: the stages.  One file a method or a family of close variants; each declares its name, its
parameters and resources, its source and its cost.  Stages know indexes, models and records, nothing of
pipelines or measures."""

from __future__ import annotations

__all__ = [
    "CombMNZ",
    "CombSUM",
    "DenseRerank",
    "DenseRetrieve",
    "FilterHits",
    "GroupDocuments",
    "LexicalRerank",
    "LexicalRetrieve",
    "Linear",
    "RM3",
    "RandomHits",
    "ReciprocalRank",
    "Rocchio",
    "VectorPRF",
    "bm25",
    "bm25_rerank",
    "combmnz",
    "combsum",
    "cut",
    "dense",
    "dense_rerank",
    "filter",
    "group",
    "head",
    "linear",
    "random",
    "rm3",
    "rocchio",
    "rrf",
    "vector_prf",
]

from findry.algebra import Cut, head
from findry.stages.control import RandomHits
from findry.stages.feedback import RM3, Rocchio, VectorPRF
from findry.stages.filtering import FilterHits
from findry.stages.fuse import CombMNZ, CombSUM, Linear, ReciprocalRank
from findry.stages.grouping import GroupDocuments
from findry.stages.rerank import DenseRerank, LexicalRerank
from findry.stages.retrieve import DenseRetrieve, LexicalRetrieve

bm25 = LexicalRetrieve
dense = DenseRetrieve
bm25_rerank = LexicalRerank
dense_rerank = DenseRerank
random = RandomHits
rm3 = RM3
rocchio = Rocchio
rrf = ReciprocalRank
linear = Linear
combsum = CombSUM
combmnz = CombMNZ
cut = Cut
group = GroupDocuments
filter = FilterHits
vector_prf = VectorPRF
