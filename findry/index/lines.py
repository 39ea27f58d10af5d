"""Documents as a segment keeps them: JSON, packed."""

from __future__ import annotations

__all__ = ["lines"]

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.shape import Shape
from findry.index.strings import pack
from findry.records import ragged

_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def lines(
    ids: Sequence[str], shapes: Sequence[Shape], values: Sequence[Mapping[str, Any] | None]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Offsets int64[n + 1] and UTF-8 of documents as JSON: a list of id, texts and values.

    >>> ants = Shape(("text",))
    >>> ants.take(0, {"text": 'red "ants"'})
    >>> lines(["a"], [ants], [{"year": 1999}])[1].tobytes()
    b'["a",{"text":"red \\\\"ants\\\\""},{"year":1999}]'
    """
    from findry.kernels.lines import measure_lines, write_lines

    lengths, written = np.zeros(len(ids), np.int64), []
    for shape in shapes:
        written.append(_written_parts(shape, ids, values))
        data, starts, _, between, escaped = written[-1]
        lengths[shape.places] = measure_lines(data, starts, between, escaped)
    offsets = ragged.counts_to_offsets(lengths)
    out = np.empty(offsets[-1], np.uint8)
    for shape, parts in zip(shapes, written, strict=True):
        write_lines(*parts, offsets[:-1][shape.places], out)
    return offsets, out


def _written_parts(
    shape: Shape, ids: Sequence[str], values: Sequence[Mapping[str, Any] | None]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """The columns of the documents of a shape, and what stands between them."""
    columns: list[list[str]] = [[ids[place] for place in shape.places], *shape.columns]
    names = (f"{'' if place else '{'}{encode_basestring(name)}" for place, name in enumerate(shape.names))
    frame = ['["', *(f'",{name}:"' for name in names), '"},' if shape.names else '",{},', "]"]
    of_docs = [values[place] for place in shape.places]
    if any(of_docs):
        columns.append([_written(dict(of_it)) if of_it else "{}" for of_it in of_docs])
    else:
        frame[-2:] = [frame[-2] + "{}]"]
    packed = [pack(column) for column in columns]
    bases = np.cumsum([0, *(len(data) for _, data in packed[:-1])])
    starts = np.stack([offsets + base for base, (offsets, _) in zip(bases, packed, strict=True)])
    between, of_frame = pack(frame)
    escaped = np.arange(len(columns)) <= len(shape.names)
    return np.concatenate([data for _, data in packed]), starts, of_frame, between, escaped
