"""CSV and TSV tables as a corpus, with value columns typed over the whole file."""

from __future__ import annotations

__all__ = ["ColumnKind", "column_kind", "read_csv", "read_tsv"]

import csv
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from findry.errors import FormatError
from findry.formats.lines import locate, read_lines
from findry.formats.problems import Bad, OnError, Problems, bad_rows
from findry.formats.rows import FieldMap, documents
from findry.records import Corpus, Document

AnyPath = str | os.PathLike[str]
ColumnKind = Literal["empty", "int", "float", "bool", "string"]
INT = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
# a whole number that int64 cannot hold (a card or phone number) makes a column text, not a rounded float
FLOAT = re.compile(r"-?(?:(?:0|[1-9]\d*)?\.\d+(?:[eE][+-]?\d+)?|(?:0|[1-9]\d*)[eE][+-]?\d+)", re.ASCII)
DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 50
CELL = 1 << 26  # characters: a quote that is never closed is found before it fills the memory


def read_csv(
    path: AnyPath,
    *,
    fields: FieldMap | None = None,
    delimiter: str | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Corpus:
    """The documents of a CSV file with a header; cells in double quotes may hold line ends.

    The delimiter, when not given, is the one of ``, ; TAB |`` that splits at least 80 % of the first
    50 records into as many cells as the header, the most cells winning; else a comma.  Value columns are whole numbers,
    numbers, true/false or text as the *whole* file shows (one pass before the first document); empty cells are
    missing values, and numbers with leading zeros make a column text.  A row with another number of cells than
    the header is a bad row.  Numbers of lines are those on which a record ends.
    """
    return _corpus(path, fields, delimiter, True, on_error, problems)


def read_tsv(
    path: AnyPath,
    *,
    fields: FieldMap | None = None,
    on_error: OnError = "refuse",
    problems: Problems | None = None,
) -> Corpus:
    """The documents of a table with tabs between cells and a header; quotes are ordinary characters."""
    return _corpus(path, fields, "\t", False, on_error, problems)


def column_kind(cells: Iterable[str]) -> ColumnKind:
    """The one kind that all cells of a column have; empty cells tell nothing.

    >>> [column_kind(c) for c in (["1", "", "-2"], ["1", "2.5"], ["true", "False"], ["007", "1"], ["1", "true"])]
    ['int', 'float', 'bool', 'string', 'string']
    """
    kind: ColumnKind = "empty"
    for cell in cells:
        kind = _wider(kind, cell)
        if kind == "string":
            break
    return kind


def _corpus(
    path: AnyPath,
    fields: FieldMap | None,
    delimiter: str | None,
    quoted: bool,
    on_error: OnError,
    problems: Problems | None,
) -> Corpus:
    file, bad, chosen = locate(path), bad_rows(on_error, problems), fields or FieldMap()
    mark = delimiter or _delimiter(file)

    def source() -> Iterator[Document]:
        header = _header(file, mark, quoted)
        settled = chosen.columns(header, where=str(file))
        texts = {*settled.text, settled.id}
        wanted = [name for name in header if name not in texts] if settled.values == "rest" else settled.values
        kinds = _kinds(file, mark, quoted, header, wanted)
        rows = (
            (number - 1, where, _typed(row, kinds)) for number, where, row in _records(file, mark, quoted, header, bad)
        )
        return documents(rows, settled, bad)

    return Corpus(file.name.removesuffix(".gz").rpartition(".")[0] or file.name, source)


def _reader(file: Path, delimiter: str, quoted: bool, bad: Bad) -> Any:
    csv.field_size_limit(max(csv.field_size_limit(), CELL))
    lines = (line for _, line in read_lines(file, bad))
    quoting: Any = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    return csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)


def _records(
    file: Path, delimiter: str, quoted: bool, header: list[str], bad: Bad
) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """(record number with the header as 1, ``path:line``, cells by column)."""
    reader, number = _reader(file, delimiter, quoted, bad), 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            bad(
                FormatError("quotes or cells that do not parse", received=str(error), where=f"{file}:{reader.line_num}")
            )
            continue
        if not cells:
            continue
        number += 1
        if number == 1:
            continue
        where = f"{file}:{reader.line_num}"
        if len(cells) != len(header):
            bad(FormatError(f"{len(header)} cells are needed, as in the header", received=str(len(cells)), where=where))
            continue
        yield number, where, dict(zip(header, cells, strict=True))


def _header(file: Path, delimiter: str, quoted: bool) -> list[str]:
    refuse = bad_rows("refuse", None)
    try:
        header: list[str] = next((cells for cells in _reader(file, delimiter, quoted, refuse) if cells), [])
    except csv.Error as error:
        raise FormatError("a header that does not parse", received=str(error), where=f"{file}:1") from error
    names = [name.strip() for name in header]
    if not names or len(set(names)) != len(names) or not all(names):
        raise FormatError("a header needs distinct, non-empty names", received=repr(names), where=f"{file}:1")
    return names


def _delimiter(file: Path) -> str:
    best = (1, ",")
    for mark in DELIMITERS:
        try:
            widths = [
                len(cells) for cells in islice(_reader(file, mark, True, bad_rows("skip", None)), SAMPLE) if cells
            ]
        except csv.Error:
            continue
        if widths and widths[0] > best[0] and widths.count(widths[0]) >= 0.8 * len(widths):
            best = (widths[0], mark)
    return best[1]


def _kinds(file: Path, delimiter: str, quoted: bool, header: list[str], wanted: Iterable[str]) -> dict[str, ColumnKind]:
    kinds: dict[str, ColumnKind] = dict.fromkeys(wanted, "empty")
    for _, _, row in _records(file, delimiter, quoted, header, bad_rows("skip", None)):
        open_ = [name for name, kind in kinds.items() if kind != "string"]
        if not open_:
            break
        for name in open_:
            kinds[name] = _wider(kinds[name], row[name])
    return kinds


def _wider(kind: ColumnKind, cell: str) -> ColumnKind:
    if not cell:
        return kind
    if kind in ("empty", "int", "float") and INT.fullmatch(cell):
        return "float" if kind == "float" else "int"
    if kind in ("empty", "int", "float") and FLOAT.fullmatch(cell) and math.isfinite(float(cell)):
        return "float"
    if kind in ("empty", "bool") and cell.lower() in ("true", "false"):
        return "bool"
    return "string"


def _typed(row: Mapping[str, str], kinds: Mapping[str, ColumnKind]) -> dict[str, Any]:
    typed: dict[str, Any] = dict(row)
    for name, kind in kinds.items():
        cell = row[name]
        if not cell:
            typed[name] = None
        elif kind == "int":
            typed[name] = int(cell)
        elif kind == "float":
            typed[name] = float(cell)
        elif kind == "bool":
            typed[name] = cell.lower() == "true"
    return typed
