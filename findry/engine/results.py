"""What a person sees of a search: hits with the passage that matched, page by page."""

from __future__ import annotations

__all__ = ["Hit", "Results", "make_hits"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from html import escape
from typing import Any

import numpy as np

from findry.index import Snapshot
from findry.records import Document, Queries, Run, Trace, Value
from findry.search.clauses import lists_of, parsed_query
from findry.search.terms import Vocabulary
from findry.text import Analyzer, Passage, marked, passage


@dataclass(frozen=True)
class Hit:
    """One document found: rank from 1, score, passage with marks, and its rank in each branch.

    The passage is cut when it is first asked for: choosing it takes longer than a search by words.
    """

    id: str
    rank: int
    score: float
    title: str
    cut: Callable[[], Passage] = field(repr=False, compare=False)
    values: Mapping[str, Value] = field(default_factory=dict)
    via: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def passage(self) -> Passage:
        """The part of the text that matched best, and what in it matched."""
        return self.cut()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: id, rank, score, title, text, marks (start, end in text), values, via."""
        return {
            "id": self.id,
            "rank": self.rank,
            "score": round(self.score, 6),
            "title": self.title,
            "text": self.passage.text,
            "marks": [list(mark) for mark in self.passage.marks],
            "values": dict(self.values),
            "via": dict(self.via),
        }


@dataclass(frozen=True)
class Results:
    """One page of hits for one query, with facet counts and the trace of the pipeline."""

    query: str
    hits: tuple[Hit, ...]
    offset: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __getitem__(self, place: int) -> Hit:
        return self.hits[place]

    @property
    def ids(self) -> list[str]:
        """The document ids in order."""
        return [hit.id for hit in self.hits]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: query, offset, hits, facets, and milliseconds by stage."""
        return {
            "query": self.query,
            "offset": self.offset,
            "hits": [hit.to_dict() for hit in self.hits],
            "facets": {key: dict(counts) for key, counts in self.facets.items()},
            "milliseconds": {stage.label: round(1000 * stage.wall_s, 3) for stage in self.trace},
        }

    def __repr__(self) -> str:
        lines = [f"Results({self.query!r}: {len(self)} hits)"]
        for hit in self.hits:
            lines.append(f"{hit.rank:>3}. {hit.score:.4f}  {hit.id}  {hit.title}".rstrip())
            lines.append(f"       {' '.join(marked(hit.passage).split())}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [
            f"<tr><td>{hit.rank}</td><td>{hit.score:.4f}</td><td>{escape(hit.id)}</td>"
            f"<td><b>{escape(hit.title)}</b><br>{_html(hit.passage)}</td></tr>"
            for hit in self.hits
        ]
        return f"<table><caption>{escape(self.query)}</caption>{''.join(rows)}</table>"


def _html(shown: Passage) -> str:
    parts, at = [], 0
    for start, end in shown.marks:
        parts += [escape(shown.text[at:start]), "<mark>", escape(shown.text[start:end]), "</mark>"]
        at = end
    return "".join([*parts, escape(shown.text[at:])])


def make_hits(snapshot: Snapshot, queries: Queries, run: Run, offset: int, width: int) -> tuple[Hit, ...]:
    """The hits of a run over one query, with passages `width` characters wide.  Cost: reading the hits' documents."""
    analyzer = snapshot.schema.lexical[0].analyzer if snapshot.schema.lexical else Analyzer()
    terms = _marked_terms(snapshot, queries, analyzer)
    best_rows = run.columns.get("row")
    hits = []
    for place, (row, id) in enumerate(zip(run.rows.tolist(), run.ids(), strict=True)):
        chunk = row if run.items.unit == "chunk" else int(best_rows[place]) if best_rows is not None else None
        document = snapshot.document(int(snapshot.links.targets()[row]) if run.items.unit == "chunk" else row)
        title, text = _shown(snapshot, document, chunk)
        shown = partial(passage, text, terms, analyzer, width=width)
        via = {name.removeprefix("rank:"): int(ranks[place]) for name, ranks in _ranks(run) if ranks[place]}
        hits.append(Hit(id, offset + place + 1, float(run.scores[place]), title, shown, document.values, via))
    return tuple(hits)


def _ranks(run: Run) -> Sequence[tuple[str, np.ndarray[Any, Any]]]:
    return [(name, column) for name, column in run.columns.items() if name.startswith("rank:")]


def _marked_terms(snapshot: Snapshot, queries: Queries, analyzer: Analyzer) -> set[str]:
    """The terms of a query that passages mark; for a prefix, the terms of the index that start with it."""
    parsed = parsed_query(snapshot, queries, 0)
    if parsed is None:
        return set(analyzer.terms(queries.texts[0]))
    terms = set(analyzer.terms(parsed.text))
    if parsed.prefixes and snapshot.schema.lexical:
        words = Vocabulary(snapshot, snapshot.schema.lexical[0].name)
        for clause in parsed.prefixes:
            for kind, prefix, *_ in lists_of(words, clause):
                terms.update(words.starting_with(prefix) if kind == "prefix" else ())
    return terms


def _shown(snapshot: Snapshot, document: Document, chunk: int | None) -> tuple[str, str]:
    """Title and the text that a passage is cut from: the chunk that was found, or the whole text."""
    title = document.text.get("title", "")
    body = " ".join(text for name, text in document.text.items() if name != "title" and text) or title
    if chunk is not None and snapshot.schema.chunked in document.text:
        start, end = snapshot.span(chunk)
        body = document.text[snapshot.schema.chunked][start:end] or body
    return title, body
