"""Memory of this process as Linux counts it, and bytes in a folder."""

from __future__ import annotations

__all__ = ["available", "folder_bytes", "resident"]

import os
from pathlib import Path


def resident() -> dict[str, int]:
    """Bytes: peak (all resident pages at their most), own (memory of its own now), files (mapped files now).

    The peak is VmHWM; ru_maxrss of a child starts at the size of its parent.  Empty where /proc is not there.
    """
    kinds = {"VmHWM": "peak", "RssAnon": "own", "RssFile": "files"}
    try:
        lines = [line.split() for line in Path("/proc/self/status").read_text("ascii").splitlines()]
    except OSError:
        return {}
    return {kinds[name]: int(parts[0]) << 10 for head, *parts in lines if (name := head.rstrip(":")) in kinds}


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
