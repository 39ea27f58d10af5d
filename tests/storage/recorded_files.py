"""A file layer that does what it is asked in a real folder and writes down every change of a file or folder.

The real `Files` code runs; what it asks of the system is overheard (``os.fsync``, ``os.mkdir``, ``os.replace``),
so that a flush that the code forgets is missing from the record too.  Nothing waits for a device.
"""

from __future__ import annotations

__all__ = [
    "Acknowledged",
    "Event",
    "FileFlushed",
    "FolderFlushed",
    "Named",
    "RecordedFiles",
    "Removed",
    "Renamed",
    "Written",
    "contents",
]

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import Any
from unittest.mock import patch

from findry.index.files import Files

OUTSIDE = "write.lock"


@dataclass(frozen=True)
class Named:
    """A new file or folder got a name in a folder."""

    folder: int
    name: str
    inode: int
    is_folder: bool


@dataclass(frozen=True)
class Renamed:
    """A name went from one folder to another (or the same) in one step."""

    source: int
    source_name: str
    folder: int
    name: str
    inode: int


@dataclass(frozen=True)
class Removed:
    """A name was taken out of a folder."""

    folder: int
    name: str


@dataclass(frozen=True)
class Written:
    """From here on a file holds these bytes, as far as running programs see."""

    inode: int
    data: bytes


@dataclass(frozen=True)
class FileFlushed:
    """The bytes of a file were flushed to the device."""

    inode: int


@dataclass(frozen=True)
class FolderFlushed:
    """The names in a folder were flushed to the device."""

    inode: int


@dataclass(frozen=True)
class Acknowledged:
    """The index said that this commit is durable."""

    number: int


Event = Named | Renamed | Removed | Written | FileFlushed | FolderFlushed | Acknowledged


def contents(base: Path) -> dict[str, bytes | None]:
    """Every path below a folder with its bytes, None for a folder; the lock file is no part of an index."""
    found = (path for path in sorted(base.rglob("*")) if path.name != OUTSIDE)
    return {path.relative_to(base).as_posix(): None if path.is_dir() else path.read_bytes() for path in found}


class RecordedFiles(Files):
    """Records all changes below `base`, whose own existence and first contents count as durable."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.log: list[Event] = []
        self.folders: dict[int, dict[str, int]] = {0: {}}
        self.start = contents(base)
        self._inodes = 1
        self._lock = threading.RLock()
        self._writing: tuple[Path, int] | None = None
        for place, data in self.start.items():
            path = base / place
            inode = self._new(data is None)
            self.folders[self._folder(path.parent)][path.name] = inode

    def acknowledge(self, number: int) -> None:
        """Note that a commit was acknowledged."""
        with self._lock:
            self.log.append(Acknowledged(number))

    def write(self, path: Path, pieces: Iterable[bytes | memoryview]) -> int:
        with self._watching():
            names = self.folders[self._folder(path.parent)]
            if path.name in names:
                self.log.append(Written(names[path.name], b""))
            else:
                self._name(path, is_folder=False)
            self._writing = path, names[path.name]
            try:
                return super().write(path, pieces)
            finally:
                self._note_data()
                self._writing = None

    def make_folder(self, path: Path, *, flush: bool = True) -> None:
        with self._watching():
            super().make_folder(path, flush=flush)

    def sync_folder(self, path: Path) -> None:
        with self._watching():
            super().sync_folder(path)

    def replace(self, source: Path, target: Path) -> None:
        with self._watching():
            super().replace(source, target)

    def remove(self, path: Path) -> None:
        with self._watching():
            if path.exists():
                gone = [path, *path.rglob("*")] if path.is_dir() else [path]
                for each in reversed(gone):
                    folder = self._folder(each.parent)
                    del self.folders[folder][each.name]
                    self.log.append(Removed(folder, each.name))
            super().remove(path)
            assert not path.exists()

    def volatile(self) -> set[str]:
        """The paths that running programs see, by the record."""

        def walk(inode: int, place: str) -> Iterator[str]:
            for name, child in self.folders[inode].items():
                yield place + name
                if child in self.folders:
                    yield from walk(child, f"{place}{name}/")

        return set(walk(0, ""))

    def _flushed(self, handle: int) -> None:
        status = os.fstat(handle)
        if S_ISDIR(status.st_mode):
            self._folder_flushed(self._same(status))
        else:
            assert self._writing is not None
            assert os.path.samestat(status, os.stat(self._writing[0]))
            self._note_data()
            self._file_flushed(self._writing[1])

    def _file_flushed(self, inode: int) -> None:
        self.log.append(FileFlushed(inode))

    def _folder_flushed(self, inode: int) -> None:
        self.log.append(FolderFlushed(inode))

    def _note_data(self) -> None:
        assert self._writing is not None
        path, inode = self._writing
        event = Written(inode, path.read_bytes() if path.exists() else b"")
        if event not in self.log[-2:]:
            self.log.append(event)

    def _new(self, is_folder: bool) -> int:
        inode, self._inodes = self._inodes, self._inodes + 1
        if is_folder:
            self.folders[inode] = {}
        return inode

    def _name(self, path: Path, *, is_folder: bool) -> None:
        folder, inode = self._folder(path.parent), self._new(is_folder)
        self.folders[folder][path.name] = inode
        self.log.append(Named(folder, path.name, inode, is_folder))

    def _folder(self, path: Path) -> int:
        inode = 0
        for name in path.relative_to(self.base).parts:
            inode = self.folders[inode][name]
        return inode

    def _same(self, status: os.stat_result) -> int:
        waiting = [(0, self.base)]
        while waiting:
            inode, path = waiting.pop()
            if os.path.samestat(status, os.stat(path)):
                return inode
            waiting += [(child, path / name) for name, child in self.folders[inode].items() if child in self.folders]
        raise AssertionError("a folder was flushed that is not below the recorded one")

    @contextmanager
    def _watching(self) -> Iterator[None]:
        real_mkdir, real_replace = os.mkdir, os.replace

        def mkdir(path: Any, *options: Any, **more: Any) -> None:
            real_mkdir(path, *options, **more)
            self._name(Path(path), is_folder=True)

        def replace(source: Any, target: Any) -> None:
            real_replace(source, target)
            old, new = Path(source), Path(target)
            places = self._folder(old.parent), self._folder(new.parent)
            inode = self.folders[places[0]].pop(old.name)
            self.folders[places[1]][new.name] = inode
            self.log.append(Renamed(places[0], old.name, places[1], new.name, inode))

        with self._lock, patch.multiple(os, fsync=self._flushed, mkdir=mkdir, replace=replace, rename=replace):
            yield
