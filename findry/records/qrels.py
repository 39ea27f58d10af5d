"""Relevance judgments: grades with named columns; unjudged is the absence of a row."""

from __future__ import annotations

__all__ = ["Qrels"]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.records import exchange, ragged
from findry.records.space import Space


@dataclass(frozen=True, eq=False)
class Qrels:
    """Judgments of items for queries, over their own ids.

    grades int32[N]: above 0 relevant, 0 judged not relevant, below 0 junk.  A pair without a row is
    unjudged.  Optional columns [N]: subtopic (str), iteration (str), ignore (bool: leave the item
    out of the ranking before measuring).

    >>> qrels = Qrels.from_dict({"q1": {"a": 2, "b": 0}})
    >>> qrels.to_dict(), qrels.n_relevant.tolist()
    ({'q1': {'a': 2, 'b': 0}}, [1])
    """

    queries: Space
    items: Space
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    grades: NDArray[np.int32]
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    name: str = "qrels"

    @classmethod
    def of(
        cls,
        judgments: Iterable[tuple[str, str, int]],
        *,
        unit: str = "document",
        name: str = "qrels",
        columns: Mapping[str, Iterable[Any]] | None = None,
    ) -> Qrels:
        """Judgments from (query id, item id, grade); one pair judged twice with one subtopic is refused."""
        triples = list(judgments)
        named = {n: np.asarray(list(c)) for n, c in (columns or {}).items()}
        subtopics = named["subtopic"].tolist() if "subtopic" in named else [""] * len(triples)
        seen: set[tuple[str, str, str]] = set()
        for (query, item, _), subtopic in zip(triples, subtopics, strict=True):
            if (query, item, subtopic) in seen:
                raise InputError("a pair is judged twice", received=f"query {query!r}, item {item!r}", where=name)
            seen.add((query, item, subtopic))
        queries = Space.of(dict.fromkeys(t[0] for t in triples), unit="query", name="queries")
        items = Space.of(dict.fromkeys(t[1] for t in triples), unit=unit)
        owners = queries.ids.find([t[0] for t in triples])
        order = np.argsort(owners, kind="stable")
        return cls(
            queries,
            items,
            ragged.counts_to_offsets(np.bincount(owners, minlength=len(queries))),
            items.ids.find([t[1] for t in triples])[order],
            np.array([t[2] for t in triples], np.int32)[order],
            {n: c[order] for n, c in named.items()},
            name,
        )

    @classmethod
    def from_dict(
        cls, grades: Mapping[str, Mapping[str, int]], *, unit: str = "document", name: str = "qrels"
    ) -> Qrels:
        """Judgments from ``{query id: {item id: grade}}``."""
        return cls.of(((q, i, g) for q, row in grades.items() for i, g in row.items()), unit=unit, name=name)

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def n_relevant(self) -> NDArray[np.int64]:
        """How many items with a grade above 0 each query has."""
        return np.bincount(ragged.owner_of(self.offsets)[self.grades > 0], minlength=len(self))

    def triples(self) -> list[tuple[str, str, int]]:
        """(query id, item id, grade) rows, by query."""
        queries = self.queries.ids.take(ragged.owner_of(self.offsets))
        return list(zip(queries, self.items.ids.take(self.rows), self.grades.tolist(), strict=True))

    def to_dict(self) -> dict[str, dict[str, int]]:
        """``{query id: {item id: grade}}``; with subtopics, the highest grade of the pair."""
        table: dict[str, dict[str, int]] = {}
        for query, item, grade in self.triples():
            row = table.setdefault(query, {})
            row[item] = max(grade, row.get(item, grade))
        return table

    def to_frame(self) -> Any:
        """A pandas frame: query_id, doc_id, relevance, then the columns."""
        queries, items, grades = zip(*self.triples(), strict=True) if len(self.rows) else ((), (), ())
        return exchange.to_frame({"query_id": queries, "doc_id": items, "relevance": grades, **self.columns})

    def __repr__(self) -> str:
        relevant = int((self.grades > 0).sum())
        return f"Qrels({self.name!r}: {len(self):,} queries, {len(self.rows):,} judgments, {relevant:,} relevant)"
