"""TREC runs (``qid Q0 docno rank score tag``) and judgments (``qid iter docno grade``)."""

from __future__ import annotations

__all__ = ["falling", "read_header", "read_qrels", "read_run", "write_qrels", "write_run"]

import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from findry.errors import FormatError, InputError
from findry.formats.lines import locate, read_lines, writing
from findry.formats.problems import Bad, OnError, Problems, bad_rows
from findry.records import Qrels, Run, Space, ragged

AnyPath = str | os.PathLike[str]
LARGEST = float(np.finfo(np.float32).max)
START, END = "ir_metadata.start", "ir_metadata.end"


def write_run(run: Run, path: AnyPath, *, tag: str | None = None, header: str | None = None) -> Path:
    """Write a run whose scores fall strictly in each list, so that tools that sort by score keep our order.

    A score that is not below the one before it is lowered to the next float32 below that (see `falling`).
    Digits are the fewest that give the float32 back.  `header`: YAML of ir_metadata, written as ``#`` lines
    at the head; leave it out for tools that cannot skip comments.  Queries without hits have no line.
    """
    tag = tag or run.name.replace(" ", "_")
    queries = run.queries.ids.take(np.arange(len(run)))
    ids, scores = run.ids(), falling(run.offsets, run.scores)
    for id in (*queries, *ids, tag):
        if not id or id.split() != [id]:
            what = "an id or tag with white space, which a TREC file cannot hold"
            raise InputError(what, received=repr(id), hint="rename the ids, or write JSON lines")
    with writing(path) as file:
        if header is not None:
            file.writelines(f"# {line}\n" for line in (START, *header.splitlines(), END))
        for row, query in enumerate(queries):
            where = run.hits(row)
            file.writelines(
                f"{query} Q0 {id} {rank} {score} {tag}\n"
                for rank, (id, score) in enumerate(zip(ids[where], scores[where].astype(str), strict=True), 1)
            )
    return Path(path)


