"""Reading every byte of an index and comparing it with what was written."""

from __future__ import annotations

__all__ = ["Verified", "verify"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from findry.errors import IndexDamaged
from findry.index.arrays import RESTORE, ArrayFile, FileStamp
from findry.index.checksums import same
from findry.index.commit import DELETES, SEGMENTS, Commit, SegmentEntry, commit_numbers, current, stored
from findry.index.files import DISK, Files


@dataclass
class Verified:
    """What `verify` read, and all that was wrong with it.

    intact: the commits that are whole, oldest first.  unused: files that no commit names; a writer removes them.
    """

    newest: int | None = None
    files: int = 0
    bytes: int = 0
    intact: list[int] = field(default_factory=list)
    damage: list[IndexDamaged] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was wrong."""
        return not self.damage


def verify(
    root: Path, files: Files = DISK, *, seen: Callable[[str, int], object] = lambda _name, _bytes: None
) -> Verified:
    """Read every file of every kept commit and compare it with its checksums; `seen` hears of each.

    Damage does not end the reading: all of it is in the result.  A commit that is retired by a writer meanwhile
    is passed over.

    Errors: `MissingResource` when there is no index, `CapabilityError` when a newer findry wrote it.
    Cost: one pass over all bytes, at the speed of the disk.
    """
    found, damaged = Verified(), set[str]()
    named: dict[str, tuple[int, bool]] = {}
    try:
        found.newest = current(root, files).number
    except IndexDamaged as error:
        found.damage.append(error)
    for number in commit_numbers(root, files):
        try:
            commit = stored(root, number, files)
        except IndexDamaged as error:
            if number in commit_numbers(root, files):
                found.damage.append(error)
            continue
        found.files, found.bytes = found.files + 1, found.bytes + len(commit.to_json())
        whole = True
        for place, length, check in _pieces(root, commit, files):
            if place not in named:
                try:
                    check()
                    named[place] = length, True
                except IndexDamaged as error:
                    if number not in commit_numbers(root, files):
                        break
                    named[place] = length, False
                    if str(error) not in damaged:
                        damaged.add(str(error))
                        found.damage.append(error)
                seen(place, length)
            whole = whole and named[place][1]
        else:
            found.intact += [number] * whole
    found.files += len(named)
    found.bytes += sum(length for length, _ in named.values())
    found.unused = _unused(root, named, files)
    return found


def _pieces(root: Path, commit: Commit, files: Files) -> Iterator[tuple[str, int, Callable[[], None]]]:
    """The segments and delete files of a commit: place, length in bytes, and how to check it."""
    for entry in commit.segments:
        length = sum(stamp.length for stamp in entry.files.values())
        yield f"{SEGMENTS}/{entry.name}", length, partial(_check_segment, root, entry, files)
        for name, stamp in entry.deletes.items():
            yield f"{DELETES}/{name}", stamp.length, partial(_check_deletes, root / DELETES / name, stamp, files)


def _check_segment(root: Path, entry: SegmentEntry, files: Files) -> None:
    ArrayFile(root / SEGMENTS / entry.name, entry.files, files).verify()


def _check_deletes(path: Path, stamp: FileStamp, files: Files) -> None:
    if not same(files.read(path), stamp.checksum):
        raise IndexDamaged("a file of deletes is not what was written", where=str(path), hint=RESTORE)


def _unused(root: Path, named: dict[str, tuple[int, bool]], files: Files) -> list[str]:
    """Segments and delete files that no commit names."""
    there = [f"{folder}/{name}" for folder in (SEGMENTS, DELETES) for name in files.names(root / folder)]
    return [place for place in there if place not in named]
