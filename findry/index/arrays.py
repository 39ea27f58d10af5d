"""Many named arrays in one memory-mapped file, with a directory that says where each lies.

Nothing is handed out before its bytes were compared with their checksums: a whole array when it is first asked
for, or only the blocks that a slice touches.
"""

from __future__ import annotations

__all__ = ["ArrayFile", "FileStamp", "write_arrays"]

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest, xxh3_128

from findry.errors import IndexDamaged
from findry.index.checksums import BLOCK, DIGITS, block_sums, file_sum, same
from findry.index.files import DISK, Files

ALIGNMENT = 64
DATA, DIRECTORY = "arrays.bin", "arrays.json"
RESTORE = "`findry verify` shows all damage; restore a backup, open an older commit, or index the source again"


@dataclass(frozen=True)
class FileStamp:
    """Length in bytes and checksum of a written file, as `findry.index.checksums.same` reads it."""

    length: int
    checksum: str


def write_arrays(
    folder: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any], files: Files = DISK
) -> dict[str, FileStamp]:
    """Write arrays and a JSON-able `meta` into a folder; returns the stamp of each file.

    The data file holds the arrays one after another, each at a multiple of 64 bytes, in C order and
    little endian.  The directory names dtype, shape, offset and block checksums of each.
    """
    directory: dict[str, Any] = {}
    whole = xxh3_128()

    def pieces() -> Iterator[bytes | memoryview]:
        offset = 0
        for name, array in arrays.items():
            flat = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
            raw = memoryview(flat.reshape(-1).view(np.uint8).data) if flat.size else memoryview(b"")
            padding = bytes(-offset % ALIGNMENT)
            offset += len(padding)
            place = {"dtype": flat.dtype.str, "shape": list(flat.shape), "offset": offset}
            directory[name] = {**place, "blocks": block_sums(raw)}
            offset += len(raw)
            for piece in (padding, raw):
                whole.update(piece)
                yield piece
        whole.update(end := bytes(-offset % ALIGNMENT))
        yield end

    length = files.write(folder / DATA, pieces())
    text = json.dumps({"arrays": directory, "meta": meta}, sort_keys=True, ensure_ascii=True).encode()
    files.write(folder / DIRECTORY, [text])
    return {DATA: FileStamp(length, whole.hexdigest()), DIRECTORY: FileStamp(len(text), file_sum(text))}


class _Stored:
    """One array in the data file, and which of its blocks were found to be what was written."""

    def __init__(self, name: str, entry: Mapping[str, Any], data: memoryview, where: str) -> None:
        self._name, self._where = name, where
        dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
        count = int(np.prod(shape, dtype=np.int64))
        start = entry["offset"] if count else 0
        self.values: NDArray[Any] = np.frombuffer(data, dtype, count, start).reshape(shape)
        self._raw = data[start : start + count * dtype.itemsize]
        self._line = dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
        self._sums: str | None = entry.get("blocks")
        self._whole: str | None = entry.get("checksum")
        self._unseen = np.ones(-(-len(self._raw) // BLOCK), np.bool_)
        self._left = len(self._unseen)

    def check(self, start: int, stop: int) -> None:
        """Compare the blocks that hold lines start to stop, those that were not compared before."""
        if not self._left or stop <= start:
            return
        if self._sums is None:
            first, last = 0, len(self._unseen) - 1
            good = blake2b(self._raw, digest_size=16).hexdigest() == self._whole
        else:
            first, last = start * self._line // BLOCK, (stop * self._line - 1) // BLOCK
            good = all(self._intact(first + n) for n in np.flatnonzero(self._unseen[first : last + 1]).tolist())
        if not good:
            raise IndexDamaged(f"array {self._name!r} is not what was written", where=self._where, hint=RESTORE)
        self._unseen[first : last + 1] = False
        self._left = int(self._unseen.sum())

    def _intact(self, block: int) -> bool:
        found = xxh3_64_hexdigest(self._raw[block * BLOCK : (block + 1) * BLOCK])
        return found == (self._sums or "")[block * DIGITS : (block + 1) * DIGITS]


class ArrayFile:
    """Arrays read back without copying, each byte compared with its checksum before it is used.

    Errors: `IndexDamaged` when a file is missing, has another length, or bytes are not what was written.
    Cost: opening reads the directory only; arrays are paged in and compared (about 10 GB/s) when first touched.
    """

    def __init__(self, folder: Path, stamps: Mapping[str, FileStamp], files: Files = DISK) -> None:
        self._folder = folder
        self.stamps = stamps
        self.directory = files.read(folder / DIRECTORY)
        self._require(DIRECTORY, self.directory, contents=True)
        content = json.loads(self.directory)
        self.meta: dict[str, Any] = content["meta"]
        self._directory: dict[str, Any] = content["arrays"]
        self.data = files.map(folder / DATA)
        self._require(DATA, self.data, contents=False)
        self._stored: dict[str, _Stored] = {}

    def _require(self, name: str, raw: bytes | memoryview, *, contents: bool) -> None:
        stamp = self.stamps.get(name)
        if stamp is None or len(raw) != stamp.length or (contents and not same(raw, stamp.checksum)):
            raise IndexDamaged(
                "a file of the index is not what was written",
                expected=f"{stamp.length} bytes, checksum {stamp.checksum}" if stamp else None,
                received=f"{len(raw)} bytes",
                where=str(self._folder / name),
                hint=RESTORE,
            )

    def __contains__(self, name: str) -> bool:
        return name in self._directory

    def _find(self, name: str) -> _Stored:
        stored = self._stored.get(name)
        if stored is None:
            entry = self._directory.get(name)
            if entry is None:
                raise IndexDamaged(f"the segment has no array {name!r}", where=str(self._folder))
            stored = self._stored[name] = _Stored(name, entry, self.data, str(self._folder / DATA))
        return stored

    def __getitem__(self, name: str) -> NDArray[Any]:
        stored = self._find(name)
        stored.check(0, len(stored.values))
        return stored.values

    def part(self, name: str, start: int, stop: int) -> NDArray[Any]:
        """Lines start to stop of an array; only the blocks that they touch are read and compared."""
        stored = self._find(name)
        stored.check(start, stop)
        return stored.values[start:stop]

    def nbytes(self, prefix: str) -> int:
        """Bytes of the arrays whose names begin with a prefix."""
        entries = (entry for name, entry in self._directory.items() if name.startswith(prefix))
        return sum(math.prod(entry["shape"]) * np.dtype(entry["dtype"]).itemsize for entry in entries)

    def place(self, name: str) -> int:
        """Where an array begins in `buffer`, in bytes."""
        return int(self._directory[name]["offset"])

    def bounds(self, prefix: str) -> Sequence[float]:
        """The bounds of the lexical field whose arrays have this prefix."""
        found: Sequence[float] = self.meta["bounds"][prefix]
        return found

    @cached_property
    def buffer(self) -> NDArray[np.uint8]:
        """The data file as bytes, cut to a multiple of 8.  What is read here must have been compared before."""
        return np.frombuffer(self.data, np.uint8, len(self.data) // 8 * 8)

    @property
    def converted(self) -> bool:
        """Whether all arrays are those of the newest format: with block checksums, and postings with bounds."""
        words = any(name.startswith("lex") for name in self._directory)
        return all("blocks" in entry for entry in self._directory.values()) and ("bounds" in self.meta or not words)

    def verify(self) -> None:
        """Read every byte and compare: each array, and the file as a whole."""
        for name in self._directory:
            self[name]
        self._require(DATA, self.data, contents=True)
