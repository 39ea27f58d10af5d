"""Search by words: BM25 over one or several fields."""

from __future__ import annotations

__all__ = ["LexicalSearcher", "TermPart"]

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from findry.errors import InputError
from findry.index.bm25 import BM25
from findry.index.schema import joined
from findry.index.snapshot import Snapshot
from findry.records import Queries, Run, Space
from findry.search.asked import Asked, ask
from findry.search.restrict import Restrictions
from findry.search.scoring import Scoring
from findry.search.searcher import Exactness, ExcludeEach, WhereEach
from findry.search.terms import Vocabulary
from findry.search.words import Words


class TermPart(NamedTuple):
    """What a term adds to a score: its frequency in the row, live rows that hold it, length of the row, the addend.

    `term` is empty for a phrase or a prefix.
    """

    field: str
    term: str
    tf: int
    df: int
    length: int
    added: float


class LexicalSearcher:
    """Scores rows by the sum over query terms and fields of weight x idf x saturation.

    Fields are added up, each with its own idf, average length and weight (Lucene's way with several
    fields); a term that is repeated in the query counts as often.  Each addend is rounded to a whole number of 2^-30
    (or less) of the query's total weight, so that no order of summation, segment, batch or thread changes a score.
    Variants of a query's plan are combined as weighted terms.

    Cost: at worst O(postings of the query's terms); windows of rows that cannot be among the k best are passed over.
    """

    exactness: Exactness = "exact"

    def __init__(
        self, snapshot: Snapshot, formula: BM25 | None = None, fields: Mapping[str, float] | None = None
    ) -> None:
        self.snapshot = snapshot
        self.formula = formula or BM25()
        weights = fields or {field.name: field.weight for field in snapshot.schema.lexical}
        if not weights:
            raise InputError("the index has no lexical field", hint="index it again with one, or search by vectors")
        self.fields = dict(weights)
        self._vocabularies = [Vocabulary(snapshot, name) for name in weights]
        values = tuple(weights.values())
        self._scoring = Scoring(snapshot, self.formula, self._vocabularies)
        self._words = Words(snapshot, self.formula, self._vocabularies, values, self._scoring)

    @property
    def space(self) -> Space:
        return self.snapshot.rows

    def held(self) -> dict[str, int]:
        """Bytes of the postings of each field, positions included."""
        return {
            f"{self.snapshot.commit.index_id} words {name}": sum(p.nbytes for p in vocabulary.postings)
            for name, vocabulary in zip(self.fields, self._vocabularies, strict=True)
        }

    def df(self, terms: Sequence[str], field: str | None = None, *, analysed: bool = False) -> list[int]:
        """Live rows that hold each term, after analysis unless they are `analysed`; 0 for stop and unknown words."""
        vocabulary = self._vocabularies[list(self.fields).index(field) if field else 0]
        if analysed:
            return [int(count) for count in vocabulary.look_up(list(terms))[1]]
        words = [vocabulary.field.analyzer.terms(term) for term in terms]
        _, counts = vocabulary.look_up([found[0] if len(found) == 1 else "" for found in words])
        return [int(count) if len(found) == 1 else 0 for found, count in zip(words, counts, strict=True)]

    def analysed(self, text: str) -> list[str]:
        """The terms of a text under the analyser of the first field."""
        return self._vocabularies[0].field.analyzer.terms(text)

    def terms(self, rows: Sequence[int], field: str | None = None) -> list[list[str]]:
        """The analysed terms of some rows in a field, by default the first, in order.  Cost: one analysis a row."""
        vocabulary = self._vocabularies[list(self.fields).index(field) if field else 0]
        schema, targets = self.snapshot.schema, self.snapshot.links.targets()
        found = []
        for row in rows:
            document = self.snapshot.document(int(targets[row]))
            text = joined(schema.row_text(document, self.snapshot.span(row)), vocabulary.field.sources)
            found.append(vocabulary.field.analyzer.terms(text))
        return found

    def _ask(self, queries: Queries, allowed: Restrictions) -> Asked:
        return ask(queries, allowed, self.formula, self._vocabularies, tuple(self.fields.values()))

    def search(
        self,
        queries: Queries,
        k: int,
        *,
        where: WhereEach = None,
        exclude: ExcludeEach = None,
        threads: int | None = None,
    ) -> Run:
        """The k best rows of each query; rows without any query term never come back.

        threads: over which 64 queries and more are spread, by default as many as there are processors.
        """
        if where is None and exclude is None and k > 0 and (best := self._words.best(queries, k, threads)) is not None:
            return Run(queries.space, self.space, *best, name="bm25")
        allowed = Restrictions(self.snapshot, queries, where, exclude)
        asked = self._ask(queries, allowed)
        if k <= 0 or not asked.lines:
            if len(queries) and where is not None:
                allowed.masks(0)
            return Run.empty(queries.space, self.space, name="bm25")
        offsets, rows, scores = self._scoring.best(asked, allowed, k, threads)
        return Run(queries.space, self.space, offsets, rows, scores, name="bm25")

    def explain(self, queries: Queries, row: int) -> list[TermPart]:
        """What each term of the first query adds to the score of a row, the largest addend first."""
        asked = self._ask(queries, Restrictions(self.snapshot, queries, None, None))
        names, parts = list(self.fields), []
        for field, term, tf, length, added in self._scoring.parts_of(asked, 0, row):
            df = self.df([term], names[field], analysed=True)[0] if term else 0
            parts.append(TermPart(names[field], term, tf, df, length, added))
        return sorted(parts, key=lambda part: -part.added)

    def score(self, queries: Queries, candidates: Run) -> Run:
        """The candidates with their exact BM25 scores, 0 where no query term occurs; sorted anew."""
        candidates.items.require_same(self.space, where="lexical scoring")
        asked = self._ask(queries, Restrictions(self.snapshot, queries, None, None))
        scores = np.zeros(len(candidates.rows), np.float32)
        for row in range(len(queries)):
            span = candidates.hits(row)
            scores[span] = self._scoring.of_rows(asked, row, candidates.rows[span].astype(np.int64))
        return Run.ranked(candidates.queries, self.space, candidates.owners, candidates.rows, scores, name="bm25")
