"""JSON lines and JSON arrays of objects as a corpus."""

from __future__ import annotations

__all__ = ["read_json", "read_jsonl", "write_jsonl"]

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from findry.errors import InputError
from findry.formats.jsonrows import Row, array_rows, line_rows, to_line
from findry.formats.lines import locate, stored, writing
from findry.formats.problems import Bad, OnError, Problems, bad_rows
from findry.formats.rows import FieldMap, documents
from findry.records import Corpus, Document

AnyPath = str | os.PathLike[str]
NAMES = (".jsonl", ".ndjson", ".json")


def read_jsonl(
    path: AnyPath,
    *,
    fields: FieldMap | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Corpus:
    """The documents of a file with one JSON object a line, streamed; blank lines are skipped."""
    return _corpus(path, line_rows, fields, on_error, problems)


def read_json(
    path: AnyPath,
    *,
    fields: FieldMap | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Corpus:
    """The documents of a JSON file: one array of objects, or one object a line; streamed in both cases."""
    with stored(locate(path)) as stream:
        start = stream.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    return _corpus(path, array_rows if start.startswith(b"[") else line_rows, fields, on_error, problems)


def write_jsonl(corpus: Corpus, path: AnyPath) -> Path:
    """Write one object a line: ``_id``, then the text fields, then the values.

    Read it again with ``FieldMap("_id", text=(...))`` naming the text fields, title and text by default.
    """
    with writing(path) as file:
        for document in corpus:
            double = ({*document.text} & {*document.values}) | {"_id"} & {*document.text, *document.values}
            if double:
                raise InputError(
                    "two fields of one name cannot be written as one object",
                    received=", ".join(sorted(double)),
                    where=f"document {document.id!r}",
                )
            file.write(to_line({"_id": document.id, **document.text, **document.values}))
    return Path(path)


def _corpus(
    path: AnyPath,
    rows: Callable[[Path, Bad], Iterator[Row]],
    fields: FieldMap | None,
    on_error: OnError,
    problems: Problems | None,
) -> Corpus:
    file, bad, chosen = locate(path), bad_rows(on_error, problems), fields or FieldMap()

    def source() -> Iterator[Document]:
        return documents(rows(file, bad), chosen, bad)

    return Corpus(file.name.removesuffix(".gz").rpartition(".")[0] or file.name, source)
