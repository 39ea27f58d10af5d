"""Many named arrays in one memory-mapped file, with a directory that says where each lies."""

from __future__ import annotations

__all__ = ["ArrayFile", "FileStamp", "write_arrays"]

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import IndexDamaged
from findry.index.files import DISK, Files

ALIGNMENT = 64
DATA, DIRECTORY = "arrays.bin", "arrays.json"


@dataclass(frozen=True)
class FileStamp:
    """Length in bytes and checksum (blake2b, 16 bytes, hex) of a written file."""

    length: int
    checksum: str


def write_arrays(
    folder: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any], files: Files = DISK
) -> dict[str, FileStamp]:
    """Write arrays and a JSON-able `meta` into a folder; returns the stamp of each file.

    The data file holds the arrays one after another, each at a multiple of 64 bytes, in C order and
    little endian.  The directory names dtype, shape, offset and checksum of each.
    """
    directory: dict[str, Any] = {}
    whole = blake2b(digest_size=16)

    def pieces() -> Iterator[bytes | memoryview]:
        offset = 0
        for name, array in arrays.items():
            flat = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
            raw = memoryview(flat.reshape(-1).view(np.uint8).data) if flat.size else memoryview(b"")
            padding = bytes(-offset % ALIGNMENT)
            offset += len(padding)
            directory[name] = {
                "dtype": flat.dtype.str,
                "shape": list(flat.shape),
                "offset": offset,
                "checksum": blake2b(raw, digest_size=16).hexdigest(),
            }
            offset += len(raw)
            for piece in (padding, raw):
                whole.update(piece)
                yield piece

    length = files.write(folder / DATA, pieces())
    text = json.dumps({"arrays": directory, "meta": meta}, sort_keys=True, ensure_ascii=True).encode()
    files.write(folder / DIRECTORY, [text])
    return {
        DATA: FileStamp(length, whole.hexdigest()),
        DIRECTORY: FileStamp(len(text), blake2b(text, digest_size=16).hexdigest()),
    }


class ArrayFile:
    """Arrays read back without copying; opening checks lengths and the directory's checksum.

    Errors: `IndexDamaged` when a file is missing, has another length, or its directory does not fit.
    Cost: opening reads the directory only; arrays are paged in when touched.
    """

    def __init__(self, folder: Path, stamps: Mapping[str, FileStamp], files: Files = DISK) -> None:
        self._folder = folder
        self._stamps = stamps
        text = files.read(folder / DIRECTORY)
        self._require(DIRECTORY, len(text), blake2b(text, digest_size=16).hexdigest())
        content = json.loads(text)
        self.meta: dict[str, Any] = content["meta"]
        self._directory: dict[str, Any] = content["arrays"]
        self._data = files.map(folder / DATA)
        self._require(DATA, len(self._data), None)

    def _require(self, name: str, length: int, checksum: str | None) -> None:
        stamp = self._stamps[name]
        if length != stamp.length or (checksum is not None and checksum != stamp.checksum):
            raise IndexDamaged(
                "a file of the index is not what was written",
                expected=f"{stamp.length} bytes, checksum {stamp.checksum}",
                received=f"{length} bytes" + (f", checksum {checksum}" if checksum else ""),
                where=str(self._folder / name),
                hint="restore the index from a backup, or index the source again",
            )

    def __contains__(self, name: str) -> bool:
        return name in self._directory

    def __getitem__(self, name: str) -> NDArray[Any]:
        entry = self._directory.get(name)
        if entry is None:
            raise IndexDamaged(f"the segment has no array {name!r}", where=str(self._folder))
        dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
        count = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(self._data, dtype, count, entry["offset"] if count else 0).reshape(shape)

    def verify(self) -> None:
        """Read every array and compare its checksum."""
        for name, entry in self._directory.items():
            raw = np.ascontiguousarray(self[name]).reshape(-1).view(np.uint8)
            if blake2b(raw.tobytes(), digest_size=16).hexdigest() != entry["checksum"]:
                raise IndexDamaged(f"array {name!r} is not what was written", where=str(self._folder / DATA))
