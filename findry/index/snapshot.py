"""A reader of one commit: it sees that commit from start to end, whatever a writer does meanwhile."""

from __future__ import annotations

__all__ = ["Snapshot", "newest"]

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from findry.errors import IndexDamaged, InputError, nearest
from findry.index.commit import Commit, current
from findry.index.files import DISK, Files
from findry.index.filtering import document_mask
from findry.index.schema import LexicalField, Schema, VectorField
from findry.index.segment import Segment, open_segments
from findry.index.spaces import ChunkIds, DocumentIds
from findry.records import Document, Links, Space
from findry.records.where import Where

Mask = NDArray[np.bool_]
F = TypeVar("F", LexicalField, VectorField)


class Snapshot:
    """The documents and rows of one commit over all its segments.

    Row numbers run through the segments and count deleted rows too; no searcher ever returns those.  Segments that an
    earlier snapshot of the index, `before`, has opened are used again.
    """

    def __init__(
        self, root: Path, commit: Commit | None = None, files: Files = DISK, before: Snapshot | None = None
    ) -> None:
        self.root = root
        self.commit = commit or current(root, files)
        self.schema = Schema.from_card(self.commit.card["schema"])
        self.segments = open_segments(root, self.commit, self.schema, files, self._shared(before))
        self._ids = DocumentIds(self.segments)
        self.masks = lru_cache(maxsize=32)(self._masks)

    def _shared(self, before: Snapshot | None) -> Sequence[Segment]:
        """The segments of an earlier snapshot of this index, which may be used again."""
        same = before is not None and before.commit.index_id == self.commit.index_id
        return before.segments if before is not None and same and before.schema == self.schema else ()

    @cached_property
    def documents(self) -> Space:
        """The space of documents."""
        return Space(self.root.name, "document", self._ids, self.commit.origin)

    @cached_property
    def rows(self) -> Space:
        """The space that searchers rank: chunks, or the documents themselves when nothing is chunked."""
        if self.schema.chunker is None:
            return self.documents
        return Space(self.root.name, "chunk", ChunkIds(self._ids), self.commit.origin)

    @cached_property
    def row_base(self) -> NDArray[np.int64]:
        """The first row of each segment, and the number of rows at the end."""
        return np.concatenate(([0], np.cumsum([s.rows for s in self.segments]))).astype(np.int64)

    @cached_property
    def links(self) -> Links:
        """Which document each row is part of."""
        parts = [s.row_docs + base for s, base in zip(self.segments, self._ids.base, strict=False)]
        targets = np.concatenate([np.zeros(0, np.int64), *parts])
        return Links.many_to_one("part-of", self.rows, self.documents, targets)

    @cached_property
    def live_documents(self) -> int:
        """How many documents are not deleted."""
        return sum(s.docs - len(s.deleted) for s in self.segments)

    @cached_property
    def live_rows(self) -> int:
        """How many rows belong to live documents."""
        return sum(s.rows if s.live_rows is None else int(s.live_rows.sum()) for s in self.segments)

    def document(self, row: int) -> Document:
        """The stored document of a document row."""
        which, local = self._ids.at(row)
        return self.segments[which].document(local)

    def span(self, row: int) -> tuple[int, int]:
        """Start and end of a row in the chunked field of its document, in characters."""
        which = int(np.searchsorted(self.row_base, row, side="right")) - 1
        start, end = self.segments[which].spans[row - int(self.row_base[which])].tolist()
        return start, end

    def rows_of(self, document: int) -> tuple[int, slice]:
        """The segment of a document row, and its rows there."""
        which = int(np.searchsorted(self._ids.base, document, side="right")) - 1
        local = document - int(self._ids.base[which])
        first = self.segments[which].first_rows
        return which, slice(int(first[local]), int(first[local + 1]))

    def __iter__(self) -> Iterator[Document]:
        """The live documents, in index order."""
        for segment in self.segments:
            yield from (segment.document(doc) for doc in np.flatnonzero(segment.live_docs).tolist())

    def lexical_field(self, name: str) -> LexicalField:
        """A lexical field by name."""
        return _named(name, self.schema.lexical, "lexical field")

    def vector_field(self, name: str | None = None) -> VectorField:
        """A vector field by name; the first one by default."""
        if name is None and self.schema.vectors:
            return self.schema.vectors[0]
        return _named(name or "vectors", self.schema.vectors, "vector field")

    def _masks(self, where: Where | None) -> tuple[Mask | None, ...]:
        """For each segment, the rows that are live and satisfy `where`; None when all rows do."""
        kinds = self.commit.columns
        masks: list[Mask | None] = []
        for segment in self.segments:
            mask = segment.live_rows
            if where is not None:
                allowed = document_mask(where, segment.columns, kinds, segment.docs)[segment.row_docs]
                mask = allowed if mask is None else mask & allowed
            masks.append(mask)
        if where is not None and not self.segments:
            document_mask(where, {}, kinds, 0)
        return tuple(masks)


def _named(name: str, fields: Sequence[F], what: str) -> F:
    for field in fields:
        if field.name == name:
            return field
    known = [field.name for field in fields]
    near = nearest(name, known)
    raise InputError(
        f"the index has no such {what}",
        expected=", ".join(known) or f"(the index has no {what})",
        received=name,
        hint=f"did you mean {near!r}?" if near else "findry info shows the fields",
    )


def newest(root: Path, files: Files = DISK, before: Snapshot | None = None) -> Snapshot:
    """A snapshot of the newest commit; what `before` has opened is used again.

    A writer may retire the files of a commit between the moment its number is read and the moment
    they are opened; the newer commit is then opened instead.
    """
    commit = current(root, files)
    while True:
        try:
            return Snapshot(root, commit, files, before)
        except (IndexDamaged, FileNotFoundError):
            later = current(root, files)
            if later.number == commit.number:
                raise
            commit = later
