"""The one writer of an index: it adds, replaces and deletes, and makes all of it visible by a commit."""

from __future__ import annotations

__all__ = ["Writer", "create"]

import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.arrays import FileStamp, write_arrays
from findry.index.build import build_segment
from findry.index.commit import COMMITS, CURRENT, DELETES, SEGMENTS, STAGING, Commit, SegmentEntry, current, publish
from findry.index.files import DISK, Files
from findry.index.lock import WriterLock
from findry.index.merge import choose, merge_segments
from findry.index.retire import remove_staging, retire
from findry.index.schema import Schema
from findry.index.segment import Segment
from findry.models import Encoder, require_same_card
from findry.records import Document, tie_key

FLUSH_CHARACTERS, FLUSH_DOCUMENTS = 64_000_000, 100_000


def create(root: Path, schema: Schema, files: Files = DISK) -> Commit:
    """Make an empty index in a new or empty folder, and its first commit."""
    if (root / CURRENT).exists() or files.names(root):
        raise InputError(
            "there is something in this folder already",
            where=str(root),
            hint="choose another folder, add to the index with `findry add`, or remove it first",
        )
    for folder in (root, *(root / name for name in (COMMITS, SEGMENTS, DELETES, STAGING))):
        files.make_folder(folder)
    commit = Commit(1, uuid.uuid4().hex, {"schema": schema.card()})
    publish(root, commit, files)
    return commit


@dataclass
class _Part:
    """A segment that the next commit may hold, with the deletes that it does not yet know of."""

    segment: Segment
    entry: SegmentEntry
    staged: bool
    deleted: set[int] = field(default_factory=set)

    def live(self) -> NDArray[np.bool_]:
        live = self.segment.live_docs.copy()
        live[list(self.deleted)] = False
        return live


