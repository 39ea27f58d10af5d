"""The file CURRENT as it was read: whether an index has a newer commit by now."""

from __future__ import annotations

__all__ = ["Current"]

import os
from os import PathLike, fspath

from findry.index.commit import CURRENT


class Current:
    """What CURRENT holds, and a look at whether it is still that file, in one call to the system.

    A commit puts a new file in its place, whose number (inode) is another one, for this object keeps the file that it
    read open.  `content` is empty where there is no file to read.
    Cost of `same`: 2 us, where reading the file takes 5; on a network folder attributes may be some seconds old.
    """

    def __init__(self, root: str | PathLike[str]) -> None:
        self._path, self._handle, self.content = os.path.join(fspath(root), CURRENT), -1, b""
        self._mark: tuple[int, ...] | None = None
        try:
            self._handle = os.open(self._path, os.O_RDONLY)
            then = os.fstat(self._handle)
            self.content = os.read(self._handle, 4096)
            self._mark = then.st_ino, then.st_mtime_ns, then.st_size, then.st_dev
        except OSError:
            pass

    def same(self) -> bool:
        """Whether the path still leads to the file that was read, and nobody wrote to that."""
        try:
            now = os.stat(self._path)
            return (now.st_ino, now.st_mtime_ns, now.st_size, now.st_dev) == self._mark
        except OSError:
            return False

    def __del__(self) -> None:
        if self._handle >= 0 and os is not None:
            os.close(self._handle)
