"""JSON objects from files: one a line, or in one array."""

from __future__ import annotations

__all__ = ["Row", "array_rows", "line_rows", "to_line"]

import codecs
import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import IO, Any, TypeGuard

from findry.errors import FormatError, InputError
from findry.formats.lines import read_lines, stored
from findry.formats.problems import Bad

Row = tuple[int, str, dict[str, Any]]
CHUNK = 1 << 20
LARGEST = 1 << 26  # characters of one item of an array


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant)


def line_rows(path: Path, bad: Bad) -> Iterator[Row]:
    """(line number, ``path:line``, object) for each line that is not blank."""
    for number, line in read_lines(path, bad):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = _decode.decode(line)
        except (ValueError, RecursionError) as error:
            bad(FormatError("not JSON", received=str(error), where=where))
            continue
        if _usable(row, "\\ud" in line or "\\uD" in line, where, bad):
            yield number, where, row


def array_rows(path: Path, bad: Bad) -> Iterator[Row]:
    """(number from 1, ``path:item N``, object) for each item of one JSON array.

    Memory: the largest item.  What breaks the array itself raises `FormatError` in either mode.
    """
    with stored(path) as stream:
        yield from _items(_Buffer(stream, path), path, bad)


def _items(text: _Buffer, path: Path, bad: Bad) -> Iterator[Row]:
    if text.skip("[") is None:
        raise FormatError("not a JSON array", expected="[ {...}, {...} ]", where=str(path))
    if text.skip("]") is not None:
        return
    for number in count(1):
        where = f"{path}:item {number}"
        row = text.value(where)
        if _usable(row, True, where, bad):
            yield number, where, row
        if text.skip(",") is None:
            break
    if text.skip("]") is None:
        raise FormatError("the JSON array does not end", expected="] or ,", where=f"{path}: after item {number}")


def to_line(row: Mapping[str, Any]) -> str:
    """One JSON object as a line, characters beyond ASCII kept readable.

    >>> to_line({"_id": "1", "text": "Ọdún"})
    '{"_id": "1", "text": "Ọdún"}\\n'
    """
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise InputError("a value that JSON cannot hold", received=str(error), where=repr(row)[:80]) from error


def _usable(row: object, escapes: bool, where: str, bad: Bad) -> TypeGuard[dict[str, Any]]:
    if not isinstance(row, dict):
        bad(FormatError("a row must be an object", received=type(row).__name__, where=where))
        return False
    if escapes:
        try:
            json.dumps(row, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            bad(FormatError("half of a surrogate pair in a text", where=where))
            return False
    return True


class _Buffer:
    """The text of a file, decoded value by value."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._path, self._text, self._at, self._ended = path, "", 0, False

    def _more(self) -> bool:
        if self._ended:
            return False
        try:
            raw = self._stream.read(max(CHUNK, len(self._text)))
            self._text = self._text[self._at :] + self._decoder.decode(raw, final=not raw)
        except (EOFError, OSError, UnicodeDecodeError) as error:
            raise FormatError("the file cannot be read", received=str(error), where=str(self._path)) from error
        self._at = 0
        self._ended = not raw
        return bool(raw)

    def skip(self, mark: str) -> str | None:
        """Step over one mark (and blanks before it); None when something else or nothing follows."""
        while True:
            self._blanks()
            if self._at < len(self._text):
                found = self._text[self._at] == mark
                self._at += found
                return mark if found else None
            if not self._more():
                return None

    def value(self, where: str) -> object:
        """The next JSON value."""
        while True:
            self._blanks()
            try:
                row, end = _decode.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                hopeless = isinstance(error, RecursionError) or len(self._text) - self._at > LARGEST
                if hopeless or not self._more():
                    raise FormatError("not JSON", received=str(error), where=where) from error
                continue
            # a number at the end of what was read may go on
            if end < len(self._text) or not self._more():
                self._at = end
                return row

    def _blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
            self._at += 1
