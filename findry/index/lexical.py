"""Search by words: BM25 over one or several fields."""

from __future__ import annotations

__all__ = ["LexicalSearcher"]

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.bm25 import BM25
from findry.index.clauses import Key, find, lists_of
from findry.index.postings import PostingList
from findry.index.restrict import Restrictions
from findry.index.searcher import Exactness, ExcludeEach, WhereEach, best
from findry.index.snapshot import Snapshot
from findry.index.terms import Vocabulary
from findry.records import ORIGINAL, Queries, Run, Space, Variant
from findry.text import Clause, ParsedQuery


class Part(NamedTuple):
    """One addend of a score: a field's posting lists with the weight of query, field and rarity."""

    field: int
    lists: tuple[PostingList, ...]
    weight: float


class LexicalSearcher:
    """Scores rows by the sum over query terms and fields of weight x idf x saturation.

    Fields are added up, each with its own idf, average length and weight (Lucene's way with several
    fields); a term that is repeated in the query counts as often.  Sums run in float64 in a fixed
    order of field and term, so that segments, batches and threads change no score.
    Variants of a query's plan are combined as weighted terms.

    Cost: O(postings of the query's terms), plus O(rows) a query for the accumulator.
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

    @property
    def space(self) -> Space:
        return self.snapshot.rows

    @cached_property
    def _norms(self) -> list[list[NDArray[np.float64]]]:
        """For each field and segment, the length norm of each row."""
        return [
            [self.formula.norms(postings.lengths, vocabulary.average_length) for postings in vocabulary.postings]
            for vocabulary in self._vocabularies
        ]

    def df(self, terms: Sequence[str], field: str | None = None) -> list[int]:
        """Live rows that hold each term, after analysis; 0 for stop words and unknown words."""
        names = list(self.fields)
        vocabulary = self._vocabularies[names.index(field) if field else 0]
        analysed = [vocabulary.field.analyzer.terms(term) for term in terms]
        return [vocabulary.word(found[0]).df if len(found) == 1 else 0 for found in analysed]

    def parts(self, queries: Queries, row: int, parsed: ParsedQuery | None) -> list[Part]:
        """The addends of one query's scores, in the fixed order of summation."""
        parts = []
        for number, (name, weight) in enumerate(self.fields.items()):
            vocabulary = self._vocabularies[number]
            wanted = _wanted(vocabulary, queries.variants(row), parsed, name)
            for key in sorted(wanted):
                found = find(vocabulary, key)
                if found.found and wanted[key]:
                    parts.append(Part(number, found.lists, weight * wanted[key] * self._idf(vocabulary, key, found.df)))
        return parts

    def _idf(self, vocabulary: Vocabulary, key: Key, df: int) -> float:
        rows = self.snapshot.live_rows
        if key[0] == "phrase":
            return sum(self.formula.idf(rows, vocabulary.word(term).df) for term in key[1])
        return self.formula.idf(rows, df)

    def _segment_scores(self, parts: Sequence[Part], segment: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Scores float64[rows] of a segment, and which rows hold any of the parts."""
        rows = self.snapshot.segments[segment].rows
        scores, matched = np.zeros(rows), np.zeros(rows, np.bool_)
        for part in parts:
            postings = part.lists[segment]
            norms = self._norms[part.field][segment][postings.rows]
            scores[postings.rows] += part.weight * (postings.tf / (postings.tf + norms))
            matched[postings.rows] = True
        return scores, matched

    def search(self, queries: Queries, k: int, *, where: WhereEach = None, exclude: ExcludeEach = None) -> Run:
        """The k best rows of each query; rows without any query term never come back."""
        allowed = Restrictions(self.snapshot, queries, where, exclude)
        found: list[tuple[int, NDArray[np.int64], NDArray[np.float32]]] = []
        for row in range(len(queries)):
            parts = self.parts(queries, row, allowed.parsed(row))
            if not parts:
                continue
            for number, mask in enumerate(allowed.masks(row)):
                scores64, matched = self._segment_scores(parts, number)
                candidates = np.flatnonzero(matched if mask is None else matched & mask)
                scores = scores64[candidates].astype(np.float32)
                kept = best(scores, np.arange(len(candidates)), k)
                found.append((row, candidates[kept] + self.snapshot.row_base[number], scores[kept]))
        return _gather(queries, self.space, found, k, "bm25")

    def score(self, queries: Queries, candidates: Run) -> Run:
        """The candidates with their exact BM25 scores, 0 where no query term occurs; sorted anew."""
        candidates.items.require_same(self.space, where="lexical scoring")
        scores = np.zeros(len(candidates.rows), np.float32)
        for row in range(len(queries)):
            span = candidates.hits(row)
            parts = self.parts(queries, row, Restrictions(self.snapshot, queries, None, None).parsed(row))
            rows = candidates.rows[span].astype(np.int64)
            of_row = np.zeros(len(rows))
            for number, first in enumerate(self.snapshot.row_base[:-1].tolist()):
                inside = np.flatnonzero((rows >= first) & (rows < self.snapshot.row_base[number + 1]))
                if parts and len(inside):
                    of_row[inside] = self._segment_scores(parts, number)[0][rows[inside] - first]
            scores[span] = of_row
        return Run.ranked(candidates.queries, self.space, candidates.owners, candidates.rows, scores, name="bm25")


def _wanted(
    vocabulary: Vocabulary, variants: Sequence[Variant], parsed: ParsedQuery | None, field: str
) -> Mapping[Key, float]:
    """Keys and weights that a plan asks of one field."""
    wanted: defaultdict[Key, float] = defaultdict(float)
    for variant in variants:
        if variant.role == ORIGINAL and parsed is not None:
            clauses: Sequence[Clause] = parsed.scored
        else:
            clauses = (Clause("words", variant.text),) if variant.text else ()
        for clause in clauses:
            if clause.field in (None, field):
                for key, weight in lists_of(vocabulary, clause).items():
                    wanted[key] += variant.weight * weight
        for term, weight in (variant.terms or {}).items():
            wanted["word", term] += variant.weight * weight
    return wanted


def _gather(
    queries: Queries,
    space: Space,
    found: Sequence[tuple[int, NDArray[np.int64], NDArray[np.float32]]],
    k: int,
    name: str,
) -> Run:
    if not found:
        return Run.empty(queries.space, space, name=name)
    owners = np.concatenate([np.full(len(rows), row) for row, rows, _ in found])
    rows = np.concatenate([rows for _, rows, _ in found])
    scores = np.concatenate([scores for _, _, scores in found])
    return Run.ranked(queries.space, space, owners, rows, scores, k=max(k, 0), name=name)
