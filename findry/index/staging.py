"""Where a writer builds segments before a commit names them."""

from __future__ import annotations

__all__ = ["Staging"]

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.arrays import FileStamp, write_arrays
from findry.index.checksums import file_sum
from findry.index.commit import DELETES, SEGMENTS, STAGING, SegmentEntry
from findry.index.files import Files
from findry.index.merge import merge_segments
from findry.index.parts import Part
from findry.index.schema import Schema
from findry.index.segment import Segment

MOST_DELETE_FILES = 16


class Staging:
    """One writer's folder below ``staging/``: new segments lie there, flushed, until a commit takes them over."""

    def __init__(self, root: Path, schema: Schema, files: Files) -> None:
        self._root, self._schema, self.files = root, schema, files
        self._folder = root / STAGING / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def write(self, name: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> Part:
        """A segment on disk, flushed, not yet named by anything."""
        return self.part(self.put(name, arrays, meta))

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> SegmentEntry:
        """Write a segment and flush it; another process may do so."""
        folder = self._folder / SEGMENTS / name
        self.files.make_folder(folder, flush=False)
        stamps = write_arrays(folder, arrays, meta, self.files)
        self.files.sync_folder(folder)
        return SegmentEntry(name, stamps, meta["docs"], meta["rows"])

    def part(self, entry: SegmentEntry) -> Part:
        """A segment that was put here."""
        return Part.of(Segment(self._folder, entry, self._schema, self.files), entry, staged=True)

    def merge(self, name: str, parts: Sequence[tuple[Part, NDArray[np.bool_]]], kinds: Mapping[str, str]) -> Part:
        """One new segment of the documents of several that are marked live."""
        return self.write(name, *merge_segments([(part.segment, live) for part, live in parts], self._schema, kinds))

    def settle(self, parts: Sequence[Part], number: int) -> list[SegmentEntry]:
        """Put new segments in their places, write new deletes, flush their folders; the entries of commit `number`."""
        entries = [self._settle(part, number) for part in parts]
        if any(part.staged for part in parts):
            self.files.sync_folder(self._root / SEGMENTS)
        if any(part.fresh for part in parts):
            self.files.sync_folder(self._root / DELETES)
        return entries

    def _settle(self, part: Part, number: int) -> SegmentEntry:
        entry = part.entry
        if part.staged:
            self.files.replace(self._folder / SEGMENTS / entry.name, self._root / SEGMENTS / entry.name)
        if part.fresh:
            fold = len(entry.deletes) >= MOST_DELETE_FILES
            docs = np.flatnonzero(~part.live) if fold else np.sort(np.array(part.fresh, np.int64))
            raw = docs.astype("<i4").tobytes()
            name = f"{number:06d}-{entry.name}.i4"
            self.files.write(self._root / DELETES / name, [raw])
            stamp = FileStamp(len(raw), file_sum(raw))
            entry = replace(entry, deletes={**({} if fold else entry.deletes), name: stamp})
        return entry

    def remove(self) -> None:
        """Remove what no commit took over."""
        self.files.remove(self._folder)
