"""A copy of one commit of an index, which is an index itself."""

from __future__ import annotations

__all__ = ["BackedUp", "backup"]

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from findry.errors import IndexDamaged, InputError
from findry.index.arrays import DATA, DIRECTORY, RESTORE
from findry.index.checksums import same
from findry.index.commit import (
    COMMITS,
    CURRENT,
    DELETES,
    SEGMENTS,
    STAGING,
    Commit,
    SegmentEntry,
    current,
    publish,
    stored,
)
from findry.index.files import DISK, Files
from findry.index.lock import WriterLock
from findry.index.retire import retire
from findry.index.snapshot import Snapshot, newest

PIECE = 1 << 24


@dataclass(frozen=True)
class BackedUp:
    """What a backup did: the commit that it holds, and how many bytes were copied and were there already."""

    commit: int
    copied: int
    kept: int


def backup(root: Path, target: Path, number: int | None = None, files: Files = DISK) -> BackedUp:
    """Copy a commit (the newest by default) to a new folder, or to an older backup of the same index.

    Writers may go on meanwhile: the commit is held by open maps.  Every byte is compared with its checksum before
    it is written.  Segments that an older backup holds already are compared and not copied again.  The target is an
    index at every moment, the older one until the last step; commits are numbered as in the source.

    Errors: `InputError` when the target is something else, `IndexDamaged` when the source is damaged.
    Cost: one pass over the bytes of the commit.
    """
    snapshot, deletes = _held(root, number, files)
    commit = snapshot.commit
    _prepare(target, commit, files)
    copied = kept = 0
    with WriterLock(target / "write.lock"):
        used = _used(target, files)
        for entry, segment in zip(commit.segments, snapshot.segments, strict=True):
            segment.arrays.verify()
            contents: dict[str, bytes | memoryview] = {DATA: segment.arrays.data, DIRECTORY: segment.arrays.directory}
            length = sum(map(len, contents.values()))
            if _holds(target / SEGMENTS / entry.name, entry, files):
                kept += length
                continue
            if entry.name in used:
                raise InputError(
                    "the older backup has another history than the index",
                    received=f"another segment {entry.name}",
                    where=str(target),
                    hint="choose a new folder",
                )
            files.make_folder(target / SEGMENTS / entry.name)
            for name, raw in contents.items():
                files.write(target / SEGMENTS / entry.name / name, _pieces(raw))
            files.sync_folder(target / SEGMENTS / entry.name)
            copied += length
        for name, raw in deletes.items():
            files.write(target / DELETES / name, [raw])
            copied += len(raw)
        files.sync_folder(target / SEGMENTS)
        files.sync_folder(target / DELETES)
        publish(target, commit, files)
        retire(target, commit, 1, files)
    return BackedUp(commit.number, copied, kept)


def _held(root: Path, number: int | None, files: Files) -> tuple[Snapshot, dict[str, bytes]]:
    """A snapshot, and the bytes of its delete files, all of one commit that a writer may be about to retire."""
    while True:
        snapshot = newest(root, files) if number is None else Snapshot(root, stored(root, number, files), files)
        try:
            return snapshot, dict(_deletes(root, snapshot.commit, files))
        except IndexDamaged:
            if number is not None or current(root, files).number == snapshot.commit.number:
                raise


def _deletes(root: Path, commit: Commit, files: Files) -> Iterator[tuple[str, bytes]]:
    for entry in commit.segments:
        for name, stamp in entry.deletes.items():
            raw = files.read(root / DELETES / name)
            if not same(raw, stamp.checksum):
                raise IndexDamaged(
                    "a file of deletes is not what was written", where=str(root / DELETES / name), hint=RESTORE
                )
            yield name, raw


def _prepare(target: Path, commit: Commit, files: Files) -> None:
    """Make the folders of an index, or refuse a folder that holds something else."""
    if files.exists(target / CURRENT):
        older = current(target, files)
        if older.index_id != commit.index_id or older.number > commit.number:
            raise InputError(
                "the folder holds another index or a newer commit",
                expected=f"a backup of index {commit.index_id} up to commit {commit.number}",
                received=f"index {older.index_id} at commit {older.number}",
                where=str(target),
                hint="choose a new folder",
            )
    elif set(files.names(target)) - {COMMITS, SEGMENTS, DELETES, STAGING, "write.lock"}:
        raise InputError("there is something in this folder already", where=str(target), hint="choose a new folder")
    for folder in (target, *(target / name for name in (COMMITS, SEGMENTS, DELETES, STAGING))):
        files.make_folder(folder)


def _used(target: Path, files: Files) -> set[str]:
    """The segments of the backup that is there."""
    if not files.exists(target / CURRENT):
        return set()
    return {entry.name for entry in current(target, files).segments}


def _holds(folder: Path, entry: SegmentEntry, files: Files) -> bool:
    """Whether a folder has the files of a segment, to the byte."""
    try:
        return all(
            files.exists(folder / name) and same(files.map(folder / name), stamp.checksum)
            for name, stamp in entry.files.items()
        )
    except IndexDamaged:
        return False


def _pieces(raw: bytes | memoryview) -> Iterator[bytes | memoryview]:
    for start in range(0, len(raw), PIECE):
        yield raw[start : start + PIECE]
