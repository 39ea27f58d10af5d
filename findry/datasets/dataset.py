"""A judged collection: documents, queries, and judgments by split."""

from __future__ import annotations

__all__ = ["Dataset"]

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from findry.errors import InputError, MissingResource, nearest
from findry.records import Corpus, Qrels, Queries


@dataclass(frozen=True, eq=False)
class Dataset:
    """A corpus, all queries, and the judgments of each split.

    >>> from findry.records import Document
    >>> ants = Dataset(
    ...     "ants",
    ...     Corpus.of([Document("d1", {"text": "Ants carry leaves."})]),
    ...     Queries.of({"q1": "leaf carriers", "q2": "bees"}),
    ...     {"test": Qrels.from_dict({"q1": {"d1": 1}})},
    ... )
    >>> ants.split("test")[0].ids
    ['q1']
    """

    name: str
    corpus: Corpus
    queries: Queries
    qrels: Mapping[str, Qrels]

    def split(self, name: str = "test") -> tuple[Queries, Qrels]:
        """The queries that a split judges, in the order of the query file, and its judgments.

        A judgment whose query is not among the queries is refused: the mean over it would be silent.
        """
        if name not in self.qrels:
            guess = nearest(name, self.qrels)
            raise MissingResource(
                f"{self.name!r} has no split {name!r}",
                expected=", ".join(self.qrels) or "no split at all",
                hint=f"did you mean {guess!r}?" if guess else None,
            )
        qrels = self.qrels[name]
        judged = qrels.queries.ids.take(np.arange(len(qrels)))
        rows = self.queries.space.ids.find(judged)
        if (rows < 0).any():
            unknown = [id for id, row in zip(judged, rows.tolist(), strict=True) if row < 0]
            raise InputError(
                f"{len(unknown):,} judged queries have no text",
                received=", ".join(unknown[:5]),
                where=f"split {name!r} of {self.name!r}",
            )
        chosen = self.queries.take(np.sort(rows))
        return replace(chosen, space=replace(chosen.space, name=name)), qrels

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {len(qrels):,}" for name, qrels in self.qrels.items()) or "none"
        return f"Dataset({self.name!r}: {len(self.queries):,} queries, judged: {parts})"
