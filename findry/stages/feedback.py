"""Pseudo-relevance feedback: what a first retrieval found changes what the second asks."""

from __future__ import annotations

__all__ = ["RM3", "Rocchio", "VectorPRF"]

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from findry.algebra import Feedback, param, resource, stage
from findry.errors import PipelineError
from findry.records import Queries, Run, Variant
from findry.search import Reader
from findry.stages.bound import reader

FEEDBACK = "feedback"


class _Words(Feedback):
    """Feedback that adds weighted terms of the first hits to the plan."""

    docs: int
    index: Reader | str

    @abstractmethod
    def _weights(self, texts: list[list[str]], scores: NDArray[np.float64]) -> tuple[float, Mapping[str, float]]:
        """What the original query weighs, and the terms that are added with their weights."""

    def refine(self, queries: Queries, run: Run) -> Queries:
        searcher = reader(self).lexical()
        rows, top = _rows(run.cut(self.docs), reader(self)), run.cut(self.docs)
        plan = []
        for query in range(len(queries)):
            held, span = queries.variants(query), top.hits(query)
            texts = searcher.terms(rows[span].tolist())
            if not any(texts):
                plan.append(held)
                continue
            original, terms = self._weights(texts, top.scores[span].astype(np.float64))
            size = max(len(searcher.analysed(queries.texts[query])), 1)
            scaled = [replace(variant, weight=variant.weight * original / size) for variant in held]
            plan.append((*scaled, Variant(FEEDBACK, terms=terms, source=self.title)))
        return queries.with_plan(plan)


@stage("rm3")
class RM3(_Words):
    """Mix the query with the relevance model of the first hits: ``rm3(bm25 % 10) >> bm25``.

    Source: Lavrenko and Croft, SIGIR 2001, section 3.2 (RM1); Abdul-Jaleel et al., TREC 2004 (interpolation).
    p(w | R) is the mean of p(w | d) = tf / length over the first `docs` hits, weighted by their scores; its `terms`
    largest are kept, made to add up to 1, and mixed: `original` times the query (1 / length a word) plus the rest.
    In: queries.  Out: queries with a plan of weighted terms; a query that finds nothing stays as it is.
    Cost: one retrieval, and the analysis of `docs` texts a query.
    """

    docs: int = param(default=10, low=1, unit="documents", tune="log")
    terms: int = param(default=10, low=1, unit="terms", tune="log")
    original: float = param(default=0.5, low=0.0, high=1.0, tune="linear")
    index: Reader | str = resource(default="index")

    def _weights(self, texts: list[list[str]], scores: NDArray[np.float64]) -> tuple[float, Mapping[str, float]]:
        shares = scores - min(0.0, float(scores.min()))
        shares = shares / shares.sum() if shares.sum() > 0 else np.full(len(scores), 1 / len(scores))
        model: Counter[str] = Counter()
        for text, share in zip(texts, shares.tolist(), strict=True):
            for term, tf in Counter(text).items():
                model[term] += share * tf / len(text)
        kept = _largest(model, self.terms)
        total = sum(kept.values())
        return self.original, {term: (1 - self.original) * value / total for term, value in kept.items()}


@stage("rocchio")
class Rocchio(_Words):
    """Move the query towards the first hits in the space of terms: ``rocchio(bm25 % 10) >> bm25``.

    Source: Rocchio, in Salton (ed.), The SMART Retrieval System, 1971, chapter 14, without negative examples.
    `alpha` times the query (1 / length a word) plus `beta` times the mean of the hits' term vectors, tf at unit length,
    of which the `terms` largest components are kept.
    In: queries.  Out: queries with a plan of weighted terms.  Cost: as `rm3`.
    """

    docs: int = param(default=10, low=1, unit="documents", tune="log")
    terms: int = param(default=10, low=1, unit="terms", tune="log")
    alpha: float = param(default=1.0, low=0.0, high=10.0, tune="linear")
    beta: float = param(default=0.75, low=0.0, high=10.0, tune="linear")
    index: Reader | str = resource(default="index")

    def _weights(
        self,
        texts: list[list[str]],
        scores: NDArray[np.float64],  # noqa: ARG002
    ) -> tuple[float, Mapping[str, float]]:
        mean: Counter[str] = Counter()
        for text in texts:
            counts = Counter(text)
            length = sum(tf * tf for tf in counts.values()) ** 0.5
            for term, tf in counts.items():
                mean[term] += tf / length / len(texts)
        return self.alpha, {term: self.beta * value for term, value in _largest(mean, self.terms).items()}


@stage("vector_prf")
class VectorPRF(Feedback):
    """Move the query vector towards the vectors of the first hits: ``vector_prf(dense % 3) >> dense``.

    Source: Li et al., ACM TOIS 41(3), 2023 (arXiv 2108.11044), section 3.2: "average" of the query and the first
    `docs` hits, or "rocchio", `alpha` times the query plus `beta` times the mean of the hits.  Vectors are read from
    the index.
    In: queries.  Out: queries whose plan has the moved vector; words are asked as before.
    Cost: one retrieval, `docs` vectors a query.
    """

    docs: int = param(default=3, low=1, unit="documents", tune="log")
    how: Literal["average", "rocchio"] = param(default="average", choices=("average", "rocchio"), tune="choice")
    alpha: float = param(default=0.4, low=0.0, high=1.0, tune="linear")
    beta: float = param(default=0.6, low=0.0, high=1.0, tune="linear")
    field: str | None = None
    index: Reader | str = resource(default="index")

    def refine(self, queries: Queries, run: Run) -> Queries:
        searcher = reader(self).dense(self.field)
        top = run.cut(self.docs)
        vectors = searcher.vectors(_rows(top, reader(self)))
        plan = []
        for query in range(len(queries)):
            held, span = queries.variants(query), top.hits(query)
            found = span.stop - span.start
            average = (1 / (found + 1), found / (found + 1))
            alpha, beta = average if self.how == "average" else (self.alpha, self.beta)
            if not found or not beta:
                plan.append(held)
                continue
            mean = vectors[span].mean(axis=0, dtype=np.float64).astype(np.float32)
            moved = [replace(variant, weight=variant.weight * alpha) for variant in held]
            plan.append((*moved, Variant(FEEDBACK, vector=mean, weight=beta, source=self.title)))
        return queries.with_plan(plan)


def _largest(weights: Mapping[str, float], n: int) -> dict[str, float]:
    """The n largest weights, equal ones in the order of their terms."""
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:n])


def _rows(run: Run, held: Reader) -> NDArray[np.int64]:
    """The index row of each hit: the chunk that stands for a document, where hits are documents of chunks."""
    snapshot = held.snapshot
    if run.items.same(snapshot.rows):
        return run.rows.astype(np.int64)
    if run.items.same(snapshot.documents) and "row" in run.columns:
        return run.columns["row"].astype(np.int64)
    raise PipelineError("feedback needs hits of the index", expected=repr(snapshot.rows), received=repr(run.items))
