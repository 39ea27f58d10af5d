"""Ranked rows for a batch of queries: what every retriever, fuser and reranker gives."""

from __future__ import annotations

__all__ = ["Branches", "Run", "ScoreKind"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, SpaceMismatch
from findry.records import exchange, ragged
from findry.records.space import Space

ScoreKind = Literal["comparable", "rank-only"]


@dataclass(frozen=True, eq=False, init=False)
class Run:
    """Ranked rows of `items` for each of `queries`; position is the order.

    Shapes: offsets int64[Q + 1], rows int32[N], scores float32[N], each column [N].
    Scores of kind "comparable" may be compared and mixed within a query; of kind "rank-only" they
    only carry the order.  Equal scores stand in the order of a stable hash of the external id.

    >>> run = Run.from_dict({"q1": {"a": 1.0, "b": 2.0}})
    >>> run.to_dict()
    {'q1': {'b': 2.0, 'a': 1.0}}
    """

    queries: Space
    items: Space
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    kind: ScoreKind = "comparable"
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    name: str = "run"

    def __init__(
        self,
        queries: Space,
        items: Space,
        offsets: NDArray[np.int64],
        rows: NDArray[np.int32],
        scores: NDArray[np.float32],
        kind: ScoreKind = "comparable",
        columns: Mapping[str, NDArray[Any]] | None = None,
        name: str = "run",
    ) -> None:
        self.__dict__.update(
            queries=queries, items=items, offsets=offsets, rows=rows, scores=scores, kind=kind, name=name
        )
        self.__dict__["columns"] = columns = columns or {}
        asked, n = len(queries.ids), len(rows)
        if len(offsets) != asked + 1 or offsets[-1] != n or n != len(scores):
            raise InputError(
                "the arrays of a run do not fit together",
                expected=f"{asked + 1} offsets ending at {n} rows and as many scores",
                received=f"{len(offsets)} offsets ending at {offsets[-1:]}, {n} rows, {len(scores)} scores",
            )
        for column in columns:
            if len(columns[column]) != n:
                received = str(len(columns[column]))
                raise InputError(f"column {column!r} must have one value a hit", expected=str(n), received=received)

    @classmethod
    def ranked(
        cls,
        queries: Space,
        items: Space,
        owners: NDArray[np.integer],
        rows: NDArray[np.integer],
        scores: NDArray[np.floating],
        *,
        k: int | None = None,
        kind: ScoreKind = "comparable",
        columns: Mapping[str, NDArray[Any]] | None = None,
        name: str = "run",
    ) -> Run:
        """Put loose (query, row, score) triples in order: falling score, ties by hash, cut at k."""
        scores32 = scores.astype(np.float32)
        if np.isnan(scores32).any():
            raise InputError("a score is not a number", where=f"run {name!r}")
        order = ragged.rank_order(owners, scores32, items.ids.ties(rows))
        offsets = ragged.counts_to_offsets(np.bincount(owners, minlength=len(queries)))
        if k is not None:
            offsets, kept = ragged.first_k(offsets, k)
            order = order[kept]
        return cls(
            queries,
            items,
            offsets,
            rows[order].astype(np.int32),
            scores32[order],
            kind,
            {n: c[order] for n, c in (columns or {}).items()},
            name,
        )

    @classmethod
    def empty(cls, queries: Space, items: Space, *, name: str = "run") -> Run:
        """No hit for any query."""
        none = np.zeros(0, np.int64)
        return cls.ranked(queries, items, none, none, np.zeros(0, np.float32), name=name)

    @classmethod
    def from_dict(cls, hits: Mapping[str, Mapping[str, float]], *, unit: str = "document", name: str = "run") -> Run:
        """A run over its own ids from ``{query id: {item id: score}}``, sorted by score."""
        queries = Space.of(hits, unit="query", name="queries")
        items = Space.of(dict.fromkeys(id for row in hits.values() for id in row), unit=unit)
        owners = np.repeat(np.arange(len(hits)), [len(row) for row in hits.values()])
        rows = items.ids.find([id for row in hits.values() for id in row])
        scores = np.array([float(s) for row in hits.values() for s in row.values()], np.float32)
        return cls.ranked(queries, items, owners, rows, scores, name=name)

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def owners(self) -> NDArray[np.int64]:
        """The query row of each hit."""
        return ragged.owner_of(self.offsets)

    @property
    def ranks(self) -> NDArray[np.int64]:
        """The rank of each hit in its list, from 1."""
        return ragged.positions(self.offsets) + 1

    def hits(self, query: int) -> slice:
        """Where the hits of one query stand in `rows` and `scores`."""
        return slice(int(self.offsets[query]), int(self.offsets[query + 1]))

    def ids(self) -> list[str]:
        """The external id of each hit."""
        return self.items.ids.take(self.rows)

    def lists(self) -> Iterator[tuple[str, list[tuple[str, float]]]]:
        """Each query id with its (item id, score) pairs in order."""
        ids, scores = self.ids(), self.scores.tolist()
        for row, query in enumerate(self.queries.ids.take(np.arange(len(self)))):
            where = self.hits(row)
            yield query, list(zip(ids[where], scores[where], strict=True))

    def keep(self, mask: NDArray[np.bool_]) -> Run:
        """The hits where `mask` is true, in the order they had."""
        offsets = np.concatenate(([0], np.cumsum(mask)))[self.offsets]
        return self._at(offsets, np.flatnonzero(mask))

    def cut(self, k: int) -> Run:
        """The first k hits of each query."""
        if len(self.rows) <= k or int(np.diff(self.offsets).max(initial=0)) <= k:
            return self
        return self._at(*ragged.first_k(self.offsets, k))

    def skip(self, n: int) -> Run:
        """What follows the first n hits of each query: the next page."""
        return self.keep(ragged.positions(self.offsets) >= n) if n > 0 else self

    def take(self, queries: NDArray[np.integer], space: Space) -> Run:
        """The lists of some queries; `space` is their new query space."""
        return replace(self._at(*ragged.take_lists(self.offsets, queries), space), queries=space)

    def named(self, name: str) -> Run:
        """The same run under another name."""
        return replace(self, name=name)

    def _at(self, offsets: NDArray[np.int64], kept: NDArray[np.int64], queries: Space | None = None) -> Run:
        columns = {name: column[kept] for name, column in self.columns.items()}
        return Run(
            self.queries if queries is None else queries,
            self.items,
            offsets,
            self.rows[kept],
            self.scores[kept],
            self.kind,
            columns,
            self.name,
        )

    def to_dict(self) -> dict[str, dict[str, float]]:
        """``{query id: {item id: score}}`` in rank order; queries without hits have an empty dict."""
        return {query: dict(pairs) for query, pairs in self.lists()}

    def to_frame(self) -> Any:
        """A pandas frame: query_id, doc_id, score, rank (from 1), then the columns."""
        return exchange.to_frame(self._table())

    def to_arrow(self) -> Any:
        """A pyarrow table with the columns of `to_frame`."""
        return exchange.to_arrow(self._table())

    def _table(self) -> dict[str, Any]:
        queries = self.queries.ids.take(self.owners)
        return {"query_id": queries, "doc_id": self.ids(), "score": self.scores, "rank": self.ranks, **self.columns}

    def __repr__(self) -> str:
        head = f"Run({self.name!r}: {len(self):,} queries, {len(self.rows):,} hits in {self.items.unit}s, {self.kind})"
        return "\n".join([head, *exchange.text_rows(self.lists())])

    def _repr_html_(self) -> str:
        return exchange.html_rows(repr(self).split("\n")[0], self.lists())


@dataclass(frozen=True, eq=False)
class Branches:
    """Several named runs over the same queries and items, waiting for a Fuse.

    >>> a = Run.from_dict({"q": {"x": 1.0}})
    >>> Branches({"bm25": a}).names
    ('bm25',)
    """

    runs: Mapping[str, Run]

    def __post_init__(self) -> None:
        runs = list(self.runs.values())
        if not runs:
            raise InputError("branches need at least one run")
        for name, run in self.runs.items():
            if not run.items.same(runs[0].items):
                raise SpaceMismatch(
                    "branches must rank items of one space",
                    expected=repr(runs[0].items),
                    received=repr(run.items),
                    where=f"branch {name!r}",
                    hint="put a group stage after the branch that gives chunks",
                )
            if len(run) != len(runs[0]):
                raise InputError("branches must answer the same queries", where=f"branch {name!r}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs.values())

    def __len__(self) -> int:
        return len(self.runs)
