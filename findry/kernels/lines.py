"""Documents as JSON, one after another, from the columns of their text."""

from __future__ import annotations

__all__ = ["measure_lines", "write_lines"]

import numpy as np
from numpy.typing import NDArray

from findry.kernels.compiled import compiled, inlined

_QUOTE, _BACKSLASH, _SPACE = ord('"'), ord("\\"), ord(" ")
_SHORT = np.zeros(_SPACE, np.uint8)
"""The letter after the backslash for a control character that has one."""
for _byte, _letter in zip(b"\b\t\n\f\r", b"btnfr", strict=True):
    _SHORT[_byte] = _letter
_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_U, _ZERO = ord("u"), ord("0")


@inlined
def _width(byte: int) -> int:
    """How many bytes JSON has for a byte of a text."""
    if byte >= _SPACE:
        return 2 if byte in (_QUOTE, _BACKSLASH) else 1
    return 2 if _SHORT[byte] else 6


@compiled
def measure_lines(
    data: NDArray[np.uint8], starts: NDArray[np.int64], between: NDArray[np.int64], escaped: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The bytes of each line of `write_lines`; int64[n]."""
    columns, rows = starts.shape[0], starts.shape[1] - 1
    lengths = np.full(rows, between[-1], np.int64)
    for column in range(columns):
        for row in range(rows):
            first, last = starts[column, row], starts[column, row + 1]
            length = last - first
            if escaped[column]:
                length = 0
                for byte in range(first, last):
                    length += _width(data[byte])
            lengths[row] += length
    return lengths


@compiled
def write_lines(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    frame: NDArray[np.uint8],
    between: NDArray[np.int64],
    escaped: NDArray[np.bool_],
    places: NDArray[np.int64],
    out: NDArray[np.uint8],
) -> None:
    """Write lines: a part of the frame, the text of a column, the next part, ..., the last part.

    data: the UTF-8 of all columns; starts int64[C, n + 1], where the text of column c in row r begins and, one
    further, ends; frame: C + 1 parts that begin at between int64[C + 2]; escaped bool[C], whether a column is text
    to be escaped as JSON does it, or is JSON already; places int64[n], where each line begins in `out`.
    """
    columns, rows = starts.shape[0], starts.shape[1] - 1
    for row in range(rows):
        at = places[row]
        for column in range(columns + 1):
            for byte in range(between[column], between[column + 1]):
                out[at] = frame[byte]
                at += 1
            if column == columns:
                break
            for place in range(starts[column, row], starts[column, row + 1]):
                byte = data[place]
                if not escaped[column] or (byte >= _SPACE and byte != _QUOTE and byte != _BACKSLASH):
                    out[at] = byte
                    at += 1
                    continue
                out[at] = _BACKSLASH
                if byte >= _SPACE:
                    out[at + 1] = byte
                elif _SHORT[byte]:
                    out[at + 1] = _SHORT[byte]
                else:
                    out[at + 1] = _U
                    out[at + 2] = out[at + 3] = _ZERO
                    out[at + 4] = _DIGITS[byte >> 4]
                    out[at + 5] = _DIGITS[byte & 15]
                at += _width(byte)
