"""The id spaces of a snapshot: documents, and rows (chunks) when the index is chunked."""

from __future__ import annotations

__all__ = ["ChunkIds", "DocumentIds"]

from bisect import bisect_right as bisect
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from findry.index.keys import tie_keys
from findry.index.segment import Segment

FEW = 32


class _Spread:
    """Rows numbered through several segments: row = base of its segment + row within it."""

    def __init__(self, segments: Sequence[Segment], sizes: Sequence[int]) -> None:
        self.segments = segments
        self.base = np.concatenate(([0], np.cumsum(np.array(sizes, np.int64)))).astype(np.int64)
        self._starts: list[int] = self.base[:-1].tolist()

    def __len__(self) -> int:
        return int(self.base[-1])

    def at(self, row: int) -> tuple[int, int]:
        """The segment of a row, and its number there."""
        which = bisect(self._starts, row) - 1
        return which, row - self._starts[which]

    def parts(self, rows: NDArray[np.integer]) -> list[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """For each segment in use: its places in `rows`, and the local rows there."""
        if len(self.segments) == 1:
            return [(self.segments[0], np.arange(len(rows)), rows.astype(np.int64))]
        which = np.searchsorted(self.base, rows, side="right") - 1
        found = []
        for number in sorted({*which.tolist()}):
            places = np.flatnonzero(which == number)
            found.append((self.segments[number], places, rows[places].astype(np.int64) - self.base[number]))
        return found


class DocumentIds(_Spread):
    """External document ids over segments; deleted ones are not found."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        super().__init__(segments, [segment.docs for segment in segments])

    def take(self, rows: NDArray[np.integer]) -> list[str]:
        if len(self.segments) == 1:
            return self.segments[0].ids.take(rows)
        if len(rows) <= FEW:
            which = [(bisect(self._starts, row) - 1, row) for row in rows.tolist()]
            return [self.segments[number].ids[row - self._starts[number]] for number, row in which]
        out = [""] * len(rows)
        for segment, places, local in self.parts(rows):
            for place, id in zip(places.tolist(), segment.ids.take(local), strict=True):
                out[place] = id
        return out

    def find(self, ids: Sequence[str]) -> NDArray[np.int32]:
        out = np.full(len(ids), -1, np.int32)
        keys = tie_keys(ids)
        for segment, base in zip(self.segments, self.base.tolist(), strict=False):
            docs = segment.look_up(ids, keys)
            there = np.flatnonzero(docs >= 0)
            live = there[segment.live_docs[docs[there]]]
            out[live] = base + docs[live]
        return out

    def ties(self, rows: NDArray[np.integer]) -> NDArray[np.uint64]:
        out = np.zeros(len(rows), np.uint64)
        for segment, places, local in self.parts(rows):
            out[places] = segment.doc_ties[local]
        return out


class ChunkIds(_Spread):
    """Ids of chunks, ``document#n`` with n from 0, over segments."""

    def __init__(self, documents: DocumentIds) -> None:
        super().__init__(documents.segments, [segment.rows for segment in documents.segments])
        self._documents = documents

    def take(self, rows: NDArray[np.integer]) -> list[str]:
        out = [""] * len(rows)
        for segment, places, local in self.parts(rows):
            docs = segment.row_docs[local]
            numbers = local - segment.first_rows[docs]
            names = zip(places.tolist(), segment.ids.take(docs), numbers.tolist(), strict=True)
            for place, id, number in names:
                out[place] = f"{id}#{number}"
        return out

    def find(self, ids: Sequence[str]) -> NDArray[np.int32]:
        split = [id.rpartition("#") for id in ids]
        docs = self._documents.find([parts[0] for parts in split])
        out = np.full(len(ids), -1, np.int32)
        for place, (doc, (_, _, number)) in enumerate(zip(docs.tolist(), split, strict=True)):
            if doc < 0 or not number.isdecimal():
                continue
            which = int(np.searchsorted(self._documents.base, doc, side="right")) - 1
            first = self.segments[which].first_rows
            local = doc - int(self._documents.base[which])
            if int(number) < first[local + 1] - first[local]:
                out[place] = self.base[which] + first[local] + int(number)
        return out

    def ties(self, rows: NDArray[np.integer]) -> NDArray[np.uint64]:
        out = np.zeros(len(rows), np.uint64)
        for segment, places, local in self.parts(rows):
            out[places] = segment.row_ties[local]
        return out
