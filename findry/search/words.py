"""Queries of words alone: no filter, no exclusion, no phrase and no plan, answered in one compiled call."""

from __future__ import annotations

__all__ = ["Words"]

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.index.snapshot import Snapshot
from findry.kernels import loaded
from findry.records import Queries, ragged
from findry.search.clauses import parsed_query
from findry.search.known import Known
from findry.search.plain import SMALL
from findry.search.scoring import Ranking, Scoring
from findry.search.spreading import THREADED, spread
from findry.search.terms import Vocabulary

KEPT = 1 << 14


class Words:
    """The rankings of `Scoring` for queries that ask for words alone, with what was learnt of their terms."""

    def __init__(
        self,
        snapshot: Snapshot,
        formula: BM25,
        vocabularies: Sequence[Vocabulary],
        weights: Sequence[float],
        scoring: Scoring,
    ) -> None:
        self._snapshot, self._formula, self._scoring = snapshot, formula, scoring
        self._vocabularies, self._weights = vocabularies, weights
        self._negative, self._rows = min(weights) < 0, max(int(snapshot.row_base[-1]), 1)

    @cached_property
    def known(self) -> Known:
        """The terms that were asked for; forgotten when there are more than `KEPT` of them."""
        return self._nothing_known()

    def _nothing_known(self) -> Known:
        return Known(self._vocabularies, self._weights, self._formula, self._scoring.held)

    @cached_property
    def _answer(self) -> Callable[..., Ranking]:
        from findry.kernels.answering import answer

        return answer

    def best(self, queries: Queries, k: int, threads: int | None = None) -> Ranking | None:
        """The k best rows of each query in order: offsets, rows and scores; None where one asks for more than words."""
        texts = self._texts(queries)
        if texts is None or (self._rows <= SMALL and not loaded()):
            return None
        if len(self.known) > KEPT:
            self.known = self._nothing_known()
        known, most = self.known, min(k, self._rows)
        if len(texts) < THREADED:
            return self._ranked(known, texts, most)

        def run(first: int, last: int) -> Ranking:
            return self._ranked(known, texts[first:last], most)

        parts = spread(run, len(texts), threads)
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _ranked(self, known: Known, texts: Sequence[str], k: int) -> Ranking:
        """The rankings of some queries; what it does in Python goes on while other threads are in compiled code."""
        lines = known.asked(texts)
        view = known.view  # what its numbers name must outlive the call, while others learn
        return self._answer(view.numbers, lines, k)

    def _texts(self, queries: Queries) -> Sequence[str] | None:
        """The words of each query, None where one has more than words."""
        if queries.plan or self._negative:
            return None
        if queries.syntax == "plain":
            return queries.texts
        texts = []
        for row in range(len(queries)):
            parsed = parsed_query(self._snapshot, queries, row)
            if parsed is None or parsed.must or parsed.must_not or len(parsed.scored) > 1:
                return None
            text = ""
            for clause in parsed.scored:
                if clause.kind != "words" or clause.field is not None:
                    return None
                text = clause.text
            texts.append(text)
        return texts


def _joined(parts: Sequence[Ranking]) -> Ranking:
    """Rankings of the parts of a batch as one."""
    offsets, rows, scores = zip(*parts, strict=True)
    counts: list[NDArray[np.int64]] = [np.diff(part) for part in offsets]
    return ragged.counts_to_offsets(np.concatenate(counts)), np.concatenate(rows), np.concatenate(scores)
