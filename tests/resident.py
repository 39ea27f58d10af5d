"""Resident memory of this process, as Linux counts it."""

from __future__ import annotations

__all__ = ["COUNTED", "mapped", "resident"]

import sys
from pathlib import Path

COUNTED = sys.platform == "linux"


def resident() -> dict[str, int]:
    """Bytes of RssAnon (memory of its own) and RssFile (pages of mapped files, shared with the page cache)."""
    lines = (line.split() for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return {parts[0].rstrip(":"): int(parts[1]) << 10 for parts in lines if parts[0] in ("RssAnon:", "RssFile:")}


def mapped(name: str) -> tuple[int, int]:
    """Bytes that are mapped of files whose path ends so, and how many of them are resident in this process."""
    size, inside, within = 0, 0, False
    for line in Path("/proc/self/smaps").read_text("utf-8").splitlines():
        parts = line.split()
        if "-" in parts[0]:
            within = parts[-1].endswith(name)
        elif within and parts[0] == "Size:":
            size += int(parts[1]) << 10
        elif within and parts[0] == "Rss:":
            inside += int(parts[1]) << 10
    return size, inside
