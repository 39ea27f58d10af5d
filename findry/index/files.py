"""The one layer through which an index touches the disk.

Everything that is written is flushed to the device before its name is used by anything else, so
that the order of operations alone makes a commit durable.  Tests replace this object to record
every operation, to replay prefixes of them, or to make one call fail.
"""

from __future__ import annotations

__all__ = ["DISK", "Files"]

import mmap
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from findry.errors import IndexDamaged

ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class Files:
    """Plain files of a local file system.

    Errors: `OSError` of the system, unchanged; `IndexDamaged` when a file that must exist does not.
    """

    def write(self, path: Path, pieces: Iterable[bytes | memoryview]) -> int:
        """Write a new file and flush it to the device; returns its length in bytes."""
        length = 0
        with open(path, "wb") as out:
            for piece in pieces:
                length += out.write(piece)
            out.flush()
            self._flush_device(out.fileno())
        return length

    def make_folder(self, path: Path, *, flush: bool = True) -> None:
        """Create a folder, and those above it that are missing, and flush the entry of each.

        flush: not needed where the name is lost or changed before anything relies on it, as in staging.
        """
        if not path.parent.exists():
            self.make_folder(path.parent, flush=flush)
        path.mkdir(exist_ok=True)
        if flush:
            self.sync_folder(path.parent)

    def sync_folder(self, path: Path) -> None:
        """Flush the names in a folder; does nothing where the system has no such call."""
        if os.name != "posix":
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another name in one step, replacing what had it."""
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file or a folder with all that is in it; a missing one is fine."""
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def exists(self, path: Path) -> bool:
        """Whether there is a file or folder of this name."""
        return path.exists()

    def names(self, path: Path) -> list[str]:
        """Sorted names in a folder; empty where there is none."""
        return sorted(os.listdir(path)) if path.is_dir() else []

    def read(self, path: Path) -> bytes:
        """The whole of a file."""
        try:
            with open(path, "rb", buffering=0) as source:
                return source.readall()
        except ABSENT as error:
            raise IndexDamaged("a file of the index is missing", where=str(path)) from error

    def map(self, path: Path) -> memoryview:
        """A read-only view of a file, paged in as it is touched."""
        try:
            with open(path, "rb") as source:
                if os.fstat(source.fileno()).st_size == 0:
                    return memoryview(b"")
                return memoryview(mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ))
        except ABSENT as error:
            raise IndexDamaged("a file of the index is missing", where=str(path)) from error

    @staticmethod
    def _flush_device(handle: int) -> None:
        try:
            import fcntl

            full = getattr(fcntl, "F_FULLFSYNC", None)
        except ImportError:
            full = None
        if full is None:
            os.fsync(handle)
        else:
            fcntl.fcntl(handle, full)


DISK = Files()
