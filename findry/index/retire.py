"""Removing what no kept commit uses."""

from __future__ import annotations

__all__ = ["remove_staging", "retire"]

import contextlib
from pathlib import Path

from findry.index.commit import COMMITS, DELETES, SEGMENTS, STAGING, Commit, commit_numbers
from findry.index.files import DISK, Files


def retire(root: Path, newest: int, keep: int, files: Files = DISK) -> None:
    """Keep commit `newest` and the `keep` - 1 before it; remove others and all that only others name.

    Commits after `newest` were never published.  A system that refuses to remove a file in use leaves
    it for a later call.  Call it only while holding the writer lock.
    """
    numbers = commit_numbers(root, files)
    kept = [number for number in numbers if number <= newest][-keep:]
    commits = [_read(root, number, files) for number in kept]
    segments = {entry.name for commit in commits for entry in commit.segments}
    deletes = {name for commit in commits for entry in commit.segments for name in entry.deletes}
    with contextlib.suppress(OSError):
        for number in sorted(set(numbers) - set(kept)):
            files.remove(root / COMMITS / f"{number:06d}.json")
        for folder, used in ((SEGMENTS, segments), (DELETES, deletes)):
            for name in files.names(root / folder):
                if name not in used:
                    files.remove(root / folder / name)


def _read(root: Path, number: int, files: Files) -> Commit:
    path = root / COMMITS / f"{number:06d}.json"
    return Commit.from_json(files.read(path), str(path))


def remove_staging(root: Path, files: Files = DISK) -> None:
    """Remove what dead writers left; call it only while holding the writer lock."""
    for name in files.names(root / STAGING):
        files.remove(root / STAGING / name)
