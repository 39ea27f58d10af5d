"""First-stage retrieval by words and by vectors."""

from __future__ import annotations

__all__ = ["DenseRetrieve", "LexicalRetrieve"]

from collections.abc import Mapping
from typing import Any

from findry.algebra import Retrieve, param, resource, stage
from findry.records import Queries, Run
from findry.search import Reader
from findry.search.dense import Scan
from findry.stages.bound import reader


@stage("bm25")
class LexicalRetrieve(Retrieve):
    """Rank rows by BM25 over the lexical fields of an index.

    Source: Robertson and Zaragoza, FnTIR 3(4), 2009, eq. 3.15; k1 = 0.9 and b = 0.4 as in Anserini
    (Yang et al., JDIQ 10(4), 2018).  `fields` gives weights by name, as in {"title": 2.0}; by default
    those of the index.
    In: queries, their plans combined as weighted terms.  Out: at most k rows a query, scores above 0,
    comparable within a query.
    Cost: O(postings of the query's terms); no model.
    """

    k1: float = param(default=0.9, low=0.0, high=10.0, tune="linear")
    b: float = param(default=0.4, low=0.0, high=1.0, tune="linear")
    k: int = param(default=1000, low=0, unit="results")
    fields: dict[str, float] | None = None
    index: Reader | str = resource(default="index")

    def apply(self, queries: Queries, *, where: Any = None, exclude: Any = None) -> Run:
        return reader(self).lexical(self.k1, self.b, self.fields).search(queries, self.k, where=where, exclude=exclude)

    def held(self) -> Mapping[str, int]:
        return reader(self).lexical(self.k1, self.b, self.fields).held()


@stage("dense")
class DenseRetrieve(Retrieve):
    """Rank rows by the inner product of query and row vectors.

    Source: Karpukhin et al., EMNLP 2020, eq. 1; signs as a first pass: Charikar, STOC 2002, section 3, rescored as by
    Yamada et al., ACL 2021.  The encoder is the one of the index's card.
    `scan`: "exact" takes every row into account; "signs" scores rows whose signs are near the query's, as many as
    reach a recall of 0.99 by the index's own measurement, or `depth` of them where that is not 0; "auto" is exact in
    small indexes.  Scores are exact in either way.
    In: queries, their plans combined as a weighted sum of vectors.  Out: k rows a query, comparable.
    Cost: one encoding a query, then O(rows x dimension), with signs a 32nd of the bytes.
    """

    k: int = param(default=1000, low=0, unit="results")
    field: str | None = None
    scan: Scan = param(default="auto", choices=("auto", "exact", "signs"))
    depth: int = param(default=0, low=0, unit="rows")
    index: Reader | str = resource(default="index")

    def apply(self, queries: Queries, *, where: Any = None, exclude: Any = None) -> Run:
        searcher = reader(self).dense(self.field, self.scan, self.depth)
        return searcher.search(queries, self.k, where=where, exclude=exclude)

    def held(self) -> Mapping[str, int]:
        return reader(self).dense(self.field, self.scan, self.depth).held()
