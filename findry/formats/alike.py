"""Rows in memory as documents, those with the same columns many at a time."""

from __future__ import annotations

__all__ = ["documents_of"]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from findry.errors import InputError
from findry.formats.rows import FieldMap, RowReader
from findry.records import Document, DocumentBatch

MOST, FEWEST = 64, 4


def documents_of(
    rows: Iterable[Document | Mapping[str, Any]], fields: FieldMap | None = None
) -> Iterator[Document | DocumentBatch]:
    """The documents of rows of named columns, and documents as they are, in their order.

    Up to `MOST` rows that follow each other and have the same columns are one batch where all is as usual in them, and
    documents of their own where something is not.
    Errors: `FormatError` for a row without a usable id or text, `InputError` for what is no row.
    """
    reader = RowReader(fields or FieldMap(), one_id=False)
    held: list[tuple[Any, ...]] = []
    shape: tuple[str, ...] = ()
    number = 0
    for number, row in enumerate(rows, 1):
        alike = type(row) is dict and tuple(row) == shape and len(held) < MOST
        if held and not alike:
            yield from _together(reader, shape, held, number - len(held))
            held = []
        if type(row) is dict:
            shape = shape if alike else tuple(row)
            held.append(tuple(row.values()))
        elif isinstance(row, Document):
            yield row
        elif isinstance(row, Mapping):
            yield reader.document(f"row {number}", row)
        else:
            raise InputError(
                "a document must be a Document or a mapping", received=type(row).__name__, where=f"row {number}"
            )
    if held:
        yield from _together(reader, shape, held, number + 1 - len(held))


def _together(
    reader: RowReader, shape: tuple[str, ...], held: Sequence[tuple[Any, ...]], first: int
) -> Iterator[Document | DocumentBatch]:
    batch = reader.batch(shape, held) if len(held) >= FEWEST else None
    if batch is not None:
        yield batch
        return
    for number, values in enumerate(held, first):
        yield reader.document(f"row {number}", dict(zip(shape, values, strict=True)))
