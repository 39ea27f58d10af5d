"""Memory of this process as Linux counts it, and bytes in a folder."""

from __future__ import annotations

__all__ = ["Children", "available", "folder_bytes", "resident"]

import os
import threading
from pathlib import Path

PAUSE = 0.2


def resident(process: str = "self") -> dict[str, int]:
    """Bytes: peak (all resident pages at their most), own (memory of its own now), files (mapped files now).

    The peak is VmHWM; ru_maxrss of a child starts at the size of its parent.  Empty where /proc is not there.
    """
    kinds = {"VmHWM": "peak", "RssAnon": "own", "RssFile": "files"}
    try:
        lines = [line.split() for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines()]
    except OSError:
        return {}
    return {kinds[name]: int(parts[0]) << 10 for head, *parts in lines if (name := head.rstrip(":")) in kinds}


class Children:
    """The sum of the peaks of all processes that this one starts while it is watched, looked at every 0.2 seconds."""

    def __init__(self) -> None:
        self._peaks: dict[str, int] = {}
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    @property
    def peak(self) -> int:
        """Bytes."""
        return sum(self._peaks.values())

    def _look(self) -> None:
        while not self._over.wait(PAUSE):
            for listed in Path("/proc/self/task").glob("*/children"):
                for process in listed.read_text("ascii").split():
                    self._peaks[process] = max(self._peaks.get(process, 0), resident(process).get("peak", 0))

    def __enter__(self) -> Children:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()


def available() -> int:
    """Bytes of memory that can be had without swapping; 0 where that cannot be told."""
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)
