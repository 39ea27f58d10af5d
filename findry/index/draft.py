"""The documents of a segment that is being gathered: what is kept of each, not the documents."""

from __future__ import annotations

__all__ = ["Draft"]

from collections.abc import Mapping, Sequence
from itertools import chain, compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.keys import packed_keys
from findry.index.lines import lines
from findry.index.schema import Schema, joined
from findry.index.shape import Shape, plain_text
from findry.index.strings import pack
from findry.records import Document, DocumentBatch, ragged

Arrays = dict[str, NDArray[Any]]


class Draft:
    """Documents that become one segment; of several with one id the last stands.

    Lists of text and numbers, which Python's garbage collector passes over, however many there are.
    characters: of all documents that were taken.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema, self.characters = schema, 0
        self.ids: list[str] = []
        self.values: list[Mapping[str, Any] | None] = []
        self._last: dict[str, int] = {}
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._spans: list[Sequence[tuple[int, int]]] = []
        fields = (*(field.sources for field in schema.lexical), *(field.sources for field in schema.vectors))
        self._chunks: dict[tuple[str, ...], list[str]] = {sources: [] for sources in fields}

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def rows(self) -> int:
        """Rows that its documents make."""
        return len(self.ids) if self.schema.chunker is None else sum(map(len, self._spans))

    def take(self, document: Document, characters: int) -> None:
        """Add a document with so many characters."""
        names, place = tuple(document.text), len(self.ids)
        shape = self._shapes.get(names)
        if shape is None:
            shape = self._shapes[names] = Shape(names)
        shape.take(place, document.text)
        if self.schema.chunker is not None:
            self._cut(document)
        id = plain_text(document.id)
        self._last[id] = place
        self.ids.append(id)
        self.values.append(_own(document.values) if document.values else None)
        self.characters += characters

    def take_batch(self, batch: DocumentBatch, characters: int) -> None:
        """Add documents with so many characters together."""
        if self.schema.chunker is not None or not batch.names:
            for document in batch:
                self.take(document, 0)
        else:
            first = len(self.ids)
            shape = self._shapes.get(batch.names)
            if shape is None:
                shape = self._shapes[batch.names] = Shape(batch.names)
            shape.take_all(first, batch.texts)
            self._last.update(zip(batch.ids, range(first, first + len(batch)), strict=True))
            self.ids.extend(batch.ids)
            self.values.extend([_own(values) if values else None for values in batch.values])
        self.characters += characters

    def _cut(self, document: Document) -> None:
        spans = self.schema.rows(document)
        self._spans.append(spans)
        for span in spans:
            row = self.schema.row_text(document, span)
            for sources, texts in self._chunks.items():
                texts.append(joined(row, sources))

    def settle(self) -> None:
        """Drop the documents that others replaced."""
        if len(self._last) == len(self.ids):
            return
        stays = np.zeros(len(self.ids), np.bool_)
        stays[list(self._last.values())] = True
        for texts in self._chunks.values() if self._spans else ():
            texts[:] = compress(texts, np.repeat(stays, list(map(len, self._spans))).tolist())
        lists: list[list[Any]] = [self.ids, self.values, self._spans]
        for held in lists:
            held[:] = compress(held, stays.tolist())
        for shape in self._shapes.values():
            shape.keep(stays)

    def texts(self, sources: tuple[str, ...]) -> list[str]:
        """The text of each row for a field with these sources."""
        if self.schema.chunker is not None:
            return self._chunks[sources]
        found = [""] * len(self.ids)
        for shape in self._shapes.values():
            for place, text in zip(shape.places, shape.joined(sources), strict=True):
                found[place] = text
        return found

    def arrays(self) -> Arrays:
        """The arrays of a segment that hold its documents and its rows."""
        offsets, data = lines(self.ids, list(self._shapes.values()), self.values)
        id_offsets, id_data = pack(self.ids)
        keys, counts = packed_keys(self.ids, id_offsets, id_data), np.ones(len(self.ids), np.int64)
        names: list[str] = []
        if self.schema.chunker is None:
            spans = np.zeros((len(self.ids), 2), np.int64)
            for shape in self._shapes.values():
                spans[shape.places, 1] = shape.lengths(self.schema.chunked)
        else:
            spans = np.array(list(chain.from_iterable(self._spans)), np.int64).reshape(-1, 2)
            counts = np.fromiter(map(len, self._spans), np.int64, len(self._spans))
            names = [f"{id}#{n}" for id, rows in zip(self.ids, counts.tolist(), strict=True) for n in range(rows)]
        return {
            "docs.offsets": offsets,
            "docs.data": data,
            "ids.offsets": id_offsets,
            "ids.data": id_data,
            "ids.ties": keys,
            "ids.order": np.argsort(keys, kind="stable").astype(np.int32),
            "rows.doc": np.repeat(np.arange(len(keys), dtype=np.int32), counts),
            "rows.first": ragged.counts_to_offsets(counts),
            "rows.span": spans,
            "rows.ties": packed_keys(names, *pack(names)),
        }


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are now, lists of any kind as lists."""
    return {name: [*value] if isinstance(value, list | tuple) else value for name, value in values.items()}
