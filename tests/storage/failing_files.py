"""File layers whose calls fail: the n-th of all calls, or each write beyond the last free byte."""

from __future__ import annotations

__all__ = ["MUST_BE_TOLD", "FailingFiles", "Faulty", "FullDisk"]

import errno
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from small_worlds import Unflushed

MUST_BE_TOLD = frozenset({"create", "write", "flush", "make_folder", "sync_folder", "replace"})


class Faulty(Unflushed):
    """A file layer that notes where it failed first: the kind of call and the path."""

    first: tuple[str, Path] | None = None

    def fail(self, kind: str, path: Path, number: int) -> None:
        """Fail as the system would."""
        self.first = self.first or (kind, path)
        raise OSError(number, os.strerror(number), str(path))


class FailingFiles(Faulty):
    """Call number `at` (from 1) fails, once or with all that follow; a write has three places where it may fail
    (nothing done, half of the bytes written, all written and not flushed), a removal two."""

    def __init__(self, at: int, number: int, *, lasting: bool = False) -> None:
        self.at, self.number, self.lasting = at, number, lasting
        self.calls: list[str] = []
        self._lock = threading.RLock()

    def _fails(self, kind: str) -> bool:
        with self._lock:
            self.calls.append(kind)
            return len(self.calls) >= self.at if self.lasting else len(self.calls) == self.at

    def _check(self, kind: str, path: Path) -> None:
        if self._fails(kind):
            self.fail(kind, path, self.number)

    def write(self, path: Path, pieces: Iterable[bytes | memoryview]) -> int:
        self._check("create", path)
        data = b"".join(bytes(piece) for piece in pieces)
        if self._fails("write"):
            path.write_bytes(data[: len(data) // 2])
            self.fail("write", path, self.number)
        length = super().write(path, [data])
        self._check("flush", path)
        return length

    def make_folder(self, path: Path, *, flush: bool = True) -> None:
        self._check("make_folder", path)
        super().make_folder(path, flush=flush)

    def sync_folder(self, path: Path) -> None:
        self._check("sync_folder", path)
        super().sync_folder(path)

    def replace(self, source: Path, target: Path) -> None:
        self._check("replace", source)
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        self._check("remove", path)
        if path.is_dir() and self._fails("remove part"):
            for child in sorted(path.iterdir())[:1]:
                super().remove(child)
            self.fail("remove part", path, self.number)
        super().remove(path)

    def names(self, path: Path) -> list[str]:
        self._check("names", path)
        return super().names(path)

    def read(self, path: Path) -> bytes:
        self._check("read", path)
        return super().read(path)

    def map(self, path: Path) -> memoryview:
        self._check("map", path)
        return super().map(path)

    def exists(self, path: Path) -> bool:
        self._check("exists", path)
        return path.exists()


class FullDisk(Faulty):
    """A disk on which the files below `base` may take up `room` bytes; a write takes what is left, then fails.
    `peak` is the most that was ever taken up."""

    def __init__(self, base: Path, room: int) -> None:
        self.base, self.room, self.peak = base, room, 0

    def write(self, path: Path, pieces: Iterable[bytes | memoryview]) -> int:
        used = sum(file.stat().st_size for file in self.base.rglob("*") if file.is_file() and file != path)

        def fitting() -> Iterator[bytes]:
            left = self.room - used
            for piece in map(bytes, pieces):
                yield piece[:left]
                if len(piece) > left:
                    self.fail("write", path, errno.ENOSPC)
                left -= len(piece)

        length = super().write(path, fitting())
        self.peak = max(self.peak, used + length)
        return length
