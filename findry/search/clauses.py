"""Parts of a typed query as posting lists and as conditions on rows."""

from __future__ import annotations

__all__ = ["Clauses", "Key", "find", "lists_of", "parsed_query"]

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.snapshot import Snapshot
from findry.records import Queries
from findry.search.terms import TermLists, Vocabulary
from findry.text import Analyzer, Clause, ParsedQuery, parse_query

Key = tuple[Any, ...]
Mask = NDArray[np.bool_]


def parsed_query(snapshot: Snapshot, queries: Queries, row: int) -> ParsedQuery | None:
    """The operators of a query, `field:` for the lexical fields included; None where its text is plain."""
    if queries.syntax == "plain":
        return None
    return _parsed(queries.texts[row], tuple(field.name for field in snapshot.schema.lexical))


@lru_cache(maxsize=256)
def _parsed(text: str, fields: tuple[str, ...]) -> ParsedQuery:
    """Each retriever of a pipeline asks, and so do the passages."""
    return parse_query(text, fields=fields)


def lists_of(vocabulary: Vocabulary, clause: Clause) -> Mapping[Key, float]:
    """What a clause adds to the score in one field: keys of `find` with weights."""
    analyzer = vocabulary.field.analyzer
    if clause.kind == "words":
        return Counter({("word", term): float(n) for term, n in Counter(analyzer.terms(clause.text)).items()})
    if clause.kind == "phrase":
        tokens = analyzer.tokens(clause.text)
        if len(tokens) < 2:
            return {("word", token.term): 1.0 for token in tokens}
        first = tokens[0].position
        return {("phrase", tuple(t.term for t in tokens), tuple(t.position - first for t in tokens)): 1.0}
    *before, prefix = _unstemmed(analyzer).terms(clause.text) or [""]
    words: dict[Key, float] = {("word", term): 1.0 for part in before for term in analyzer.terms(part)}
    return {**words, ("prefix", prefix): 1.0} if prefix else words


@lru_cache(maxsize=16)
def _unstemmed(analyzer: Analyzer) -> Analyzer:
    return replace(analyzer, stem=False, stopwords=False)


def find(vocabulary: Vocabulary, key: Key) -> TermLists:
    """The posting lists of a key.

    A prefix is compared with the terms of the index, which are stems; where nothing starts with it,
    its own stem is tried (``running*`` finds ``run``).
    """
    if key[0] == "word":
        return vocabulary.word(key[1])
    if key[0] == "phrase":
        return vocabulary.phrase(key[1], key[2])
    found = vocabulary.prefix(key[1])
    if not found.found:
        stems = vocabulary.field.analyzer.terms(key[1])
        return vocabulary.prefix(stems[-1]) if stems else found
    return found


class Clauses:
    """The operators of typed queries, as row masks for any searcher of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._segments = snapshot.segments
        self._vocabularies = [Vocabulary(snapshot, field.name) for field in snapshot.schema.lexical]
        self.fields = tuple(field.name for field in snapshot.schema.lexical)

    def restrict(self, masks: Sequence[Mask | None], parsed: ParsedQuery) -> list[Mask | None]:
        """Narrow row masks to rows that satisfy every must and no must-not clause."""
        narrowed = list(masks)
        for clauses, wanted in ((parsed.must, True), (parsed.must_not, False)):
            for clause in clauses:
                having = self._rows_with(clause)
                if having is None:
                    continue
                for number, rows in enumerate(having):
                    allowed, mask = (rows if wanted else ~rows), narrowed[number]
                    narrowed[number] = allowed if mask is None else mask & allowed
        return narrowed

    def _rows_with(self, clause: Clause) -> list[Mask] | None:
        """For each segment, the rows where one field has all of the clause; None when nothing is asked."""
        asked = [(v, lists_of(v, clause)) for v in self._vocabularies if clause.field in (None, v.field.name)]
        if not any(keys for _, keys in asked):
            return None
        masks = [np.zeros(segment.rows, np.bool_) for segment in self._segments]
        for vocabulary, keys in asked:
            if keys:
                for mask, rows in zip(masks, self._all_of(vocabulary, keys), strict=True):
                    mask |= rows
        return masks

    def _all_of(self, vocabulary: Vocabulary, keys: Iterable[Key]) -> list[Mask]:
        masks = [np.ones(segment.rows, np.bool_) for segment in self._segments]
        for key in keys:
            for mask, postings in zip(masks, find(vocabulary, key).lists, strict=True):
                having = np.zeros(len(mask), np.bool_)
                having[postings.rows] = True
                mask &= having
        return masks