class Writer:
    """Adds and deletes documents; nothing is seen by readers before `commit` returns.

    One writer may be open at a time (`IndexLocked`).  A call of `add` takes all of its documents or none;
    leaving the `with` block by an error gives up everything since the last commit.
    """

    def __init__(
        self, root: Path, encoders: Mapping[str, Encoder] | None = None, *, keep: int = 2, files: Files = DISK
    ) -> None:
        self._root = root
        self._files = files
        self._keep = keep
        current(root, files)
        self._lock = WriterLock(root / "write.lock")
        self._lock.acquire()
        try:
            remove_staging(root, files)
            self._base = current(root, files)
            retire(root, self._base.number, keep, files)
            self._schema = Schema.from_card(self._base.card["schema"])
            self._encoders = encoders or {}
            self._stage = root / STAGING / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
            self._reset()
        except BaseException:
            self._lock.release()
            raise

    def _reset(self) -> None:
        self._kinds = dict(self._base.columns)
        self._next = self._base.next_segment
        entries = self._base.segments
        self._parts = [_Part(Segment(self._root, e, self._schema, self._files), e, staged=False) for e in entries]
        self._buffer: dict[str, Document] = {}
        self._buffered = 0

    def add(self, documents: Iterable[Document], *, progress: bool = False) -> int:
        """Add documents; of several with one id the last stands.  Returns how many were taken.

        An error, from the documents or from their source, refuses all of this call.
        """
        self._require_open()
        before = [(part, set(part.deleted)) for part in self._parts], self._kinds
        try:
            return self._take(documents, progress)
        except BaseException:
            self._buffer, self._buffered = {}, 0
            parts, self._kinds = before
            for part, deleted in parts:
                part.deleted = deleted
            self._parts = [part for part, _ in parts]
            raise

    def _require_encoders(self) -> None:
        """Refuse to add without the encoders of the index; only adding opens them."""
        for vectors in self._schema.vectors:
            where = f"index {str(self._root)!r}"
            if vectors.name not in self._encoders:
                raise InputError(f"adding needs the encoder of vector field {vectors.name!r}", where=where)
            require_same_card(dict(vectors.encoder), self._encoders[vectors.name].card, where=where)

    def _take(self, documents: Iterable[Document], progress: bool) -> int:
        self._require_encoders()
        taken = 0
        for document in documents:
            if not isinstance(document, Document):
                raise InputError("only documents can be added", received=type(document).__name__)
            self._buffer[document.id] = document
            self._buffered += sum(map(len, document.text.values()))
            taken += 1
            if self._buffered > FLUSH_CHARACTERS or len(self._buffer) >= FLUSH_DOCUMENTS:
                self._flush(progress)
        self._flush(progress)
        return taken

    def delete(self, ids: Iterable[str] | str) -> int:
        """Delete documents by id; unknown ids are passed over.  Returns how many were there."""
        self._require_open()
        ids = [ids] if isinstance(ids, str) else ids
        return sum(self._forget(id) for id in dict.fromkeys(ids))

    def _require_open(self) -> None:
        if not self._lock.held:
            raise InputError("the writer is closed", where=str(self._root), hint="open another one")

    def _forget(self, id: str) -> bool:
        key = tie_key(id)
        for part in self._parts:
            doc = part.segment.find(id, key)
            if doc >= 0 and doc not in part.deleted:
                part.deleted.add(doc)
                return True
        return False

    def _flush(self, progress: bool = False) -> None:
        """Build a segment of what was added since the last one, in staging."""
        if not self._buffer:
            return
        documents = list(self._buffer.values())
        self._buffer, self._buffered = {}, 0
        arrays, meta, kinds = build_segment(documents, self._schema, self._encoders, self._kinds, progress=progress)
        part = self._write_segment(arrays, meta)
        for document in documents:
            self._forget(document.id)
        self._kinds = kinds
        self._parts.append(part)

    def _write_segment(self, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> _Part:
        name = f"{self._next:06d}"
        folder = self._stage / SEGMENTS / name
        self._files.make_folder(folder)
        stamps = write_arrays(folder, arrays, meta, self._files)
        self._files.sync_folder(folder)
        self._next += 1
        entry = SegmentEntry(name, stamps, meta["docs"], meta["rows"])
        return _Part(Segment(self._stage, entry, self._schema, self._files), entry, staged=True)

    @property
    def changed(self) -> bool:
        """Whether a commit would change anything."""
        return any(part.staged or part.deleted for part in self._parts)

    def commit(self, *, merge: bool = True) -> Commit:
        """Make everything since the last commit visible and durable, or nothing of it.

        When this returns, the changes survive a kill and a power cut.  Small segments may be merged
        on the way.
        """
        self._require_open()
        if not self.changed:
            return self._base
        if merge:
            self._merge(choose([int(part.live().sum()) for part in self._parts]))
        number = self._base.number + 1
        entries = tuple(self._settle(part, number) for part in self._parts)
        self._files.sync_folder(self._root / SEGMENTS)
        self._files.sync_folder(self._root / DELETES)
        entries = tuple(entry for entry in entries if entry.docs)
        commit = replace(
            self._base, number=number, segments=entries, next_segment=self._next, columns=dict(self._kinds)
        )
        publish(self._root, commit, self._files)
        self._base = commit
        retire(self._root, commit.number, self._keep, self._files)
        self._files.remove(self._stage)
        self._reset()
        return commit

    def optimize(self) -> Commit:
        """Merge all segments into one, dropping deleted documents, and commit."""
        self._require_open()
        if len(self._parts) > 1 or any(len(p.segment.deleted) or p.deleted for p in self._parts):
            self._merge(list(range(len(self._parts))))
        return self.commit(merge=False)

    def _merge(self, numbers: list[int]) -> None:
        if not numbers:
            return
        chosen = [self._parts[number] for number in numbers]
        arrays, meta = merge_segments([(p.segment, p.live()) for p in chosen], self._schema, self._kinds)
        merged = self._write_segment(arrays, meta)
        self._parts = [p for n, p in enumerate(self._parts) if n not in set(numbers)] + [merged]

    def _settle(self, part: _Part, number: int) -> SegmentEntry:
        """Put a staged segment in its place and write the new deletes of a part."""
        entry = part.entry
        if part.staged:
            self._files.replace(self._stage / SEGMENTS / entry.name, self._root / SEGMENTS / entry.name)
        if part.deleted:
            raw = np.array(sorted(part.deleted), "<i4").tobytes()
            name = f"{number:06d}-{entry.name}.i4"
            self._files.write(self._root / DELETES / name, [raw])
            stamp = FileStamp(len(raw), blake2b(raw, digest_size=16).hexdigest())
            entry = replace(entry, deletes={**entry.deletes, name: stamp})
        return entry

    def close(self) -> None:
        """Give up what was not committed and free the lock; twice is fine."""
        self._files.remove(self._stage)
        self._lock.release()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()
