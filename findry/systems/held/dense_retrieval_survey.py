"""Dense Text Retrieval based on Pretrained Language Models: when a dense layer is complete, row by row.

Source: Zhao, Liu, Ren, Wen, 2022 (arXiv 2211.14876): architecture, training, indexing, integration.  A survey makes no
claim of its own; the rows take the directions that it reports of the methods it covers.

Here: rows that nothing runs for are open.  Code search (web queries to Python functions) stands for transfer without
training: the encoder saw no judgment of any of these collections.
"""

from __future__ import annotations

__all__ = ["check"]

from findry.systems.matrix import Capability, missing, survey
from findry.systems.probes import bytes_held, signs_kept, weighted_measures

RECIPE = {
    "bm25": "bm25",
    "dense": "dense(scan='exact')",
    "signs": "dense(scan='signs', depth=200)",
    "cascade": "bm25 % 100 >> dense_rerank",
    "hybrid": "(bm25 | dense(scan='exact')) >> rrf",
    "interpolated": "(bm25 | dense(scan='exact')) >> linear(weights=(0.5, 0.5))",
    "feedback": "vector_prf(dense(scan='exact') % 3) >> dense(scan='exact')",
    "feedback of the query alone": "vector_prf(dense(scan='exact') % 3, how='rocchio', alpha=1.0, beta=0.0) >> "
    "dense(scan='exact')",
}
MATRIX = (
    Capability("architecture", "bi-encoder, mean of tokens, cosine", "dense"),
    *missing("architecture", "first or last token", "towers that are not shared", "cross-encoder"),
    *missing("architecture", "late interaction: ColBERT", "poly-encoder", "several vectors a document"),
    Capability("architecture", "dense and sparse interpolated", "interpolated", ("bm25", "dense")),
    *missing("formulation", "InfoNCE in the batch", "across batches", "triplets", "between passages", "many positives"),
    *missing("negatives", "drawn at random", "from BM25", "self-mined: ANCE", "denoised", "by topic: TAS", "schedules"),
    *missing("data", "query generation", "weak labels by BM25", "margin-MSE", "listwise distillation", "GPL"),
    *missing("pretraining", "ICT", "Condenser", "RetroMAE", "Contriever"),
    Capability("indexing", "flat, exact", "dense"),
    Capability("indexing", "one bit a component, rescored, keeps the exact top 10", "signs", probe=signs_kept),
    Capability("indexing", "bytes of every index", probe=bytes_held),
    *missing("indexing", "IVF", "HNSW", "PQ and OPQ", "learnt PQ", "learnt bits: BPR", "fewer dimensions", "pruning"),
    Capability("integration", "retrieve, then rerank", "cascade", ("bm25",)),
    Capability("integration", "dense and sparse fused by rank", "hybrid", ("bm25", "dense")),
    *missing("integration", "retriever and reranker trained together", "adversarial or listwise distillation"),
    Capability("advanced", "feedback by vectors", "feedback", ("dense",), "AP"),
    Capability("advanced", "code, without training", "dense", ("bm25",), data=("cosqa",)),
    *missing("advanced", "typos and variants of queries", "generative retrieval", "many hops", "conversations"),
    *missing("advanced", "tables", "across languages", "retrieval for a language model"),
    Capability("evaluation", "RR@10, nDCG@10, recall at 50, 100, 1000", probe=weighted_measures),
)

check = survey(
    __name__,
    "dense-retrieval-survey",
    title="Dense Text Retrieval based on Pretrained Language Models: A Survey",
    paper="arXiv 2211.14876",
    data=("scifact", "cranfield"),
    recipe=RECIPE,
    matrix=MATRIX,
    controls={"feedback of the query alone": "dense"},
)
