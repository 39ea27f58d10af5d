"""The BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv``, each plain or ``.gz``."""

from __future__ import annotations

__all__ = [
    "is_beir",
    "read_corpus",
    "read_qrels",
    "read_queries",
    "splits",
    "write_corpus",
    "write_qrels",
    "write_queries",
]

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from findry.errors import FormatError, InputError, MissingResource, nearest
from findry.formats.jsonrows import line_rows, to_line
from findry.formats.lines import locate, read_lines, writing
from findry.formats.problems import OnError, Problems, bad_rows
from findry.formats.rows import FieldMap, documents, to_id
from findry.records import Corpus, Document, Qrels, Queries
from findry.records.queries import COLUMNS

Folder = str | os.PathLike[str]
FIELDS = FieldMap("_id", ("title", "text"), "rest")
HEADER = ("query-id", "corpus-id", "score")
EXTRA = ("subtopic", "iteration", "ignore")


def is_beir(folder: Folder) -> bool:
    """Whether a folder holds a BEIR corpus."""
    return any((Path(folder) / name).is_file() for name in ("corpus.jsonl", "corpus.jsonl.gz"))


def read_corpus(folder: Folder, *, on_error: OnError = "refuse", problems: Problems | None = None) -> Corpus:
    """The documents of a BEIR folder, streamed; text fields ``title`` (left out where empty) and ``text``.

    Further keys become values when they hold text, a number, true or false, or a list of these;
    nested objects and null are left out (see `rows.to_value`).
    """
    path, bad = locate(Path(folder) / "corpus.jsonl"), bad_rows(on_error, problems)

    def source() -> Iterator[Document]:
        return documents(line_rows(path, bad), FIELDS, bad)

    return Corpus(Path(folder).resolve().name, source)


def read_queries(folder: Folder, *, on_error: OnError = "refuse", problems: Problems | None = None) -> Queries:
    """All queries of a BEIR folder, in file order.

    The columns that `Queries` knows (instruction, image, language, time, user, history) are kept, with None
    where a query has none; other keys are left out.
    """
    path, bad = locate(Path(folder) / "queries.jsonl"), bad_rows(on_error, problems)
    texts: dict[str, str] = {}
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for _, where, row in line_rows(path, bad):
        try:
            id = to_id(row.get("_id"), "_id", where)
            text = row.get("text")
            if id in texts:
                raise FormatError("an id that an earlier row has", received=repr(id), where=where)
            if not isinstance(text, str):
                raise FormatError("field 'text' must be text", received=type(text).__name__, where=where)
        except FormatError as error:
            bad(error)
            continue
        texts[id] = text
        for name in COLUMNS:
            columns[name].append(row.get(name))
    used = {name: tuple(c) for name, c in columns.items() if any(value is not None for value in c)}
    return replace(Queries.of(texts), columns=used)


def splits(folder: Folder) -> list[str]:
    """The names of the judgment files, sorted."""
    found = (Path(folder) / "qrels").glob("*.tsv*")
    return sorted({path.name.removesuffix(".gz").removesuffix(".tsv") for path in found if path.is_file()})


