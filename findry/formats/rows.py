"""Rows of named columns as documents: which column is the id, which are text, which are values."""

from __future__ import annotations

__all__ = ["FieldMap", "RowReader", "documents", "parse_fields", "to_id", "to_value"]

import datetime
import decimal
import json
import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import count
from typing import Any, Literal, NamedTuple

from findry.errors import FormatError, InputError, SyntaxProblem, nearest
from findry.formats.problems import Bad
from findry.records import Document, DocumentBatch, Value

ID_NAMES = ("_id", "id", "doc_id", "docno")
TEXT_NAMES = ("title", "text")
MOST_SHAPES = 1024


@dataclass(frozen=True)
class FieldMap:
    """Which columns of a row become what.

    id: the column of the id; by default the first of ``_id, id, doc_id, docno`` that the first row has,
    and a hash of the row's content where it has none of them (so that rows of another file do not replace it).
    text: the text fields, in the order of `Document.text`; a row needs one of them, empty ones are left out.
    values: the columns to filter by and show, or "rest" for all others.
    """

    id: str | None = None
    text: tuple[str, ...] = TEXT_NAMES
    values: tuple[str, ...] | Literal["rest"] = "rest"

    def __post_init__(self) -> None:
        if not self.text:
            raise InputError("a document needs a text field", hint="name a column: text=body")

    def columns(self, present: Sequence[str], *, where: str) -> FieldMap:
        """This map with its id settled for these columns; columns that are asked for and absent are refused."""
        id = self.id if self.id is not None else next((name for name in ID_NAMES if name in present), None)
        values = () if self.values == "rest" else self.values
        wanted = (*values, *(() if id is None else (id,)), *(() if self.text == TEXT_NAMES else self.text))
        for name in wanted:
            if name not in present:
                guess = nearest(name, present)
                raise InputError(
                    f"no column {name!r}",
                    expected=", ".join(present),
                    where=where,
                    hint=f"did you mean {guess!r}?" if guess else None,
                )
        if not any(name in present for name in self.text):
            hint = "say which column is the text: text=NAME"
            raise InputError(
                "no text column", expected="title or text", received=", ".join(present), where=where, hint=hint
            )
        return FieldMap(id, self.text, self.values)


def parse_fields(text: str) -> FieldMap:
    """The map that a command line names.

    >>> parse_fields("id=docid text=heading,body values=year,lang")
    FieldMap(id='docid', text=('heading', 'body'), values=('year', 'lang'))

    ``title=heading text=body`` is the same as ``text=heading,body``; ``values=rest`` is the default and
    ``values=`` takes none.
    """
    known = ("id", "title", "text", "values")
    found: dict[str, tuple[str, ...]] = {}
    for part in text.split():
        key, mark, names = part.partition("=")
        if not mark or key not in known or key in found:
            guess = nearest(key, known)
            raise SyntaxProblem(
                "a field map that does not parse",
                expected="id=NAME text=NAME,NAME values=NAME,NAME",
                received=part,
                hint=f"did you mean {guess}=...?" if guess and guess != key else None,
            )
        found[key] = tuple(name for name in names.split(",") if name)
    for key in ("id", "title"):
        if key in found and len(found[key]) != 1:
            raise SyntaxProblem(f"{key}= needs one column", received=", ".join(found[key]) or "none")
    texts = (*found.get("title", ()), *found.get("text", ()))
    if "title" in found and "text" not in found:
        texts = (*texts, "text")
    values = found.get("values", ("rest",))
    return FieldMap(
        id=found["id"][0] if "id" in found else None,
        text=texts or TEXT_NAMES,
        values="rest" if values == ("rest",) else values,
    )


def documents(rows: Iterable[tuple[int, str, Mapping[str, Any]]], fields: FieldMap, bad: Bad) -> Iterator[Document]:
    """The document of each (number, where, row); a row without a usable id or text, or with an id seen before,
    is a bad row.

    Memory: 8 bytes of hash for each id (about 60 bytes as Python keeps them).
    """
    reader = RowReader(fields, one_id=True)
    seen: set[int] = set()
    for _number, where, row in rows:
        try:
            document = reader.document(where, row, seen)
            key = hash(document.id)
            if key in seen:
                raise FormatError("an id that an earlier row has", received=repr(document.id), where=where)
        except FormatError as error:
            bad(error)
            continue
        seen.add(key)
        yield document


