"""Postings as an older format stored them, made into those of today in memory."""

from __future__ import annotations

__all__ = ["lexical_arrays"]

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.arrays import ALIGNMENT, ArrayFile
from findry.index.dictionary import dictionary
from findry.index.postings import Bounds, HeldArrays, posting_arrays
from findry.index.schema import Schema
from findry.index.strings import Strings
from findry.records import ragged

Arrays = dict[str, NDArray[Any]]


def lexical_arrays(stored: ArrayFile, schema: Schema) -> HeldArrays:
    """The posting arrays of a segment.

    Format 1 kept rows, frequencies and positions as 32-bit numbers; such a segment is converted at first use.
    """
    return stored if "bounds" in stored.meta or not schema.lexical else _Converted(stored, len(schema.lexical))


_PARTS = ("terms.offsets", "terms.data", "start", "rows", "tf", "at", "positions", "lengths")


def _converted(old: Mapping[str, NDArray[Any]]) -> tuple[Arrays, Bounds]:
    from findry.kernels.inverting import invert

    words = [Strings(old["terms.offsets"], old["terms.data"]).raw(n) for n in range(len(old["terms.offsets"]) - 1)]
    terms = np.repeat(np.arange(len(words), dtype=np.int32), np.diff(old["at"]))
    rows = np.repeat(old["rows"], old["tf"])
    order = np.lexsort((old["positions"], rows))
    offsets = ragged.counts_to_offsets(old["lengths"].astype(np.int64))
    found = invert(terms[order], old["positions"][order], offsets, np.arange(len(words), dtype=np.int32))
    return posting_arrays(dictionary(words), *found, np.array(old["lengths"], np.int32))


class _Converted:
    """The lexical arrays of an older segment as today's, side by side in one buffer as in a data file."""

    def __init__(self, stored: ArrayFile, fields: int) -> None:
        self._stored, self._fields = stored, fields

    @cached_property
    def _made(self) -> list[tuple[Arrays, Bounds]]:
        return [_converted({part: self._stored[f"lex{n}.{part}"] for part in _PARTS}) for n in range(self._fields)]

    @cached_property
    def _arrays(self) -> Arrays:
        arrays = {name: self._stored[name] for name in ("ids.ties", "rows.ties")}
        for number, (made, _) in enumerate(self._made):
            arrays |= {f"lex{number}.{part}": array for part, array in made.items()}
        return arrays

    def bounds(self, prefix: str) -> Sequence[float]:
        """The bounds of the field whose arrays have this prefix."""
        return self._made[int(prefix.removeprefix("lex"))][1]

    @cached_property
    def _places(self) -> dict[str, int]:
        places, end = {}, 0
        for name, array in self._arrays.items():
            places[name] = end
            end += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
        return {**places, "": end}

    @cached_property
    def buffer(self) -> NDArray[np.uint8]:
        """All arrays, as bytes."""
        out = np.zeros(self._places[""], np.uint8)
        for name, array in self._arrays.items():
            start = self._places[name]
            out[start : start + array.nbytes] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        out.flags.writeable = False
        return out

    def place(self, name: str) -> int:
        """Where an array begins in `buffer`, in bytes."""
        return self._places[name]

    def nbytes(self, prefix: str) -> int:
        return sum(array.nbytes for name, array in self._arrays.items() if name.startswith(prefix))

    def __getitem__(self, name: str) -> NDArray[Any]:
        array = self._arrays[name]
        where = self.buffer[self.place(name) : self.place(name) + array.nbytes]
        return where.view(array.dtype).reshape(array.shape)

    def part(self, name: str, start: int, stop: int) -> NDArray[Any]:
        """Lines start to stop of an array."""
        return self[name][start:stop]
