"""Queries and the plan that rewriting stages fill."""

from __future__ import annotations

__all__ = ["ORIGINAL", "Queries", "Variant"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.records.space import IdList, Ids, Numbered, Space

COLUMNS = ("instruction", "image", "language", "time", "user", "history")
ORIGINAL = "original"


@dataclass(frozen=True)
class Variant:
    """One weighted way to ask: a text, term weights or a vector, with its role and who made it."""

    role: str
    text: str | None = None
    weight: float = 1.0
    terms: Mapping[str, float] | None = None
    vector: NDArray[np.float32] | None = None
    source: str = ""


@dataclass(frozen=True, eq=False, init=False)
class Queries:
    """A batch of queries: ids, texts, optional columns, and for each a plan of variants.

    `syntax` says how the texts are to be read: "plain" words (data sets), or with the "operators"
    of the query language (what a person typed).  An empty plan means the original text alone.

    >>> Queries.of({"q1": "red ants"}).texts
    ('red ants',)
    """

    space: Space
    texts: tuple[str, ...]
    columns: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    plan: tuple[tuple[Variant, ...], ...] = ()
    syntax: Literal["plain", "operators"] = "plain"

    def __init__(
        self,
        space: Space,
        texts: tuple[str, ...],
        columns: Mapping[str, tuple[Any, ...]] | None = None,
        plan: tuple[tuple[Variant, ...], ...] = (),
        syntax: Literal["plain", "operators"] = "plain",
    ) -> None:
        self.__dict__.update(space=space, texts=texts, columns=columns or {}, plan=plan, syntax=syntax)
        n = len(space.ids)
        if len(texts) != n or columns or (plan and len(plan) != n):
            self._check_lengths(n)
        for text in texts:
            if not isinstance(text, str):
                row = next(row for row, one in enumerate(texts) if one is text)
                where = f"query {self.ids[row]!r}"
                raise InputError("a query must be text", received=type(text).__name__, where=where)

    def _check_lengths(self, n: int) -> None:
        plan = {"plan": self.plan} if self.plan else {}
        for name, values in {"texts": self.texts, **self.columns, **plan}.items():
            if len(values) != n:
                raise InputError(f"{name} must have one entry a query", expected=str(n), received=str(len(values)))

    @classmethod
    def of(
        cls,
        queries: Mapping[str, str] | Iterable[str] | str,
        *,
        name: str = "queries",
        syntax: Literal["plain", "operators"] = "plain",
        **columns: Sequence[Any],
    ) -> Queries:
        """Queries from ``{id: text}``, from texts (numbered from 1), or from one text."""
        texts: tuple[str, ...]
        ids: Ids
        if isinstance(queries, str):
            texts, ids = (queries,), Numbered(1)
        elif isinstance(queries, Mapping):
            texts, ids = tuple(queries.values()), IdList(queries)
        else:
            texts = tuple(queries)
            ids = Numbered(len(texts))
        held = {n: tuple(c) for n, c in columns.items()} if columns else None
        return cls(Space(name, "query", ids), texts, held, syntax=syntax)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def ids(self) -> list[str]:
        return self.space.ids.take(np.arange(len(self.space)))

    def variants(self, row: int) -> tuple[Variant, ...]:
        """The plan of one query; the original text alone where no stage has filled it."""
        if self.plan and self.plan[row]:
            return self.plan[row]
        return (Variant(ORIGINAL, self.texts[row]),)

    def with_plan(self, plan: Iterable[Iterable[Variant]]) -> Queries:
        """The same queries with another plan."""
        return replace(self, plan=tuple(tuple(variants) for variants in plan))

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> Queries:
        """Some of the queries, in the given order, in a space of their own."""
        chosen = [int(row) for row in rows]
        ids = self.space.ids.take(np.asarray(chosen, np.int64))
        return Queries(
            Space(self.space.name, "query", IdList(ids)),
            tuple(self.texts[row] for row in chosen),
            {name: tuple(values[row] for row in chosen) for name, values in self.columns.items()},
            tuple(self.plan[row] for row in chosen) if self.plan else (),
            self.syntax,
        )

    def __repr__(self) -> str:
        first = f", first {self.texts[0]!r}" if self.texts else ""
        return f"Queries({len(self):,}{first})"
