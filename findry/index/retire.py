"""Removing what no kept commit uses."""

from __future__ import annotations

__all__ = ["kept_commits", "remove_staging", "retire"]

import contextlib
from collections.abc import Sequence
from pathlib import Path

from findry.errors import FindryError
from findry.index.commit import COMMITS, DELETES, SEGMENTS, STAGING, Commit, commit_numbers, stored
from findry.index.files import DISK, Files


def kept_commits(commits: Sequence[Commit], keep: int) -> list[Commit]:
    """The newest commit of each of the last `keep` states; a merge makes a new commit of the same state.

    >>> made = [Commit(n, "", {}, version=v) for n, v in ((1, 1), (2, 2), (3, 2), (4, 3))]
    >>> [commit.number for commit in kept_commits(made, 2)]
    [3, 4]
    """
    newest = {commit.version: commit for commit in sorted(commits, key=lambda commit: commit.number)}
    return [newest[version] for version in sorted(newest)[-keep:]]


def retire(root: Path, newest: Commit, keep: int, files: Files = DISK) -> None:
    """Keep the last `keep` states up to commit `newest`; remove others and all that only others name.

    Commits after `newest` were never published.  Nothing is removed while a commit cannot be read: it may be the
    way back from damage.  What the system refuses to remove is left for a later call.  Call it only while holding
    the writer lock.
    """
    with contextlib.suppress(OSError, FindryError):
        numbers = commit_numbers(root, files)
        older = [stored(root, number, files) for number in numbers if number < newest.number]
        kept = kept_commits([*older, newest], keep)
        segments = {entry.name for commit in kept for entry in commit.segments}
        deletes = {name for commit in kept for entry in commit.segments for name in entry.deletes}
        for number in sorted(set(numbers) - {commit.number for commit in kept}):
            files.remove(root / COMMITS / f"{number:06d}.json")
        for folder, used in ((SEGMENTS, segments), (DELETES, deletes)):
            for name in files.names(root / folder):
                if name not in used:
                    files.remove(root / folder / name)


def remove_staging(root: Path, files: Files = DISK) -> None:
    """Remove what dead writers left, as far as the system lets it; call it only while holding the writer lock."""
    with contextlib.suppress(OSError):
        for name in files.names(root / STAGING):
            files.remove(root / STAGING / name)
