"""Pretrained Transformers for Text Ranking: what the survey asks of an engine, row by row.

Source: Lin, Nogueira, Yates, 2021 (arXiv 2010.06467).  A survey makes no claim of its own; the rows take the directions
that it reports of the methods it covers: feedback raises recall, passages help long documents, a mix beats either part.

Here: rows that nothing runs for are open.  Time's magazine articles are the long documents.
"""

from __future__ import annotations

__all__ = ["check"]

from findry.systems.matrix import Capability, missing, survey
from findry.systems.probes import best_passage, corrected, holes, stage_costs, trec_files, weighted_measures

RECIPE = {
    "bm25": "bm25",
    "rm3": "rm3(bm25 % 10) >> bm25",
    "dense": "dense",
    "cascade": "bm25 % 100 >> dense_rerank",
    "interpolated": "(bm25 % 100 | bm25 % 100 >> dense_rerank) >> linear(weights=(0.5, 0.5))",
    "hybrid": "(bm25 | dense) >> rrf",
    "rm3 of the query alone": "rm3(bm25 % 10, original=1.0) >> bm25",
}
MATRIX = (
    Capability("multi-stage", "first stage by words, answered with RM3", "rm3", ("bm25",), "R@100"),
    Capability("multi-stage", "a cascade of any stages", "cascade", ("bm25",)),
    Capability("multi-stage", "scores interpolated with the first stage", "interpolated", ("bm25", "cascade")),
    Capability("multi-stage", "time and bytes of every stage", probe=stage_costs),
    *missing("multi-stage", "BM25 with parameters tuned on a training split"),
    *missing("cross-encoders", "pointwise: monoBERT", "pairwise: duoBERT", "listwise", "monoT5 and duoT5"),
    Capability("long documents", "passages: MaxP beats FirstP", probe=best_passage),
    *missing("long documents", "Birch: evidence of sentences", "CEDR", "PARADE", "sparse attention: Longformer"),
    *missing("efficiency", "distilled cross-encoders", "early exit", "PreTTR", "TK", "poly-encoders"),
    *missing("expansion", "doc2query and docTTTTTquery", "DeepCT and HDCT", "DeepImpact", "SPLADE", "CEQE"),
    Capability("dense retrieval", "Sentence-BERT: one vector a text, exact search", "dense"),
    Capability("dense retrieval", "a hybrid beats either part", "hybrid", ("bm25", "dense")),
    *missing("dense retrieval", "ANCE", "CLEAR", "TCT-ColBERT", "RocketQA", "ColBERT", "COIL", "HNSW", "PQ"),
    *missing("training", "pointwise, pairwise and listwise losses", "negatives: random, in batch, BM25, self-mined"),
    *missing("training", "pretraining on the target corpus", "fine-tuning in several steps", "few examples"),
    Capability("evaluation", "graded and binary measures", probe=weighted_measures),
    Capability("evaluation", "holes are counted", probe=holes),
    Capability("evaluation", "tests are corrected for many systems", probe=corrected),
    Capability("evaluation", "runs as TREC files", probe=trec_files),
)

check = survey(
    __name__,
    "survey-pretrained-transformers",
    title="Pretrained Transformers for Text Ranking: BERT and Beyond",
    paper="arXiv 2010.06467",
    data=("scifact", "cranfield"),
    recipe=RECIPE,
    matrix=MATRIX,
    controls={"rm3 of the query alone": "bm25"},
)