def falling(offsets: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The nearest scores not above the given ones that fall strictly in each list.

    >>> falling(np.array([0, 3]), np.array([1.0, 1.0, 0.5], np.float32)).tolist()
    [1.0, 0.9999999403953552, 0.5]
    """
    if not np.isfinite(scores).all():
        raise InputError("a score that is not a finite number cannot be written")
    # the order of float32 is the order of these whole numbers, with one step between neighbours
    bits = np.ascontiguousarray(scores, np.float32).view(np.int32).astype(np.int64)
    steps = np.where(bits >= 0, bits, -(bits & 0x7FFFFFFF)) + ragged.positions(offsets)
    for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        np.minimum.accumulate(steps[start:end], out=steps[start:end])
    steps -= ragged.positions(offsets)
    lowered = np.where(steps >= 0, steps, -steps | 0x80000000).astype(np.uint32).view(np.float32)
    if not np.isfinite(lowered).all():
        raise InputError("scores too near the smallest float32 to be told apart")
    return lowered


def read_header(path: AnyPath) -> str | None:
    """The ir_metadata YAML at the head of a run file, without its comment marks; None where there is none."""
    lines = []
    for _, line in read_lines(locate(path), bad_rows("refuse", None)):
        if not _is_comment(line):
            break
        text = line[1:].rstrip("\r\n").removeprefix(" ")
        if text not in (START, END):
            lines.append(text)
    return "\n".join(lines) if lines else None


def read_run(
    path: AnyPath,
    *,
    unit: str = "document",
    name: str | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Run:
    """A run file as a run, in the order that evaluation tools see: falling score, whatever the ranks say.

    Equal scores stand in findry's order (hash of the id).  A query whose ranks tell another order than its
    scores is noted in `problems`.  Refused as bad rows: other than six columns, a score that is not a finite
    number, a rank that is not a whole number, a document twice for one query.  ``#`` lines at the head are
    skipped.
    """
    file, bad = locate(path), bad_rows(on_error, problems)
    queries: dict[str, int] = {}
    items: dict[str, int] = {}
    seen: set[int] = set()
    owners, rows, ranks, lines, scores = [], [], [], [], []
    tags: set[str] = set()
    for number, (query, _, item, rank, score, tag) in _cells(file, 6, bad, comments=True):
        try:
            place, value = int(rank), float(score)
        except ValueError:
            place, value = 0, math.nan
        if not abs(value) <= LARGEST:
            what = "a rank must be a whole number and a score a finite float32"
            bad(FormatError(what, received=f"{rank} {score}", where=f"{file}:{number}"))
            continue
        owner, row = queries.setdefault(query, len(queries)), items.setdefault(item, len(items))
        pair = owner << 32 | row
        if pair in seen:
            received = f"query {query!r}, document {item!r}"
            bad(FormatError("a document twice for one query", received=received, where=f"{file}:{number}"))
            continue
        seen.add(pair)
        owners.append(owner)
        rows.append(row)
        ranks.append(place)
        scores.append(value)
        lines.append(number)
        tags.add(tag)
    run = _run(
        queries, items, owners, rows, scores, unit=unit, name=name or (tags.pop() if len(tags) == 1 else file.stem)
    )
    if problems is not None:
        _note_ranks(list(queries), file, np.array(owners, int), ranks, scores, lines, problems)
    return run


def write_qrels(qrels: Qrels, path: AnyPath) -> Path:
    """Write judgments in four columns; the second is the column iteration, or subtopic, or 0."""
    name = next((n for n in ("iteration", "subtopic") if n in qrels.columns), None)
    second = qrels.columns[name].tolist() if name else ["0"] * len(qrels.rows)
    with writing(path) as file:
        for (query, item, grade), iteration in zip(qrels.triples(), second, strict=True):
            for id in (query, str(iteration), item):
                if id.split() != [id]:
                    raise InputError("an id with white space, which a TREC file cannot hold", received=repr(id))
            file.write(f"{query} {iteration} {item} {grade}\n")
    return Path(path)


def read_qrels(
    path: AnyPath,
    *,
    unit: str = "document",
    subtopics: bool = False,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Qrels:
    """A judgment file; grades below zero are kept, and the second column as the column iteration.

    `subtopics`: the second column is the subtopic (diversity tracks), and a pair may be judged once for each.
    """
    file, bad = locate(path), bad_rows(on_error, problems)
    judgments, second = [], []
    seen: set[tuple[str, str, str]] = set()
    for number, (query, iteration, item, grade) in _cells(file, 4, bad):
        key = (query, item, iteration if subtopics else "")
        try:
            if key in seen:
                raise FormatError("a pair is judged twice", received=f"{query} {item}", where=f"{file}:{number}")
            judgments.append((query, item, _grade(grade, f"{file}:{number}")))
        except FormatError as error:
            bad(error)
            continue
        seen.add(key)
        second.append(iteration)
    column = "subtopic" if subtopics else "iteration"
    return Qrels.of(judgments, unit=unit, name=file.stem, columns={column: second})


def _cells(file: Path, width: int, bad: Bad, *, comments: bool = False) -> Iterator[tuple[int, list[str]]]:
    for number, line in read_lines(file, bad):
        if comments and _is_comment(line):
            continue
        comments = False
        cells = line.split()
        if len(cells) == width:
            yield number, cells
        elif cells:
            bad(FormatError(f"{width} columns are needed", received=line.strip()[:80], where=f"{file}:{number}"))


def _is_comment(line: str) -> bool:
    """Whether a line at the head is a comment, and not a hit of a query whose id begins with ``#``."""
    return line.startswith("#") and (len(cells := line.split()) != 6 or cells[1] != "Q0")


def _grade(cell: str, where: str) -> int:
    try:
        return int(cell)
    except ValueError as error:
        raise FormatError("a grade must be a whole number", received=repr(cell), where=where) from error


def _run(
    queries: dict[str, int],
    items: dict[str, int],
    owners: list[int],
    rows: list[int],
    scores: list[float],
    *,
    unit: str,
    name: str,
) -> Run:
    space, ranked = Space.of(queries, unit="query", name="queries"), Space.of(items, unit=unit)
    owner, row = np.array(owners, np.int64), np.array(rows, np.int64)
    # scores are compared as the file has them: float32 would make ties that are not there
    score = np.array(scores, np.float64)
    order = np.lexsort((ranked.ids.ties(row), -score, owner))
    offsets = ragged.counts_to_offsets(np.bincount(owner, minlength=len(space)))
    return Run(space, ranked, offsets, row[order].astype(np.int32), score[order].astype(np.float32), name=name)


def _note_ranks(
    queries: list[str],
    file: Path,
    owners: NDArray[np.int64],
    ranks: list[int],
    scores: list[float],
    lines: list[int],
    problems: Problems,
) -> None:
    order = np.lexsort((np.array(ranks, float), owners))
    score, owner = np.array(scores, float)[order], owners[order]
    rising = np.flatnonzero((np.diff(score) > 0) & (np.diff(owner) == 0)) + 1
    told = np.unique(owner[rising], return_index=True)
    for query, first in zip(told[0].tolist(), rising[told[1]].tolist(), strict=True):
        where = f"{file}:{lines[order[first]]}"
        problems.add(where, f"query {queries[query]!r}: ranks and scores tell two orders; scores are followed")
