"""A commit: one JSON file that names everything an index is made of at one moment."""

from __future__ import annotations

__all__ = [
    "CURRENT",
    "FORMAT",
    "Commit",
    "SegmentEntry",
    "commit_numbers",
    "current",
    "now",
    "pointer",
    "publish",
    "stored",
]

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from findry.errors import CapabilityError, IndexDamaged, MissingResource
from findry.index.arrays import RESTORE, FileStamp
from findry.index.checksums import file_sum, same
from findry.index.files import DISK, Files

FORMAT, READABLE = 2, (1, 2)
CURRENT, COMMITS, SEGMENTS, DELETES, STAGING = "CURRENT", "commits", "segments", "deletes", "staging"


@dataclass(frozen=True)
class SegmentEntry:
    """A segment as a commit sees it: its files, and the delete deltas that apply to it."""

    name: str
    files: Mapping[str, FileStamp]
    docs: int
    rows: int
    deletes: Mapping[str, FileStamp] = field(default_factory=dict)


@dataclass(frozen=True)
class Commit:
    """The state of an index: number, identity card, segments, and names in use.

    version: counts the states of the documents; a merge makes a new commit of the same version.
    """

    number: int
    index_id: str
    card: Mapping[str, Any]
    segments: tuple[SegmentEntry, ...] = ()
    next_segment: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    version: int = 0

    @property
    def origin(self) -> str:
        """What spaces of this commit call their origin."""
        return f"{self.index_id}@{self.number}"

    def to_json(self) -> bytes:
        """The bytes of the commit file; the last key is a checksum of all the others."""
        segments = [_written(entry) for entry in self.segments]
        content = {"format": FORMAT, **vars(self), "segments": segments}
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, default=dict)
        return f'{text[:-1]}, "checksum": "{_checksum(text)}"}}'.encode()

    @classmethod
    def from_json(cls, raw: bytes, where: str) -> Commit:
        """Read a commit file; `IndexDamaged` when it is not whole."""
        try:
            version, commit = _read(raw)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexDamaged("a commit file is damaged", where=where, hint=RESTORE) from error
        if commit is None:
            raise CapabilityError(
                "the index was written by a newer findry",
                expected=f"format {' or '.join(map(str, READABLE))}",
                received=f"format {version}",
                where=where,
                hint="pip install --upgrade findry",
            )
        return commit


@lru_cache(maxsize=8)
def _read(raw: bytes) -> tuple[Any, Commit | None]:
    """The format of a commit file and the commit, None for a format that is not known.

    A change reads the same few files again and again, to see that they are whole.
    """
    content = json.loads(raw)
    stamp = content.pop("checksum")
    if stamp != _checksum(json.dumps(content, sort_keys=True, ensure_ascii=True)):
        raise ValueError("checksum")
    version = content.pop("format")
    if version not in READABLE:
        return version, None
    segments = tuple(_segment(entry, version) for entry in content.pop("segments"))
    return version, Commit(segments=segments, **content)


def _checksum(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _written(entry: SegmentEntry) -> dict[str, Any]:
    stamps = {
        kind: {name: vars(stamp) for name, stamp in held.items()}
        for kind, held in (("files", entry.files), ("deletes", entry.deletes))
    }
    return {**vars(entry), **stamps}


def _segment(entry: dict[str, Any], version: int) -> SegmentEntry:
    mark = "b2:" if version == 1 else ""
    stamps = {
        kind: {n: FileStamp(s["length"], mark + s["checksum"]) for n, s in entry[kind].items()}
        for kind in ("files", "deletes")
    }
    return SegmentEntry(entry["name"], stamps["files"], entry["docs"], entry["rows"], stamps["deletes"])


def pointer(root: Path, files: Files = DISK) -> bytes:
    """What CURRENT holds: number and checksum of the newest commit.  It changes with every commit.

    Errors: `MissingResource` when there is no index, `IndexDamaged` when only CURRENT is gone.
    """
    try:
        return files.read(root / CURRENT)
    except IndexDamaged as error:
        if commit_numbers(root, files):
            raise _lost("CURRENT is missing", root, files) from error
        hint = f"make one: findry index SOURCE -o {root}"
        raise MissingResource("no index here", where=str(root), hint=hint) from error


def current(root: Path, files: Files = DISK) -> Commit:
    """The newest commit of the index in `root`.

    A writer may retire a commit between the moment its number is read and the moment its file is; the newer one
    is then read.

    Errors: `MissingResource` when there is no index; `IndexDamaged` when its files do not fit.
    """
    pointed = pointer(root, files)
    while True:
        try:
            return _pointed(root, pointed, files)
        except IndexDamaged:
            before, pointed = pointed, pointer(root, files)
            if pointed == before:
                raise


def _pointed(root: Path, pointed: bytes, files: Files) -> Commit:
    name, _, checksum = pointed.decode("ascii", "replace").partition(" ")
    path = root / COMMITS / f"{name}.json"
    if not name.isdecimal() or not files.exists(path):
        raise _lost("CURRENT names no commit", root, files, repr(name))
    raw = files.read(path)
    commit = Commit.from_json(raw, str(path))
    if commit.number != int(name):
        raise IndexDamaged("a commit file has another number than its name", where=str(path), hint=RESTORE)
    if not (same(raw, checksum) if checksum else json.loads(raw)["format"] == 1):
        raise _lost("CURRENT and the commit that it names do not fit", root, files)
    if commit_numbers(root, files)[-1] > commit.number + 1:
        raise _lost("CURRENT names a commit after which others were published", root, files, repr(name))
    return commit


def _lost(what: str, root: Path, files: Files, received: str | None = None) -> IndexDamaged:
    kept = ", ".join(map(str, commit_numbers(root, files))) or "none"
    hint = f"commits that are still there, to open with `--commit N`: {kept}"
    return IndexDamaged(what, received=received, where=str(root / CURRENT), hint=hint)


def stored(root: Path, number: int, files: Files = DISK) -> Commit:
    """A commit by its number; `MissingResource` when it is not kept any more."""
    path = root / COMMITS / f"{number:06d}.json"
    if not files.exists(path):
        kept = ", ".join(map(str, commit_numbers(root, files))) or "none"
        raise MissingResource(
            "this commit is not kept", expected=f"one of {kept}", received=str(number), where=str(root)
        )
    commit = Commit.from_json(files.read(path), str(path))
    if commit.number != number:
        raise IndexDamaged("a commit file has another number than its name", where=str(path), hint=RESTORE)
    return commit


def publish(root: Path, commit: Commit, files: Files = DISK) -> None:
    """Make a commit the newest: its file, its folder, CURRENT, the root, each flushed in this order.

    When this returns, the commit survives a power cut; until CURRENT is renamed, readers see the old one.
    """
    name, raw = f"{commit.number:06d}", commit.to_json()
    path = root / COMMITS / f"{name}.json"
    files.write(path.with_suffix(".part"), [raw])
    files.replace(path.with_suffix(".part"), path)
    files.sync_folder(root / COMMITS)
    files.write(root / f"{CURRENT}.part", [f"{name} {file_sum(raw)}".encode()])
    files.replace(root / f"{CURRENT}.part", root / CURRENT)
    files.sync_folder(root)


def now() -> str:
    """The time of a commit: UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def commit_numbers(root: Path, files: Files = DISK) -> list[int]:
    """The commits that are still stored, oldest first."""
    stems = [name.removesuffix(".json") for name in files.names(root / COMMITS) if name.endswith(".json")]
    return sorted(int(stem) for stem in stems if stem.isdigit())
