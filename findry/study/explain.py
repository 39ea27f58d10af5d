"""Why a document stands where it stands."""

from __future__ import annotations

__all__ = ["Explanation", "explain"]

from dataclasses import dataclass

import numpy as np

from findry.algebra import Pipe
from findry.errors import InputError
from findry.pipeline import Plan
from findry.records import Queries, Run
from findry.search import Reader
from findry.search.lexical import TermPart
from findry.stages import LexicalRetrieve
from findry.study.steps import ranks_in, readers, steps


@dataclass(frozen=True)
class Explanation:
    """Rank and score of one document after each step of a pipeline, and what its words add to a score by words.

    steps: label, kind, rank (0 where it is not there) and score (None there); terms: for each lexical retriever.
    """

    query: str
    item: str
    steps: tuple[tuple[str, str, int, float | None], ...]
    terms: tuple[tuple[str, tuple[TermPart, ...]], ...]


def explain(pipe: Pipe, queries: Queries, document: str) -> Explanation:
    """Follow one document through a bound pipeline for the first query of a batch.

    Terms are told whether or not the document was retrieved.  In an index of chunks they are those of its best chunk:
    the one with the highest score by words.
    """
    reader = next(readers(pipe), None)
    if reader is None:
        raise InputError("no stage of the pipeline reads an index", received=repr(pipe))
    row = int(reader.snapshot.documents.ids.find([document])[0])
    if row < 0:
        raise InputError("no such document in the index", received=document, where=str(reader.snapshot.root))
    asked = queries.take([0])
    told, terms = [], []
    for step in steps(Plan(asked), pipe):
        if step.run is None:
            continue
        rank = int(ranks_in(step.run, reader, np.zeros(1, np.int64), np.array([row]))[0])
        told.append((step.label, step.kind, rank, float(step.run.scores[rank - 1]) if rank else None))
        if isinstance(step.pipe, LexicalRetrieve):
            terms.append((step.label, tuple(_terms(step.pipe, asked, reader, row))))
    return Explanation(asked.texts[0], document, tuple(told), tuple(terms))


def _terms(stage: LexicalRetrieve, asked: Queries, reader: Reader, document: int) -> list[TermPart]:
    snapshot = reader.snapshot
    searcher = reader.lexical(stage.k1, stage.b, stage.fields)
    number, span = snapshot.rows_of(document)
    rows = np.arange(span.start, span.stop) + int(snapshot.row_base[number])
    candidates = Run(
        asked.space, snapshot.rows, np.array([0, len(rows)]), rows.astype(np.int32), np.zeros(len(rows), np.float32)
    )
    best = searcher.score(asked, candidates)
    return searcher.explain(asked, int(best.rows[0])) if len(best.rows) else []
