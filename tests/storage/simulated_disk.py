"""What a power cut may leave of recorded changes.

Assumed of the file system (POSIX with a journal, such as ext4 or XFS), and nothing beyond it:

- A file's bytes are on the device once the file was flushed after they were written.  Until then the file may hold
  what it held at its last flush, nothing, a first part, zeros or any bytes of the right length, or all of them.
- A name given, changed or taken away in a folder is on the device once that folder was flushed afterwards.  Flushing
  a file does not flush its name, flushing a folder does not flush the folder's own name, and nothing is flushed by
  flushing something else.  (ext4 and XFS promise more: their one journal keeps the order of all such changes.)
- Changes of names that are not flushed reach the device in any subset; those that do take effect in the order in which
  they were made.  A rename is one change, seen whole or not at all, also between folders; it is flushed with the
  folder of its target.  When it reached the device and the earlier naming of its source did not, the target is there.
- A removed file whose removal did not reach the device is whole.
- What was flushed stays: devices that lie about flushes and bytes that decay are other trials.
"""

from __future__ import annotations

__all__ = ["Cut", "Tree", "cuts", "put"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from recorded_files import (
    Acknowledged,
    Event,
    FileFlushed,
    FolderFlushed,
    Named,
    RecordedFiles,
    Removed,
    Renamed,
    Written,
)

Tree = dict[str, bytes | None]
Change = Named | Renamed | Removed


@dataclass(frozen=True)
class Cut:
    """One state that a power cut may leave, with what had been acknowledged and might just be published."""

    tree: Tree
    after: int
    acknowledged: int
    coming: int
    how: str


@dataclass
class _Device:
    """What is known to be on the device, and what may be."""

    flushed: dict[int, bytes]
    seen: dict[int, bytes]
    folders: set[int]
    changes: list[Change] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)

    @property
    def dirty(self) -> list[int]:
        """Files whose bytes are not flushed."""
        return [inode for inode, data in self.seen.items() if self.flushed.get(inode) != data]

    def take(self, event: Event) -> None:
        """Go one event further."""
        if isinstance(event, Written):
            self.seen[event.inode] = event.data
        elif isinstance(event, FileFlushed):
            self.flushed[event.inode] = self.seen[event.inode]
        elif isinstance(event, FolderFlushed):
            self.pending = [n for n in self.pending if _folder(self.changes[n]) != event.inode]
        elif not isinstance(event, Acknowledged):
            if isinstance(event, Named) and event.is_folder:
                self.folders.add(event.inode)
            elif isinstance(event, Named):
                self.seen[event.inode] = b""
            self.pending.append(len(self.changes))
            self.changes.append(event)

    def tree(self, kept: frozenset[int], data: dict[int, bytes]) -> Tree:
        """The files and folders, when of the pending changes only `kept` reached the device."""
        names: dict[int, dict[str, int]] = {inode: {} for inode in self.folders}
        lost = set(self.pending) - kept
        for number, change in enumerate(self.changes):
            if number in lost:
                continue
            if isinstance(change, Named):
                names[change.folder][change.name] = change.inode
            elif isinstance(change, Removed):
                names[change.folder].pop(change.name, None)
            else:
                if names[change.source].get(change.source_name) == change.inode:
                    del names[change.source][change.source_name]
                names[change.folder][change.name] = change.inode
        found: Tree = {}
        waiting = [(0, "")]
        while waiting:
            inode, place = waiting.pop()
            for name, child in names[inode].items():
                found[place + name] = None if child in self.folders else data[child]
                if child in self.folders:
                    waiting.append((child, f"{place}{name}/"))
        return found


def _folder(change: Change) -> int:
    return change.folder


def _variants(old: bytes | None, new: bytes, rng: Random) -> dict[str, bytes]:
    return {
        "whole": new,
        "before": old if old is not None else b"",
        "empty": b"",
        "first part": new[: rng.randrange(len(new) + 1)],
        "zeros": bytes(len(new)),
        "garbage": rng.randbytes(len(new)),
    }


def _subsets(pending: Sequence[int], rng: Random, random: int) -> Iterator[tuple[str, frozenset[int]]]:
    everything = frozenset(pending)
    yield "all kept", everything
    yield "all lost", frozenset()
    for one in pending:
        yield f"change {one} lost", everything - {one}
        yield f"change {one} kept", frozenset({one})
    for _ in range(random if len(pending) > 2 else 0):
        yield "some kept", frozenset(one for one in pending if rng.random() < 0.5)


def cuts(files: RecordedFiles, rng: Random, *, random: int = 4) -> Iterator[Cut]:
    """The distinct states that a cut after each prefix of a record may leave, `random` subsets with each."""
    device = _start(files)
    marks = [event.number if isinstance(event, Acknowledged) else None for event in files.log]
    acknowledged = 0
    seen: set[object] = set()
    for after in range(len(files.log) + 1):
        if after:
            device.take(files.log[after - 1])
            acknowledged = marks[after - 1] or acknowledged
        coming = next((number for number in marks[after:] if number), acknowledged)
        for how, kept in _subsets(device.pending, rng, random):
            for told, data in _data(device, rng, every=how == "all kept"):
                tree = device.tree(kept, data)
                mark = acknowledged, coming, frozenset((place, hash(held)) for place, held in tree.items())
                if mark not in seen:
                    seen.add(mark)
                    yield Cut(tree, after, acknowledged, coming, f"{how}, {told}")


def _start(files: RecordedFiles) -> _Device:
    """The device before the first event; the record numbers what was there in the order of paths."""
    device = _Device({}, {}, {0})
    inodes = {".": 0}
    for number, (place, data) in enumerate(files.start.items(), 1):
        inodes[place] = number
        parent = inodes[Path(place).parent.as_posix()]
        if data is None:
            device.folders.add(number)
        else:
            device.flushed[number] = device.seen[number] = data
        device.changes.append(Named(parent, Path(place).name, number, data is None))
    return device


def _data(device: _Device, rng: Random, *, every: bool) -> Iterator[tuple[str, dict[int, bytes]]]:
    """Bytes of every file: one draw for those not flushed, or each kind of loss in turn."""
    dirty = {inode: _variants(device.flushed.get(inode), device.seen[inode], rng) for inode in device.dirty}
    if not dirty:
        yield "data flushed", device.flushed
        return
    kinds = list(next(iter(dirty.values())))
    for kind in kinds if every else [""]:
        drawn = {inode: kind or rng.choice(kinds) for inode in dirty}
        told = ", ".join(f"file {inode} {of_it}" for inode, of_it in drawn.items())
        yield told, device.flushed | {inode: dirty[inode][of_it] for inode, of_it in drawn.items()}


def put(tree: Tree, base: Path) -> None:
    """Write a state into a new folder."""
    base.mkdir()
    for place in sorted(tree):
        data = tree[place]
        if data is None:
            (base / place).mkdir()
        else:
            (base / place).write_bytes(data)
