"""One writer at a time: an operating-system lock held for the writer's life."""

from __future__ import annotations

__all__ = ["WriterLock"]

import contextlib
import os
import socket
from pathlib import Path
from types import TracebackType
from typing import IO

from findry.errors import IndexLocked


class WriterLock:
    """A lock on ``write.lock``; the system frees it when the process ends, however it ends.

    Errors: `IndexLocked` naming the process that holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock at once or refuse."""
        file = open(self._path, "ab+", buffering=0)  # noqa: SIM115 - held for the writer's life
        try:
            _lock(file)
        except OSError as error:
            file.seek(0)
            holder = file.read().decode("ascii", "replace").strip() or "an unknown process"
            file.close()
            raise IndexLocked(
                "another writer holds the index",
                received=f"held by {holder}",
                where=str(self._path),
                hint="wait for it to end; readers are not affected",
            ) from error
        with contextlib.suppress(OSError):  # on a full disk the note for others is missing, the lock holds
            note = f"pid {os.getpid()} on {socket.gethostname()}\n".encode("ascii", "replace")
            file.seek(0)
            if file.read() != note:  # emptying a file costs a millisecond
                file.truncate(0)
                file.write(note)
        self._file = file

    @property
    def held(self) -> bool:
        """Whether this object has the lock."""
        return self._file is not None

    def release(self) -> None:
        """Give the lock back; twice is fine."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> WriterLock:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
