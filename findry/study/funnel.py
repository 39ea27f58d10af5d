"""Where each relevant document was lost on its way through a pipeline."""

from __future__ import annotations

__all__ = ["Fate", "Funnel", "funnel"]

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.algebra import Pipe, Retrieve
from findry.errors import InputError
from findry.pipeline import Plan
from findry.records import Qrels, Queries
from findry.search import Reader
from findry.study.steps import Step, ranks_in, readers, steps

ABSENT, UNRETRIEVED, TOP, BELOW = "not in the index", "not retrieved", "in the top", "below the top"


@dataclass(frozen=True)
class Fate:
    """What became of one relevant document of one query.

    fate: "not in the index", "not retrieved" (by no branch), "lost in LABEL", "below the top" or "in the top".
    ranks: its rank after each step, 0 where it is not there.  deep: its rank in each retriever that did not bring it,
    when that is asked for more; 0 where it is not among `Funnel.deep` either.
    """

    query: str
    item: str
    grade: int
    fate: str
    ranks: tuple[int, ...]
    deep: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Funnel:
    """The fates of all relevant documents, and the steps that they went through."""

    judgments: str
    k: int
    deep: int
    steps: tuple[str, ...]
    kinds: tuple[str, ...]
    fates: tuple[Fate, ...]

    def counts(self) -> dict[str, int]:
        """How many relevant documents met each fate, in the order of the way."""
        found = Counter(fate.fate for fate in self.fates)
        way = [ABSENT, UNRETRIEVED, *(f"lost in {label}" for label in dict.fromkeys(self.steps)), BELOW, TOP]
        return {fate: found[fate] for fate in way if found[fate]}

    def left(self) -> list[tuple[str, str, int]]:
        """Label, kind and how many relevant documents are still there after each step."""
        there = (sum(fate.ranks[at] > 0 for fate in self.fates) for at in range(len(self.steps)))
        return list(zip(self.steps, self.kinds, there, strict=True))

    def of(self, query: str) -> list[Fate]:
        """The fates of one query, the best grade first."""
        found = [fate for fate in self.fates if fate.query == query]
        if not found:
            raise InputError("no relevant document is judged for this query", received=query)
        return sorted(found, key=lambda fate: (-fate.grade, fate.ranks[-1] or 1 << 31))


def funnel(
    pipe: Pipe, queries: Queries, qrels: Qrels, *, k: int = 10, deep: int = 10_000, plan: Plan | None = None
) -> Funnel:
    """Follow every relevant document through a bound pipeline.

    k: how many results the reader of the list sees.  deep: how far retrievers are asked once more for documents that
    none of them brought, to tell their ranks there; 0 for not at all.
    Cost: one run of the pipeline, and one deeper run of its retrievers over the queries that lost something.
    """
    reader = _reader(pipe)
    plan = plan or Plan(queries)
    passed = steps(plan, pipe)
    pairs = [(query, item, grade) for query, row in qrels.to_dict().items() for item, grade in row.items() if grade > 0]
    asked = queries.space.ids.find([query for query, _, _ in pairs])
    pairs = [pair for pair, row in zip(pairs, asked.tolist(), strict=True) if row >= 0]
    owners = asked[asked >= 0].astype(np.int64)
    documents = reader.snapshot.documents.ids.find([item for _, item, _ in pairs]).astype(np.int64)
    ranks = np.zeros((len(pairs), len(passed)), np.int64)
    for at, step in enumerate(passed):
        if step.run is not None and step.kind != "Rewrite":
            ranks[:, at] = ranks_in(step.run, reader, owners, documents)
    fates = [
        ABSENT if document < 0 else _fate(passed, row, k)
        for document, row in zip(documents.tolist(), ranks.tolist(), strict=True)
    ]
    missed = np.array([fate == UNRETRIEVED for fate in fates], bool)
    further = _deeper(passed, queries, owners, documents, missed, reader, deep)
    return Funnel(
        qrels.name,
        k,
        deep,
        tuple(step.label for step in passed),
        tuple(step.kind for step in passed),
        tuple(
            Fate(*pair, fate, tuple(row), tuple((label, int(found[at])) for label, found in further if found[at] >= 0))
            for at, (pair, fate, row) in enumerate(zip(pairs, fates, ranks.tolist(), strict=True))
        ),
    )


def _reader(pipe: Pipe) -> Reader:
    found = next(readers(pipe), None)
    if found is None:
        raise InputError("no stage of the pipeline reads an index", received=repr(pipe))
    return found


def _fate(passed: list[Step], ranks: list[int], k: int) -> str:
    if ranks[-1]:
        return TOP if ranks[-1] <= k else BELOW
    lost = _lost(passed, ranks, len(passed) - 1)
    return UNRETRIEVED if lost is None else f"lost in {passed[lost].label}"


def _lost(passed: list[Step], ranks: list[int], at: int) -> int | None:
    """The step that dropped a document which some of its sources had; None where no retriever brought it."""
    sources = passed[at].sources
    if any(ranks[source] for source in sources):
        return at
    found = [lost for lost in (_lost(passed, ranks, source) for source in sources) if lost is not None]
    return max(found, default=None)


def _deeper(
    passed: list[Step],
    queries: Queries,
    owners: NDArray[np.int64],
    documents: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    reader: Reader,
    deep: int,
) -> list[tuple[str, NDArray[np.int64]]]:
    """For each retriever, the ranks of the wanted pairs when it is asked for `deep` results; -1 for the others."""
    found: list[tuple[str, NDArray[np.int64]]] = []
    rows = np.unique(owners[wanted])
    if not deep or not len(rows):
        return found
    some = queries.take(rows)
    for step in passed:
        stage: Any = step.pipe
        if isinstance(step.pipe, Retrieve) and hasattr(stage, "k"):
            further: Any = dataclasses.replace(stage, k=deep)
            run = Plan(some).run(further).need_run(step.label)
            ranks = np.full(len(owners), -1, np.int64)
            ranks[wanted] = ranks_in(run, reader, np.searchsorted(rows, owners[wanted]), documents[wanted])
            found.append((step.label, ranks))
    return found
