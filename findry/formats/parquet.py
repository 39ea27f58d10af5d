"""Parquet tables as a corpus; needs the extra "arrow"."""

from __future__ import annotations

__all__ = ["read_parquet"]

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from findry.errors import FormatError, MissingExtra
from findry.formats.lines import locate
from findry.formats.problems import OnError, Problems, bad_rows
from findry.formats.rows import FieldMap, documents
from findry.records import Corpus, Document

BATCH = 4096


def read_parquet(
    path: str | os.PathLike[str],
    *,
    fields: FieldMap | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Corpus:
    """The documents of a Parquet file, read 4,096 rows at a time and only in the columns that are used."""
    file, bad, chosen = locate(path), bad_rows(on_error, problems), fields or FieldMap()
    table = _open(file)
    settled = chosen.columns(table.schema_arrow.names, where=str(file))
    size = int(table.metadata.num_rows)
    table.close()

    def source() -> Iterator[Document]:
        return documents(_rows(file, settled), settled, bad)

    return Corpus(file.stem, source, size=size)


def _rows(file: Path, fields: FieldMap) -> Iterator[tuple[int, str, dict[str, Any]]]:
    table = _open(file)
    try:
        names = table.schema_arrow.names
        if fields.values != "rest":
            used = {fields.id, *fields.text, *fields.values}
            names = [name for name in names if name in used]
        number = 0
        for batch in table.iter_batches(BATCH, columns=names):
            for row in batch.to_pylist():
                number += 1
                yield number, f"{file}:row {number}", row
    except OSError as error:
        raise FormatError("a damaged Parquet file", received=str(error), where=str(file)) from error
    finally:
        table.close()


def _open(file: Path) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("arrow", purpose="reading Parquet") from error
    try:
        return parquet.ParquetFile(file)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise FormatError("not a Parquet file", received=str(error), where=str(file)) from error
