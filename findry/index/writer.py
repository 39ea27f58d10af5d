"""The one writer of an index: it adds, replaces and deletes, and makes all of it visible by a commit."""

from __future__ import annotations

__all__ = ["MergeMode", "Writer"]

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from findry.errors import FindryError, InputError, WriteFailed
from findry.index.building import Building, Built
from findry.index.columns import settled_kinds
from findry.index.commit import SEGMENTS, Commit, current, now, pointer, publish
from findry.index.draft import Draft
from findry.index.files import DISK, Files
from findry.index.keys import tie_keys
from findry.index.limits import LIMITS
from findry.index.lock import WriterLock
from findry.index.merging import Merging, due, side_by_side
from findry.index.parts import Part, forget
from findry.index.retire import remove_staging, retire
from findry.index.schema import Schema
from findry.index.snapshot import Snapshot
from findry.index.staging import Staging
from findry.models import Encoder
from findry.records import Document, DocumentBatch

log = logging.getLogger("findry.index")
FLUSH_CHARACTERS, FLUSH_DOCUMENTS = 64_000_000, 100_000
MergeMode = Literal["background", "now", "off"]


class Writer:
    """Adds and deletes documents; nothing is seen by readers before `commit` returns.

    One writer may be open at a time (`IndexLocked`).  A call of `add` takes all of its documents or none;
    leaving the `with` block by an error gives up everything since the last commit.

    keep: how many states of the index stay on disk to be opened again (a merge is no new state).
    merge: "background" merges beside the writer after a commit, and the result becomes part of a later commit or
    of one at the end; "now" merges before a commit is made visible; "off" never merges.

    Errors: `WriteFailed` when the system refuses a write, a flush or a rename.  The writer is closed then, for
    after a failed flush nobody knows what is on the device; what was committed stands.
    """

    def __init__(
        self,
        root: Path,
        encoders: Mapping[str, Encoder] | None = None,
        *,
        keep: int = 2,
        merge: MergeMode = "background",
        files: Files = DISK,
        before: Snapshot | None = None,
    ) -> None:
        if keep < 1:
            raise InputError("at least one commit must be kept", received=f"keep={keep}")
        self._root = root
        self._files = files
        self._keep = keep
        self._mode = merge
        self._merging: Merging | None = None
        current(root, files)
        self._lock = WriterLock(root / "write.lock")
        self._lock.acquire()
        try:
            remove_staging(root, files)
            self._base = current(root, files)
            retire(root, self._base, keep, files)
            self._schema = Schema.from_card(self._base.card["schema"])
            self._stage = Staging(root, self._schema, files)
            self._kinds = dict(self._base.columns)
            taken = [int(name) for name in files.names(root / SEGMENTS) if name.isdecimal()]
            self._next = max(self._base.next_segment, *(number + 1 for number in taken), 1)
            segments = Snapshot(root, self._base, files, before).segments
            held = zip(segments, self._base.segments, strict=True)
            self._parts = [Part.of(segment, entry, staged=False) for segment, entry in held]
            self._draft = Draft(self._schema)
            self._building = Building(self._stage, encoders or {})
            self._changed = False
        except BaseException:
            self._lock.release()
            raise

    def add(self, documents: Iterable[Document | DocumentBatch], *, progress: bool = False) -> int:
        """Add documents, or batches of them; of several with one id the last stands.  Returns how many were taken.

        An error, from the documents or from their source, refuses all of this call.
        """
        self._require_open()
        self._building.require_encoders(self._schema, f"index {str(self._root)!r}")
        before = [(part, len(part.fresh)) for part in self._parts], self._kinds, self._changed
        try:
            return self._take(documents, progress)
        except BaseException:
            self._abandon()
            parts, self._kinds, self._changed = before
            for part, fresh in parts:
                part.restore(fresh)
            self._parts = [part for part, _ in parts]
            raise

    def _take(self, documents: Iterable[Document | DocumentBatch], progress: bool) -> int:
        taken = 0
        for given in documents:
            self._make_room(progress)
            if isinstance(given, Document):
                self._draft.take(given, LIMITS.document(given))
                taken += 1
            elif isinstance(given, DocumentBatch):
                self._take_batch(given, progress)
                taken += len(given)
            else:
                raise InputError("only documents can be added", received=type(given).__name__)
        self._end(progress)
        return taken

    def _take_batch(self, batch: DocumentBatch, progress: bool) -> None:
        start = 0
        while start < len(batch):
            self._make_room(progress)
            stop = min(len(batch), start + FLUSH_DOCUMENTS - len(self._draft))
            part = batch if stop - start == len(batch) else batch.part(start, stop)
            self._draft.take_batch(part, LIMITS.batch(part))
            start = stop

    def _make_room(self, progress: bool) -> None:
        """Begin a segment of what was gathered where that is enough for one."""
        if self._draft.characters > FLUSH_CHARACTERS or len(self._draft) >= FLUSH_DOCUMENTS:
            self._begin(progress)

    def delete(self, ids: Iterable[str] | str) -> int:
        """Delete documents by id; unknown ids are passed over.  Returns how many were there."""
        self._require_open()
        return self._forget([ids] if isinstance(ids, str) else list(dict.fromkeys(ids)))

    def _require_open(self) -> None:
        if not self._lock.held:
            raise InputError("the writer is closed", where=str(self._root), hint="open another one")

    def _forget(self, ids: Sequence[str], keys: NDArray[np.uint64] | None = None) -> int:
        found = forget(self._parts, ids, tie_keys(ids) if keys is None else keys)
        self._changed = self._changed or found > 0
        return found

    def _gathered(self) -> Draft:
        """The documents that were added since the last segment; their values fit the columns."""
        draft, self._draft = self._draft, Draft(self._schema)
        draft.settle()
        self._kinds = settled_kinds(draft.ids, draft.values, self._kinds)
        LIMITS.columns(self._kinds)
        return draft

    def _begin(self, progress: bool) -> None:
        """Begin to build a segment of what was added, in staging, beside the reading of what follows."""
        draft = self._gathered()
        with self._writing():
            while self._building.full:
                self._put(self._building.first())
        self._building.begin(self._reserve(), draft, self._kinds, progress=progress)

    def _end(self, progress: bool) -> None:
        """Build a segment of what is left, and take in all that were begun."""
        draft, last = self._gathered(), []
        with self._writing():
            if len(draft):
                last.append(self._building.now(self._reserve(), draft, self._kinds, progress=progress))
            while len(self._building):
                self._put(self._building.first())
        for built in last:
            self._put(built)
        self._building.close()

    def _put(self, built: Built) -> None:
        LIMITS.total(built.part.segment.rows + sum(part.segment.rows for part in self._parts))
        self._forget(built.ids, built.part.segment.doc_ties)
        self._changed = True
        self._parts.append(built.part)

    def _abandon(self) -> None:
        """Forget what was gathered, and the segments that were begun."""
        self._draft = Draft(self._schema)
        self._building.close()

    def _reserve(self) -> str:
        self._next += 1
        return f"{self._next - 1:06d}"

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Close the writer when the system refuses something."""
        try:
            yield
        except FindryError:
            raise
        except OSError as error:
            self.close()
            raise WriteFailed(
                f"the system refused to write: {error.strerror or error}",
                where=str(error.filename or self._root),
                hint=f"commit {self._base.number} stands; put the cause right, then open a writer again",
            ) from error

    @property
    def changed(self) -> bool:
        """Whether anything was added or deleted since the last commit."""
        return self._changed

    def commit(self) -> Commit:
        """Make everything since the last commit visible and durable, or nothing of it.

        When this returns, the changes survive a kill and a power cut.
        """
        self._require_open()
        if self.changed:
            if self._mode == "now":
                self._merge_now()
            self._adopt()
            self._publish()
            self._begin_merge()
        return self._base

    def optimize(self) -> Commit:
        """Merge all segments into one, dropping deleted documents, and commit."""
        self._require_open()
        self.wait()
        if len(self._parts) > 1 or any(part.deletes for part in self._parts):
            self._parts = self._merged([self._parts])
        if self._pending:
            self._publish()
        return self._base

    def migrate(self) -> Commit:
        """Write segments of older formats anew, without encoding or analysing anything, and commit."""
        self._require_open()
        self.wait()
        self._parts = [part if part.segment.arrays.converted else self._merged([[part]])[0] for part in self._parts]
        if self._pending or b" " not in pointer(self._root, self._files):
            self._publish()
        return self._base

    def wait(self) -> None:
        """Return when no merge runs any more."""
        if self._merging is not None:
            self._merging.wait()
            self._adopt()

    def _merge_now(self) -> None:
        while groups := due(self._parts):
            merged, gone = self._merged(groups), {id(part) for group in groups for part in group}
            self._parts = [part for part in self._parts if id(part) not in gone] + merged

    def _merged(self, groups: Sequence[Sequence[Part]]) -> list[Part]:
        jobs = [(self._reserve(), [(part, part.live) for part in group], self._kinds) for group in groups]
        with self._writing():
            return side_by_side([partial(self._stage.merge, *job) for job in jobs])

    def _begin_merge(self) -> None:
        if self._mode == "background" and self._merging is None and (groups := due(self._parts)):
            name, kinds = self._reserve(), self._kinds
            self._merging = Merging(groups[0], lambda parts: self._stage.merge(name, parts, kinds))

    def _adopt(self) -> None:
        """Take the result of a merge that has ended in the place of its sources."""
        if self._merging is not None and not self._merging.running:
            self._parts = self._merging.settle(self._parts)
            self._merging = None

    @property
    def _pending(self) -> bool:
        """Whether a commit would name other files: of documents added or deleted, or of segments merged."""
        return any(part.staged or part.fresh for part in self._parts)

    def _publish(self) -> None:
        number, parts = self._base.number + 1, [part for part in self._parts if part.live.any()]
        with self._writing():
            entries = self._stage.settle(parts, number)
            commit = replace(
                self._base,
                number=number,
                version=self._base.version + self._changed,
                segments=tuple(entries),
                next_segment=self._next,
                columns=dict(self._kinds),
                created=now(),
            )
            publish(self._root, commit, self._files)
        for part, entry in zip(parts, entries, strict=True):
            part.entry, part.staged, part.fresh = entry, False, []
        self._parts, self._base, self._changed = parts, commit, False
        retire(self._root, commit, self._keep, self._files)

    def close(self) -> None:
        """Give up what was not committed and free the lock; twice is fine.

        What the system refuses to remove from staging is removed by the next writer.
        """
        self._abandon()
        if self._merging is not None:
            self._merging.wait()
            self._merging = None
        try:
            with suppress(OSError):
                self._stage.remove()
        finally:
            self._lock.release()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None and self._lock.held:
                self.commit()
                self._finish()
        finally:
            self.close()

    def _finish(self) -> None:
        """Make the merges that are under way, and those that they make due, part of a last commit.

        What was added and deleted is committed already; a merge that cannot be written is given up.
        """
        try:
            while self._merging is not None:
                self._merging.wait()
                self._adopt()
                if self._pending:
                    self._publish()
                    self._begin_merge()
        except WriteFailed as error:
            log.warning("a merge was given up, the index is as it was: %s", error)
