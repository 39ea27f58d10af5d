"""An index as it would be without any index: every answer by a scan over the documents, in plain Python.

Shares no code with findry/index: own BM25 over the tokens of `findry.text`, own filters, own facets, and
inner products by a loop.  Ranks stand by falling float32 score, then by `findry.records.tie_key`.
"""

from __future__ import annotations

__all__ = ["PlainField", "PlainIndex", "merged_kinds", "require_ranking"]

import math
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from small_worlds import ENCODER

from findry.records import Document, tie_key
from findry.records.where import And, Compare, Contains, Exists, Member, Not, Or, Where
from findry.text import Analyzer, Chunker, Clause, ParsedQuery, parse_query

ANALYZER, UNSTEMMED = Analyzer(), Analyzer(stem=False, stopwords=False)
ORDER = {"eq": "eq", "ne": "ne", "gt": "gt", "gte": "ge", "lt": "lt", "lte": "le"}
K1, B = 0.9, 0.4
Key = tuple[Any, ...]
Scores = dict[str, float]


class PlainField(NamedTuple):
    """A lexical field: its name, the text fields it joins (all when empty) and its weight."""

    name: str
    sources: tuple[str, ...] = ()
    weight: float = 1.0


@lru_cache(maxsize=100_000)
def _tokens(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((token.term, token.position) for token in ANALYZER.tokens(text))


@lru_cache(maxsize=100_000)
def _vector(text: str, side: str) -> tuple[float, ...]:
    return tuple(map(float, ENCODER.encode([text], side)[0]))  # type: ignore[arg-type]


def _join(text: Mapping[str, str], names: Iterable[str]) -> str:
    return " ".join(text[name] for name in names if text.get(name))


@dataclass(frozen=True)
class Row:
    """What is ranked: a document or a chunk of one, with the tokens of each field and the text for vectors."""

    id: str
    document: str
    tokens: tuple[tuple[tuple[str, int], ...], ...]
    text: str

    def tf(self, field: int, key: Key) -> int:
        """How often a field has a word, any word that starts so, or a phrase with its gaps."""
        tokens = self.tokens[field]
        if key[0] == "word":
            return sum(term == key[1] for term, _ in tokens)
        if key[0] == "prefix":
            return sum(term.startswith(key[1]) for term, _ in tokens)
        there = set(tokens)
        starts = {at - key[2][0] for term, at in tokens if term == key[1][0]}
        return sum(all((t, at + gap) in there for t, gap in zip(key[1], key[2], strict=True)) for at in starts)


class PlainIndex:
    """Documents by id, the kinds of their columns, and every answer by a scan; it never changes."""

    def __init__(
        self,
        documents: Mapping[str, Document],
        kinds: Mapping[str, str],
        fields: Sequence[PlainField],
        chunker: Chunker | None,
    ) -> None:
        self.documents = dict(documents)
        self.kinds = dict(kinds)
        self.fields = tuple(fields)
        self.chunked = chunker is not None
        self.rows = [row for document in documents.values() for row in self._cut(document, chunker)]
        self._known: dict[Any, Any] = {}
        lengths = [sum(len(row.tokens[n]) for row in self.rows) for n in range(len(self.fields))]
        self._average = [length / len(self.rows) if length else 1.0 for length in lengths]

    def _cut(self, document: Document, chunker: Chunker | None) -> list[Row]:
        text = document.text.get("text", "")
        spans = [(span.start, span.end) for span in chunker.spans(text)] if chunker else []
        rows = []
        for number, (start, end) in enumerate(spans or [(0, len(text))]):
            parts = dict(document.text)
            if chunker and "text" in parts:
                parts["text"] = text[start:end]
            tokens = tuple(_tokens(_join(parts, field.sources or parts)) for field in self.fields)
            id = f"{document.id}#{number}" if chunker else document.id
            rows.append(Row(id, document.id, tokens, _join(parts, parts)))
        return rows

    def once(self, question: Any, answer: Callable[[], Any]) -> Any:
        """The answer to a question, worked out once."""
        if question not in self._known:
            self._known[question] = answer()
        return self._known[question]

    def df(self, field: int, key: Key) -> int:
        """How many rows have a key in a field."""
        found: int = self.once(("df", field, key), lambda: sum(row.tf(field, key) > 0 for row in self.rows))
        return found

    def _idf(self, field: int, key: Key) -> float:
        keys = [("word", term) for term in key[1]] if key[0] == "phrase" else [key]
        counts = [self.df(field, one) for one in keys]
        return sum(math.log(1 + (len(self.rows) - df + 0.5) / (df + 0.5)) for df in counts)

    def _keys(self, field: int, clause: Clause) -> dict[Key, float]:
        """What a clause looks for in a field, with weights."""
        if clause.field not in (None, self.fields[field].name):
            return {}
        if clause.kind == "prefix":
            *before, prefix = UNSTEMMED.terms(clause.text) or [""]
            if prefix and not self.df(field, ("prefix", prefix)):
                prefix = (ANALYZER.terms(prefix) or [prefix])[-1]
            words: dict[Key, float] = {("word", term): 1.0 for word in before for term in ANALYZER.terms(word)}
            return {**words, ("prefix", prefix): 1.0} if prefix else words
        tokens = _tokens(clause.text)
        if clause.kind == "phrase" and len(tokens) > 1:
            gaps = tuple(at - tokens[0][1] for _, at in tokens)
            return {("phrase", tuple(term for term, _ in tokens), gaps): 1.0}
        return {("word", term): float(n) for term, n in Counter(term for term, _ in tokens).items()}

    def _parsed(self, query: str, operators: bool) -> ParsedQuery:
        if operators:
            return parse_query(query, fields=[field.name for field in self.fields])
        return ParsedQuery(query, (Clause("words", query),))

    def _within(self, row: Row, query: ParsedQuery) -> bool:
        """Whether a row has every required clause and no excluded one."""
        for clauses, wanted in ((query.must, True), (query.must_not, False)):
            for clause in clauses:
                keys = [self._keys(field, clause) for field in range(len(self.fields))]
                has = any(of and all(row.tf(field, key) for key in of) for field, of in enumerate(keys))
                if any(keys) and has != wanted:
                    return False
        return True

    def lexical(self, text: str, operators: bool) -> Scores:
        """BM25 of every row that has something of the query, in float64."""
        query = self._parsed(text, operators)
        scores: Scores = {}
        for number, field in enumerate(self.fields):
            wanted: Counter[Key] = Counter()
            for clause in query.scored:
                wanted.update(self._keys(number, clause))  # type: ignore[arg-type]
            for key, weight in wanted.items():
                rarity = self._idf(number, key)
                for row in self.rows:
                    if tf := row.tf(number, key):
                        norm = K1 * (1 - B + B * len(row.tokens[number]) / self._average[number])
                        scores[row.id] = scores.get(row.id, 0.0) + field.weight * weight * rarity * tf / (tf + norm)
        return {row.id: scores[row.id] for row in self.rows if row.id in scores and self._within(row, query)}

    def dense(self, text: str, operators: bool) -> Scores:
        """The inner product of every row with the query's vector; nothing for a query without words."""
        query = self._parsed(text, operators)
        if not query.text.strip():
            return {}
        asked = _vector(query.text, "query")
        return {
            row.id: sum(a * b for a, b in zip(asked, _vector(row.text, "document"), strict=True))
            for row in self.rows
            if self._within(row, query)
        }

    def ranking(
        self, by: str, query: str, operators: bool, where: Where | None = None, exclude: Sequence[str] = ()
    ) -> Scores:
        """The scores of all rows that a query may return; `by` is "lexical" or "dense"."""
        scores: Scores = self.once((by, query, operators), lambda: getattr(self, by)(query, operators))
        values = {id: document.values for id, document in self.documents.items() if id not in exclude}
        allowed = {id for id, of_it in values.items() if where is None or holds(where, of_it)}
        return {row.id: scores[row.id] for row in self.rows if row.id in scores and row.document in allowed}

    def facet(self, key: str) -> list[tuple[str, int]]:
        """How many documents have each value of a column, the most frequent first, then by value."""
        counts: Counter[str] = Counter()
        for document in self.documents.values():
            value = document.values.get(key)
            items = value if isinstance(value, list) else [] if value is None else [value]
            counts.update({_shown(item) for item in items})
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:20]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def holds(where: Where, values: Mapping[str, Any]) -> bool:
    """The meaning of a filter for one document: a missing value (or an empty list) satisfies no test, and
    `Not` is the plain complement."""
    match where:
        case And(parts):
            return all(holds(part, values) for part in parts)
        case Or(parts):
            return any(holds(part, values) for part in parts)
        case Not(part):
            return not holds(part, values)
    value = values.get(where.key)
    if value is None or value == []:
        return False
    match where:
        case Contains(_, wanted):
            return wanted in value
        case Member(op, _, wanted):
            return (value in wanted) == (op == "in")
        case Compare(op, _, wanted):
            return bool(getattr(operator, ORDER[op])(value, wanted))
    return isinstance(where, Exists)


