"""Queries and judgments from single files, whatever their format is."""

from __future__ import annotations

__all__ = ["read_qrels_file", "read_queries_file"]

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from findry.errors import FormatError
from findry.formats import trec
from findry.formats.jsonrows import line_rows
from findry.formats.lines import locate, read_lines
from findry.formats.problems import bad_rows
from findry.formats.rows import ID_NAMES, to_id
from findry.records import Qrels, Queries

QUERY_IDS = (*ID_NAMES, "query_id", "query-id", "qid")
QUERY_TEXTS = ("text", "query", "title")
BEIR_HEADER = ["query-id", "corpus-id", "score"]


def read_queries_file(path: str) -> Queries:
    """Queries from JSON lines (``_id`` and ``text``, as in BEIR) or from lines ``id TAB text``; plain or gzip."""
    file = locate(Path(path).expanduser())
    jsonl = Path(file.name.removesuffix(".gz")).suffix.lower() in (".jsonl", ".ndjson", ".json")
    texts: dict[str, str] = {}
    for where, id, text in _json_queries(file) if jsonl else _tab_queries(file):
        if id in texts:
            raise FormatError("an id that an earlier query has", received=repr(id), where=where)
        texts[id] = text
    if not texts:
        raise FormatError("no query in the file", where=str(file))
    return Queries.of(texts)


def _json_queries(file: Path) -> Iterator[tuple[str, str, str]]:
    for _, where, row in line_rows(file, bad_rows("refuse", None)):
        column = next((name for name in QUERY_IDS if name in row), "_id")
        text = next((row[name] for name in QUERY_TEXTS if name in row), None)
        if not isinstance(text, str):
            raise FormatError("a query needs a text", expected=" or ".join(QUERY_TEXTS), where=where)
        yield where, to_id(row.get(column), column, where), text


def _tab_queries(file: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in read_lines(file, bad_rows("refuse", None)):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        id, tab, text = line.rstrip("\r\n").partition("\t")
        if not tab or not id.strip():
            raise FormatError(
                "a query that cannot be read", expected="id TAB text", received=line.strip()[:80], where=where
            )
        yield where, id.strip(), text.strip()


def read_qrels_file(path: str) -> Qrels:
    """Judgments from ``query-id TAB corpus-id TAB score`` (BEIR) or ``query iteration document grade`` (TREC)."""
    file = locate(Path(path).expanduser())
    first = next((line.rstrip("\r\n") for _, line in read_lines(file, bad_rows("refuse", None)) if line.strip()), "")
    cells = first.split("\t")
    if cells[:3] == BEIR_HEADER or len(cells) == 3:
        return _beir_qrels(file)
    if len(first.split()) == 4:
        return trec.read_qrels(file)
    raise FormatError(
        "judgments of an unknown format",
        expected="query-id TAB corpus-id TAB score (BEIR), or query iteration document grade (TREC)",
        received=first[:80] or "an empty file",
        where=f"{file}:1",
    )


def _beir_qrels(file: Path) -> Qrels:
    """Three columns between tabs, with the header of BEIR or without; columns after the third are passed over."""
    judged: dict[tuple[str, str], int] = {}
    for number, line in read_lines(file, bad_rows("refuse", None)):
        cells: list[Any] = line.rstrip("\r\n").split("\t")
        if cells[:3] == BEIR_HEADER or not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            query, item, grade = cells[0], cells[1], int(cells[2])
        except (IndexError, ValueError):
            raise FormatError(
                "a judgment that cannot be read",
                expected="query, document and a whole number between tabs",
                received=line.strip()[:80],
                where=where,
            ) from None
        if not query or not item:
            raise FormatError("an empty id", received=line.strip()[:80], where=where)
        if judged.get((query, item), grade) != grade:
            raise FormatError("a pair is judged twice", received=f"{query} {item}", where=where)
        judged[query, item] = grade
    return Qrels.of(((query, item, grade) for (query, item), grade in judged.items()), name=file.stem)
