"""One immutable segment, read back from disk."""

from __future__ import annotations

__all__ = ["Segment", "open_segments"]

import json
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from findry.errors import IndexDamaged
from findry.index.arrays import RESTORE, ArrayFile
from findry.index.checksums import same
from findry.index.columns import Column
from findry.index.commit import DELETES, SEGMENTS, Commit, SegmentEntry
from findry.index.depths import Measured, measure
from findry.index.files import DISK, Files
from findry.index.older import lexical_arrays
from findry.index.postings import Postings
from findry.index.schema import Schema
from findry.index.strings import Strings
from findry.records import Document


class Segment:
    """Documents, rows, columns, postings and vectors of one segment, with its deletes applied.

    Arrays are paged in as they are touched; the object is read-only and may be shared by threads.
    """

    def __init__(self, root: Path, entry: SegmentEntry, schema: Schema, files: Files = DISK) -> None:
        self.name = entry.name
        self.docs, self.rows = entry.docs, entry.rows
        self.arrays = ArrayFile(root / SEGMENTS / entry.name, entry.files, files)
        self.meta = self.arrays.meta
        if (self.meta["docs"], self.meta["rows"]) != (self.docs, self.rows):
            where = str(root / SEGMENTS / entry.name)
            raise IndexDamaged("a segment does not have the size its commit says", where=where)
        self.columns = {key: Column(self.arrays, *place) for key, place in self.meta["columns"].items()}
        self.lexical = lexical_arrays(self.arrays, schema)
        self.postings = {f.name: Postings(self.lexical, f"lex{n}") for n, f in enumerate(schema.lexical)}
        self._vector_names = {f.name: f"vec{n}" for n, f in enumerate(schema.vectors)}
        self._chunked = schema.chunker is not None
        self._entry = entry
        self._signs: dict[str, NDArray[np.uint64]] = {}
        self._measured: dict[str, Measured | None] = {}
        self.deleted = _deleted_docs(root, entry, files)

    def under(self, entry: SegmentEntry, root: Path, files: Files = DISK) -> Segment | None:
        """This segment with the deletes of another commit, when that names the same files; else None.

        What was paged in and compared with its checksums stays known.
        """
        if replace(entry, deletes=self._entry.deletes) != self._entry:
            return None
        if entry == self._entry:
            return self
        other = copy(self)
        for name in ("live_docs", "live_rows"):
            other.__dict__.pop(name, None)
        other._entry, other.deleted = entry, _deleted_docs(root, entry, files)
        return other

    @cached_property
    def live_docs(self) -> NDArray[np.bool_]:
        """Which documents are not deleted."""
        live = np.ones(self.docs, np.bool_)
        live[self.deleted] = False
        return live

    @cached_property
    def live_rows(self) -> NDArray[np.bool_] | None:
        """Which rows belong to live documents; None when all do."""
        return self.live_docs[self.row_docs] if len(self.deleted) else None

    @cached_property
    def row_docs(self) -> NDArray[np.int32]:
        """The document of each row."""
        return self.arrays["rows.doc"]

    @cached_property
    def first_rows(self) -> NDArray[np.int64]:
        """The first row of each document, and the number of rows at the end."""
        return self.arrays["rows.first"]

    @cached_property
    def spans(self) -> NDArray[np.int64]:
        """Start and end of each row in the chunked field, in characters."""
        return self.arrays["rows.span"]

    @cached_property
    def ids(self) -> Strings:
        """External document ids."""
        return Strings(self.arrays["ids.offsets"], self.arrays["ids.data"])

    @cached_property
    def doc_ties(self) -> NDArray[np.uint64]:
        """Tie keys of document ids."""
        return self.arrays["ids.ties"]

    @cached_property
    def row_ties(self) -> NDArray[np.uint64]:
        """Tie keys of row ids."""
        return self.arrays["rows.ties"]

    @cached_property
    def ties(self) -> NDArray[np.uint64]:
        """Tie keys of what is ranked: of chunks, or of documents where nothing is chunked."""
        return self.row_ties if self._chunked else self.doc_ties

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        order = self.arrays["ids.order"]
        return order, self.doc_ties[order]

    def vectors(self, field: str) -> NDArray[np.float32]:
        """The vectors of a field, float32[rows, dimension]."""
        return self.arrays[self._vector_names[field]]

    def norm(self, field: str) -> float:
        """The length of the longest vector of a field."""
        return float(self.meta["norms"][field])

    def signs(self, field: str) -> NDArray[np.uint64]:
        """The signs of the vectors of a field in eights (see `findry.kernels.eights`); made at first use where they are
        not stored so."""
        name = f"{self._vector_names[field]}.eights"
        if name in self.arrays:
            return self.arrays[name]
        if field not in self._signs:
            from findry.kernels.eights import in_eights

            self._signs[field] = in_eights(self._signs_by_row(field))
        return self._signs[field]

    def _signs_by_row(self, field: str) -> NDArray[np.uint64]:
        """The signs of each row, uint64[rows, words], of segments that do not keep them in eights."""
        from findry.kernels.signs import pack_signs

        name = f"{self._vector_names[field]}.signs"
        return self.arrays[name] if name in self.arrays else pack_signs(self.vectors(field))

    def measured(self, field: str) -> Measured | None:
        """How far a scan of the signs must look; measured at first use where that is not stored."""
        if field not in self._measured:
            if "near" in self.meta:
                card = self.meta["near"][field]
                self._measured[field] = Measured.from_card(card) if card else None
            else:
                self._measured[field] = measure(self.vectors(field), self._signs_by_row(field), self.norm(field))
        return self._measured[field]

    def look_up(self, ids: Sequence[str], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The document of each id, live or deleted, or -1; `keys` are the tie keys of the ids.

        Ids are unique in a segment; two ids of one key are told apart by their bytes.
        """
        order, sorted_keys = self._by_key
        found = np.full(len(ids), -1, np.int64)
        rising = np.argsort(keys)  # neighbours among the keys are then neighbours in memory
        at = np.empty(len(ids), np.int64)
        at[rising] = np.searchsorted(sorted_keys, keys[rising])
        inside = np.flatnonzero(at < len(sorted_keys))
        alike = inside[sorted_keys[at[inside]] == keys[inside]]
        docs = order[at[alike]]
        for place, doc, held in zip(alike.tolist(), docs.tolist(), self.ids.take(docs), strict=True):
            found[place] = doc if held == ids[place] else self._other(ids[place], int(at[place]))
        return found

    def _other(self, id: str, at: int) -> int:
        """The document of an id after place `at`, whose key it shares with another; -1 where there is none."""
        order, keys = self._by_key
        raw = id.encode("utf-8", "surrogatepass")
        same = range(at + 1, int(np.searchsorted(keys, keys[at], side="right")))
        return next((int(order[n]) for n in same if self.ids.raw(int(order[n])) == raw), -1)

    def document(self, doc: int) -> Document:
        """A stored document."""
        offsets = self._stored
        raw = self.arrays.part("docs.data", int(offsets[doc]), int(offsets[doc + 1]))
        id, text, values = json.loads(raw.tobytes().decode("utf-8", "surrogatepass"))
        return Document(id, text, values)

    @cached_property
    def _stored(self) -> NDArray[np.int64]:
        return self.arrays["docs.offsets"]

    def live_length(self, field: str) -> int:
        """Indexed terms of a lexical field over live rows."""
        total = int(self.meta["totals"][field])
        if self.live_rows is not None:
            total -= int(self.postings[field].lengths[~self.live_rows].sum())
        return total


def open_segments(
    root: Path, commit: Commit, schema: Schema, files: Files = DISK, before: Sequence[Segment] = ()
) -> tuple[Segment, ...]:
    """The segments of a commit; those of `before`, read by the same schema from the same index, are used again."""
    known = {segment.name: segment for segment in before}
    found = []
    for entry in commit.segments:
        held = known[entry.name].under(entry, root, files) if entry.name in known else None
        found.append(held or Segment(root, entry, schema, files))
    return tuple(found)


def _deleted_docs(root: Path, entry: SegmentEntry, files: Files) -> NDArray[np.int32]:
    parts = [np.zeros(0, np.int32)]
    for name, stamp in entry.deletes.items():
        raw = files.read(root / DELETES / name)
        if len(raw) != stamp.length or not same(raw, stamp.checksum):
            raise IndexDamaged("a delete file is not what was written", where=str(root / DELETES / name), hint=RESTORE)
        parts.append(np.frombuffer(raw, "<i4"))
    deleted: NDArray[np.int32] = np.sort(np.concatenate(parts))
    deleted = deleted[np.diff(deleted, prepend=-1) != 0]
    if len(deleted) and (deleted[0] < 0 or deleted[-1] >= entry.docs):
        raise IndexDamaged("a delete file names documents that are not there", where=str(root / DELETES))
    return deleted