def read_qrels(
    folder: Folder, split: str = "test", *, on_error: OnError = "refuse", problems: Problems | None = None
) -> Qrels:
    """The judgments of one split; below zero is junk, and zero is judged not relevant.

    Columns after ``query-id corpus-id score`` are kept when they are called subtopic, iteration or ignore.
    """
    known = splits(folder)
    if split not in known:
        guess = nearest(split, known)
        raise MissingResource(
            f"no judgments {split!r}",
            expected=", ".join(known) or "qrels/<split>.tsv",
            where=str(Path(folder) / "qrels"),
            hint=f"did you mean {guess!r}?" if guess else None,
        )
    path, bad = locate(Path(folder) / "qrels" / f"{split}.tsv"), bad_rows(on_error, problems)
    lines = ((number, line.rstrip("\r\n").split("\t")) for number, line in read_lines(path, bad))
    header = tuple(next(lines, (1, [""]))[1])
    if header[:3] != HEADER:
        raise FormatError(
            "no header", expected=" TAB ".join(HEADER), received=repr(" ".join(header)), where=f"{path}:1"
        )
    judgments: list[tuple[str, str, int]] = []
    columns: dict[str, list[str]] = {name: [] for name in header[3:] if name in EXTRA}
    seen: set[tuple[str, str, str]] = set()
    for number, cells in lines:
        if cells == [""]:
            continue
        try:
            judgment = _judgment(cells, len(header), f"{path}:{number}")
            named = dict(zip(header, cells, strict=True))
            key = (judgment[0], judgment[1], named.get("subtopic", ""))
            if key in seen:
                raise FormatError("a pair is judged twice", received=" ".join(cells), where=f"{path}:{number}")
        except FormatError as error:
            bad(error)
            continue
        seen.add(key)
        judgments.append(judgment)
        for name, values in columns.items():
            values.append(named[name])
    typed = {name: [v == "true" for v in values] if name == "ignore" else values for name, values in columns.items()}
    return Qrels.of(judgments, name=split, columns=typed)


def write_corpus(corpus: Corpus, folder: Folder, *, compress: bool = False) -> Path:
    """Write ``corpus.jsonl`` (``.gz`` with `compress`); text fields other than title and text are refused."""
    with writing(_file(folder, "corpus.jsonl", compress)) as file:
        for document in corpus:
            other = sorted({*document.text} - {"title", "text"} | {"_id", "title", "text"} & {*document.values})
            if other:
                raise InputError(
                    "a BEIR corpus has the text fields title and text only, and no values of these names",
                    received=", ".join(other),
                    where=f"document {document.id!r}",
                    hint="write JSON lines with findry.formats.write_jsonl",
                )
            file.write(to_line({"_id": document.id, **document.text, **document.values}))
    return _file(folder, "corpus.jsonl", compress)


def write_queries(queries: Queries, folder: Folder, *, compress: bool = False) -> Path:
    """Write ``queries.jsonl`` with the original texts and columns; plans are not written."""
    with writing(_file(folder, "queries.jsonl", compress)) as file:
        for row, (id, text) in enumerate(zip(queries.ids, queries.texts, strict=True)):
            extra = {name: values[row] for name, values in queries.columns.items() if values[row] is not None}
            file.write(to_line({"_id": id, "text": text, **extra}))
    return _file(folder, "queries.jsonl", compress)


def write_qrels(qrels: Qrels, folder: Folder, split: str = "test", *, compress: bool = False) -> Path:
    """Write ``qrels/<split>.tsv``; the columns subtopic, iteration and ignore follow the three of BEIR."""
    path = _file(Path(folder) / "qrels", f"{split}.tsv", compress)
    names = [name for name in EXTRA if name in qrels.columns]
    columns = [qrels.columns[name].tolist() for name in names]
    with writing(path) as file:
        file.write("\t".join((*HEADER, *names)) + "\n")
        for (query, item, grade), *extra in zip(qrels.triples(), *columns, strict=True):
            cells = (query, item, str(grade), *(str(v).lower() if isinstance(v, bool) else str(v) for v in extra))
            if any(mark in cell for cell in cells for mark in "\t\r\n"):
                raise InputError("a cell with a tab or line end in it", received=repr(cells), where=str(path))
            file.write("\t".join(cells) + "\n")
    return path


def _judgment(cells: list[str], width: int, where: str) -> tuple[str, str, int]:
    if len(cells) != width:
        raise FormatError(f"{width} cells with tabs between", received=f"{len(cells)}", where=where)
    query, item, grade = cells[:3]
    if not query or not item:
        raise FormatError("an empty id", received=" ".join(cells), where=where)
    try:
        return query, item, int(grade)
    except ValueError as error:
        raise FormatError("a score must be a whole number", received=repr(grade), where=where) from error


def _file(folder: Folder, name: str, compress: bool) -> Path:
    return Path(folder) / (name + ".gz" if compress else name)
