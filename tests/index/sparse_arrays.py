"""Segments of many gigabytes that take up next to nothing: a file with holes, and the checksums of its zeros."""

from __future__ import annotations

__all__ = ["Holes", "stretched", "taken_up", "write_sparse"]

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest

from findry.index.arrays import ALIGNMENT, DATA, DIRECTORY, FileStamp
from findry.index.checksums import BLOCK, DIGITS, file_sum


@dataclass(frozen=True)
class Holes:
    """An array of zeros but for some pieces: lines from a place on."""

    dtype: str
    shape: tuple[int, ...]
    pieces: Mapping[int, NDArray[Any]]

    @property
    def line(self) -> int:
        """Bytes of one line."""
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape[1:], dtype=np.int64))

    @property
    def length(self) -> int:
        """Bytes of all."""
        return self.shape[0] * self.line


def stretched(array: NDArray[Any], place: int, gap: int) -> Holes:
    """An array with `gap` zeros put in before a place."""
    pieces = {0: array[:place], place + gap: array[place:]}
    return Holes(array.dtype.newbyteorder("<").str, (len(array) + gap, *array.shape[1:]), pieces)


def write_sparse(
    folder: Path, arrays: Mapping[str, NDArray[Any] | Holes], meta: Mapping[str, Any]
) -> dict[str, FileStamp]:
    """What `write_arrays` would write, in a file with holes; the checksum of the whole file is left out."""
    directory: dict[str, Any] = {}
    end = 0
    with open(folder / DATA, "w+b") as file:
        for name, given in arrays.items():
            array = given if isinstance(given, Holes) else Holes(given.dtype.str, given.shape, {0: given})
            start = -(-end // ALIGNMENT) * ALIGNMENT
            end = start + array.length
            file.truncate(end)
            sums = _write(file.fileno(), start, array)
            directory[name] = {"dtype": array.dtype, "shape": list(array.shape), "offset": start, "blocks": sums}
    text = json.dumps({"arrays": directory, "meta": meta}).encode()
    (folder / DIRECTORY).write_bytes(text)
    return {DATA: FileStamp(end, "left out"), DIRECTORY: FileStamp(len(text), file_sum(text))}


def _write(file: int, start: int, array: Holes) -> str:
    """Write the pieces of an array; the checksums of its blocks, of which only those with a piece are read."""
    blocks, last = -(-array.length // BLOCK), array.length % BLOCK
    sums = [xxh3_64_hexdigest(bytes(BLOCK))] * blocks
    if last:
        sums[-1] = xxh3_64_hexdigest(bytes(last))
    for place, piece in array.pieces.items():
        first, raw = place * array.line, piece.tobytes()
        os.pwrite(file, raw, start + first)
        for block in range(first // BLOCK, -(-(first + len(raw)) // BLOCK) if raw else 0):
            length = min(BLOCK, array.length - block * BLOCK)
            sums[block] = xxh3_64_hexdigest(os.pread(file, length, start + block * BLOCK))
    assert {len(one) for one in sums} <= {DIGITS}
    return "".join(sums)


def taken_up(folder: Path) -> int:
    """Bytes on disk of the array file, holes left out."""
    return (folder / DATA).stat().st_blocks * 512
