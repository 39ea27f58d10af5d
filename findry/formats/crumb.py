"""Benchmarks in the shape of CRUMB: queries that carry their judgments, and runs as JSON lines.

Source: arXiv 2509.07253 and its data set card.  A query has query_id, query_content and passage_qrels, and may have
instruction, passage_binary_qrels, full_document_qrels, use_max_p and metadata, which is JSON in a string.
"""

from __future__ import annotations

__all__ = ["CrumbTask", "read_crumb", "read_items", "write_items"]

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from findry.errors import FormatError, MissingResource
from findry.formats.jsonrows import line_rows
from findry.formats.lines import writing
from findry.formats.problems import OnError, Problems, bad_rows
from findry.records import Document, Run

SUBSETS = ("evaluation_queries", "validation_queries", "passage_corpus", "full_document_corpus")
Judged = dict[str, dict[str, float]]
DEPTH = 2000


@dataclass(frozen=True, eq=False)
class CrumbTask:
    """One task: texts and instructions by query id, judgments as they were written, and the pool of passages.

    graded and binary judge passages; documents judges whole documents; parent names the document of each passage.
    """

    name: str
    texts: Mapping[str, str]
    instructions: Mapping[str, str]
    graded: Judged
    binary: Judged
    documents: Judged
    max_p: bool
    corpus: tuple[Document, ...]
    parent: Mapping[str, str] = field(default_factory=dict)


def read_crumb(
    folder: str | PathLike[str],
    task: str,
    *,
    split: str = "evaluation",
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> CrumbTask:
    """A task from ``FOLDER/evaluation_queries/TASK.jsonl`` and ``FOLDER/passage_corpus/TASK.jsonl`` (or .jsonl.gz).

    Errors: `MissingResource` names the tasks that are there; a bad row is refused with its line.
    """
    root, bad = Path(folder), bad_rows(on_error, problems)
    texts, instructions = {}, {}
    judged: dict[str, Judged] = {"passage_qrels": {}, "passage_binary_qrels": {}, "full_document_qrels": {}}
    max_p = False
    for _, where, row in line_rows(_file(root, f"{split}_queries", task), bad):
        try:
            id, text = _text(row, "query_id", where), _text(row, "query_content", where)
            if id in texts:
                raise FormatError("this query stands twice", received=repr(id), where=where)
            found = {name: _labels(row.get(name), where) for name in judged}
        except FormatError as error:
            bad(error)
            continue
        texts[id] = text
        if row.get("instruction"):
            instructions[id] = str(row["instruction"])
        for name, labels in found.items():
            if labels:
                judged[name][id] = labels
        max_p |= bool(row.get("use_max_p"))
    corpus, parent = [], {}
    for _, where, row in line_rows(_file(root, "passage_corpus", task), bad):
        try:
            id, text = _text(row, "document_id", where), _text(row, "document_content", where)
        except FormatError as error:
            bad(error)
            continue
        parent[id] = str(row.get("parent_id") or id.partition(":")[0])
        corpus.append(Document(id, {"text": text}))
    if not texts or not corpus:
        raise FormatError("a task without queries or passages", received=task, where=str(root))
    graded, binary, documents = judged.values()
    return CrumbTask(task, texts, instructions, graded, binary, documents, max_p, tuple(corpus), parent)


def _file(root: Path, subset: str, task: str) -> Path:
    for ending in (".jsonl", ".jsonl.gz"):
        if (path := root / subset / f"{task}{ending}").is_file():
            return path
    there = sorted({path.name.partition(".")[0] for path in (root / subset).glob("*.jsonl*")})
    told = ", ".join(there) or f"a folder {subset} with TASK.jsonl"
    raise MissingResource(f"no task {task!r} here", expected=told, where=str(root / subset))


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise FormatError(f"{name} must be text", received=repr(value), where=where)
    return value


def _labels(given: Any, where: str) -> dict[str, float]:
    """``[{"id": ..., "label": ...}]`` as a dict, also when the list stands in a string."""
    try:
        rows = json.loads(given) if isinstance(given, str) else given or []
        return {str(row["id"]): float(row["label"]) for row in rows}
    except (TypeError, ValueError, KeyError) as error:
        raise FormatError("judgments must be a list of id and label", received=repr(given)[:80], where=where) from error


def write_items(run: Run, path: str | PathLike[str], *, depth: int = DEPTH) -> Path:
    """A run as JSON lines: ``{"query": {"id": ...}, "items": [{"id": ..., "score": ...}, ...]}``."""
    with writing(Path(path)) as out:
        for query, hits in run.lists():
            items = [{"id": id, "score": float(score)} for id, score in hits[:depth]]
            out.write(json.dumps({"query": {"id": query}, "items": items}, ensure_ascii=False) + "\n")
    return Path(path)


def read_items(path: str | PathLike[str], *, name: str | None = None) -> Run:
    """The run that `write_items` wrote; a query without hits is kept."""
    rows: Iterable[Any] = line_rows(Path(path), bad_rows("refuse", None))
    return Run.from_dict(dict(_queries(rows)), name=name or Path(fspath(path)).stem)


def _queries(rows: Iterable[Any]) -> Iterator[tuple[str, dict[str, float]]]:
    for _, where, row in rows:
        try:
            items = [(str(item["id"]), float(item["score"])) for item in row["items"]]
            query = str(row["query"]["id"])
        except (TypeError, ValueError, KeyError) as error:
            raise FormatError("not a query with items", received=repr(row)[:80], where=where) from error
        if len(dict(items)) != len(items):
            raise FormatError("a query names an item twice", received=query, where=where)
        yield query, dict(items)