class RowReader:
    """Makes documents of rows; which columns are what is worked out once for each set of columns.

    `one_id`: the id column is that of the first row, else each set of columns has its own.
    """

    def __init__(self, fields: FieldMap, *, one_id: bool) -> None:
        self._fields, self._one_id = fields, one_id
        self._known: dict[tuple[str, ...], _Columns] = {}
        self._first: _Columns | None = None

    def document(self, where: str, row: Mapping[str, Any], seen: Container[int] = ()) -> Document:
        """The document of a row.

        seen: hashes of the ids that are taken, for ids that are made of the content.
        Errors: `FormatError` when the row has no usable id or text.
        """
        shape = tuple(row)
        columns = self._known.get(shape) or self._columns(row, shape)
        id = _content_id(row, seen) if columns.id is None else to_id(row.get(columns.id), columns.id, where)
        return Document(id, _texts(row, columns.texts, self._fields, where), _values(row, columns.values))

    def batch(self, shape: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> DocumentBatch | None:
        """The documents of rows with these columns; None where one of them must be looked at by itself.

        That is one whose id or text is empty or of another type than text, or has to be made.
        """
        columns = self._known.get(shape) or self._columns(dict.fromkeys(shape), shape)
        if columns.id is None or columns.id not in shape or not columns.texts:
            return None
        by_name = dict(zip(shape, zip(*rows, strict=True), strict=True))
        texts = [by_name[name] for name in columns.texts]
        try:
            made = DocumentBatch(by_name[columns.id], tuple(columns.texts), texts, [None] * len(rows))
        except InputError:
            return None
        values = _values_of(by_name, columns.values, len(rows))
        return replace(made, values=values) if columns.values else made

    def _columns(self, row: Mapping[str, Any], shape: tuple[str, ...]) -> _Columns:
        id, fields = self._fields.id, self._fields
        if id is None and self._one_id and self._first is not None:
            id = self._first.id
        elif id is None:
            id = next((name for name in ID_NAMES if name in row), None)
        if fields.values == "rest":
            values = [name for name in row if name != id and name not in fields.text]
        else:
            values = [name for name in fields.values if name in row]
        columns = _Columns(id, [name for name in dict.fromkeys(fields.text) if name in row], values)
        self._first = self._first or columns
        if len(self._known) < MOST_SHAPES:
            self._known[shape] = columns
        return columns


class _Columns(NamedTuple):
    """The id, the text fields and the values that a row has."""

    id: str | None
    texts: list[str]
    values: list[str]


def _content_id(row: Mapping[str, Any], seen: Container[int]) -> str:
    """16 hex digits from the row's content; a second row with the same content ends in ``-2``."""
    raw = json.dumps(row, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "surrogatepass")
    first = blake2b(raw, digest_size=8).hexdigest()
    copies = (f"{first}-{n}" for n in count(2))
    return first if hash(first) not in seen else next(id for id in copies if hash(id) not in seen)


def to_id(value: object, column: str, where: str) -> str:
    """An id as text; numbers are written out.

    >>> to_id(31715818, "_id", "corpus.jsonl:1")
    '31715818'
    """
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return str(value)
    missing = value is None or value == ""
    received = None if missing else f"{type(value).__name__} {str(value)[:40]!r}"
    what = f"no id in {column!r}" if missing else f"an id in {column!r} that is neither text nor a number"
    raise FormatError(what, received=received, where=where)


def to_value(value: object) -> Value | None:
    """A filter value: text, numbers, true and false, and lists of them; None for what is left out.

    Dates become ISO text.  A list of whole and broken numbers becomes a list of floats, any other mixed list
    a list of texts.  Objects, lists that hold objects or nothing readable, bytes and null are left out.

    >>> to_value([1, 2.5]), to_value([1, "a"]), to_value({"a": 1})
    ([1.0, 2.5], ['1', 'a'], None)
    """
    if isinstance(value, list | tuple):
        items = [_scalar(item) for item in value if item is not None]
        kinds = {type(item) for item in items}
        if type(None) in kinds:
            return None
        if kinds <= {int}:
            return [int(item) for item in items if item is not None]
        if kinds <= {int, float}:
            return [float(item) for item in items if item is not None]
        return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
    return _scalar(value)


def _scalar(value: object) -> str | int | float | bool | None:
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | decimal.Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return None


def _texts(row: Mapping[str, Any], names: Sequence[str], fields: FieldMap, where: str) -> dict[str, str]:
    texts = {}
    for name in names:
        text = row[name]
        if text is None:
            continue
        if not isinstance(text, str):
            raise FormatError(f"field {name!r} must be text", received=type(text).__name__, where=where)
        texts[name] = text
    if not texts:
        expected, received = " or ".join(fields.text), ", ".join(map(str, row)) or "an empty row"
        hint = "say which column is the text: text=NAME"
        raise FormatError("no text field", expected=expected, received=received, where=where, hint=hint)
    if all(texts.values()):
        return texts
    last = next(reversed(texts))
    return {name: text for name, text in texts.items() if text or name == last}


def _values(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Value]:
    if not names:
        return {}
    read = [(name, to_value(row[name])) for name in names]
    return {name: value for name, value in read if value is not None}


def _values_of(by_name: Mapping[str, Sequence[Any]], names: Sequence[str], rows: int) -> list[dict[str, Value]]:
    """What `_values` gives for each row, from the columns of rows."""
    found: list[dict[str, Value]] = [{} for _ in range(rows)]
    for name in names:
        column = by_name[name]
        usual = {*map(type, column)} <= {str, int, bool}
        for values, value in zip(found, column if usual else map(to_value, column), strict=True):
            if value is not None:
                values[name] = value
    return found
