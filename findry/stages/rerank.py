"""Candidates in the order of another searcher's exact scores: the second step of a cascade."""

from __future__ import annotations

__all__ = ["DenseRerank", "LexicalRerank"]

from collections.abc import Mapping

from findry.algebra import Rerank, param, resource, stage
from findry.records import Queries, Run
from findry.search import Reader
from findry.stages.bound import reader


@stage("dense_rerank")
class DenseRerank(Rerank):
    """Order candidates by the inner product of query and row vectors, which the index holds.

    Source: Lin, Nogueira, Yates, Pretrained Transformers for Text Ranking, 2021, section 5.1 (bi-encoders over the hits
    of a first stage).
    In: queries and a run of rows.  Out: the same rows; 0 for a query without words.
    Cost: one encoding a query, then O(candidates x dimension).
    """

    field: str | None = None
    index: Reader | str = resource(default="index")

    def apply(self, queries: Queries, run: Run) -> Run:
        return reader(self).dense(self.field).score(queries, run)

    def held(self) -> Mapping[str, int]:
        return reader(self).dense(self.field).held()


@stage("bm25_rerank")
class LexicalRerank(Rerank):
    """Order candidates by BM25.

    Source: Robertson and Zaragoza, FnTIR 3(4), 2009, eq. 3.15; parameters as of the stage `bm25`.
    In: queries and a run of rows.  Out: the same rows; 0 where no word of the query occurs.
    Cost: O(postings of the query's terms).
    """

    k1: float = param(default=0.9, low=0.0, high=10.0, tune="linear")
    b: float = param(default=0.4, low=0.0, high=1.0, tune="linear")
    fields: dict[str, float] | None = None
    index: Reader | str = resource(default="index")

    def apply(self, queries: Queries, run: Run) -> Run:
        return reader(self).lexical(self.k1, self.b, self.fields).score(queries, run)

    def held(self) -> Mapping[str, int]:
        return reader(self).lexical(self.k1, self.b, self.fields).held()
