"""A commit: one JSON file that names everything an index is made of at one moment."""

from __future__ import annotations

__all__ = ["FORMAT", "Commit", "SegmentEntry", "commit_numbers", "current", "publish"]

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from findry.errors import IndexDamaged, MissingResource
from findry.index.arrays import FileStamp
from findry.index.files import DISK, Files

FORMAT = 1
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
    """The state of an index: number, identity card, segments, and names in use."""

    number: int
    index_id: str
    card: Mapping[str, Any]
    segments: tuple[SegmentEntry, ...] = ()
    next_segment: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What spaces of this commit call their origin."""
        return f"{self.index_id}@{self.number}"

    def to_json(self) -> bytes:
        """The bytes of the commit file; the last key is a checksum of all the others."""
        content = {"format": FORMAT, **asdict(self)}
        text = json.dumps(content, sort_keys=True, ensure_ascii=True)
        return json.dumps({**content, "checksum": _checksum(text)}, sort_keys=True, indent=1).encode()

    @classmethod
    def from_json(cls, raw: bytes, where: str) -> Commit:
        """Read a commit file; `IndexDamaged` when it is not whole."""
        try:
            content = json.loads(raw)
            stamp = content.pop("checksum")
            if content.get("format") != FORMAT:
                raise IndexDamaged(
                    "the index has a format that this findry does not read",
                    expected=f"format {FORMAT}",
                    received=f"format {content.get('format')}",
                    where=where,
                    hint="open it with the findry that wrote it, or index the source again",
                )
            if stamp != _checksum(json.dumps(content, sort_keys=True, ensure_ascii=True)):
                raise ValueError("checksum")
            content.pop("format")
            segments = tuple(_segment(entry) for entry in content.pop("segments"))
            return cls(segments=segments, **content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamaged(
                "a commit file is damaged", where=where, hint="restore the index from a backup, or index again"
            ) from error


def _checksum(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _segment(entry: dict[str, Any]) -> SegmentEntry:
    stamps = {kind: {n: FileStamp(**s) for n, s in entry[kind].items()} for kind in ("files", "deletes")}
    return SegmentEntry(entry["name"], stamps["files"], entry["docs"], entry["rows"], stamps["deletes"])


def current(root: Path, files: Files = DISK) -> Commit:
    """The newest commit of the index in `root`.

    Errors: `MissingResource` when there is no index; `IndexDamaged` when its files do not fit.
    """
    if not (root / CURRENT).is_file():
        if commit_numbers(root, files):
            raise IndexDamaged(
                "CURRENT is missing",
                where=str(root / CURRENT),
                hint=f"it holds the name of the newest file in {COMMITS}, without .json",
            )
        raise MissingResource("no index here", where=str(root), hint=f"make one: findry index SOURCE -o {root}")
    name = files.read(root / CURRENT).decode("ascii", "replace").strip()
    path = root / COMMITS / f"{name}.json"
    if not name.isdigit() or not path.is_file():
        raise IndexDamaged("CURRENT names no commit", received=repr(name), where=str(root / CURRENT))
    commit = Commit.from_json(files.read(path), str(path))
    if commit.number != int(name):
        raise IndexDamaged("a commit file has another number than its name", where=str(path))
    return commit


def publish(root: Path, commit: Commit, files: Files = DISK) -> None:
    """Make a commit the newest: its file, its folder, CURRENT, the root, each flushed in this order.

    When this returns, the commit survives a power cut; until CURRENT is renamed, readers see the old one.
    """
    name = f"{commit.number:06d}"
    path = root / COMMITS / f"{name}.json"
    files.write(path.with_suffix(".part"), [commit.to_json()])
    files.replace(path.with_suffix(".part"), path)
    files.sync_folder(root / COMMITS)
    files.write(root / f"{CURRENT}.part", [name.encode()])
    files.replace(root / f"{CURRENT}.part", root / CURRENT)
    files.sync_folder(root)


def commit_numbers(root: Path, files: Files = DISK) -> list[int]:
    """The commits that are still stored, oldest first."""
    stems = [name.removesuffix(".json") for name in files.names(root / COMMITS) if name.endswith(".json")]
    return sorted(int(stem) for stem in stems if stem.isdigit())