def merged_kinds(kinds: Mapping[str, str], documents: Iterable[Document]) -> dict[str, str]:
    """The kind of each column after some documents more; numbers widen from int to float."""
    after = dict(kinds)
    for document in documents:
        for key, value in document.values.items():
            items = value if isinstance(value, list) else [value]
            names = {type(item).__name__ for item in items}
            if names:
                kind = ("float" if "float" in names else names.pop()) + "[]" * isinstance(value, list)
                widened = kind.replace("int", "float") if "float" in after.get(key, "") else kind
                after[key] = widened
    return after


def require_ranking(found: Sequence[tuple[str, float]], expected: Scores, k: int) -> None:
    """`found` is the best k of `expected`: scores within 1e-5, order as stated, up to scores within 1e-6."""
    order = [id for _, _, id in sorted((-np.float32(score), tie_key(id), id) for id, score in expected.items())][:k]
    assert len(found) == len(order), (found, expected)
    assert len(dict(found)) == len(found), found
    for (id, score), there in zip(found, order, strict=True):
        assert id in expected, (id, expected)
        assert math.isclose(score, expected[id], rel_tol=1e-5, abs_tol=1e-6), (id, score, expected[id])
        assert id == there or abs(expected[id] - expected[there]) <= 1e-6, (found, expected)
    keys = [(-score, tie_key(id)) for id, score in found]
    assert keys == sorted(keys), found
