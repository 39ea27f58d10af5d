"""Parts of several segments put together without reading their text again."""

from __future__ import annotations

__all__ = ["join_columns", "join_postings", "join_strings", "take_strings"]

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.arrays import ArrayFile
from findry.index.columns import DTYPES, Column
from findry.index.postings import Postings
from findry.index.strings import Strings, pack
from findry.records import ragged

Arrays = dict[str, NDArray[Any]]
Packed = tuple[NDArray[np.int64], NDArray[np.uint8]]


def take_strings(arrays: ArrayFile, name: str, kept: NDArray[np.int64]) -> Packed:
    """Some of the packed strings ``name.offsets``, ``name.data``, in rising order; copied in runs."""
    offsets = arrays[f"{name}.offsets"]
    counts = (offsets[1:] - offsets[:-1])[kept]
    cuts = np.flatnonzero(np.diff(kept) != 1) + 1
    runs = ((run[0], run[-1] + 1) for run in np.split(kept, cuts) if len(run))
    parts = [arrays.part(f"{name}.data", int(offsets[first]), int(offsets[last])) for first, last in runs]
    return ragged.counts_to_offsets(counts), np.concatenate([np.zeros(0, np.uint8), *parts])


def join_strings(parts: Sequence[Packed]) -> Packed:
    """Packed strings one after another.

    >>> offsets, data = join_strings([pack(["ab"]), pack(["", "c"])])
    >>> offsets.tolist(), data.tobytes()
    ([0, 2, 2, 3], b'abc')
    """
    counts = np.concatenate([np.zeros(0, np.int64), *(np.diff(offsets) for offsets, _ in parts)])
    return ragged.counts_to_offsets(counts), np.concatenate([np.zeros(0, np.uint8), *(data for _, data in parts)])


def join_postings(parts: Sequence[tuple[Postings, NDArray[np.bool_]]]) -> tuple[Arrays, int]:
    """The arrays of one field over the rows that stay, those of each part after those of the one before.

    Terms without a row are dropped.  Returns the arrays and the number of indexed terms.
    Cost: one stable sort of the postings.
    """
    lists = [_kept(postings, rows) for postings, rows in parts]
    used = [[postings.terms.raw(n) for n in part.used] for (postings, _), part in zip(parts, lists, strict=True)]
    words = sorted(set().union(*used))
    numbers = {word: number for number, word in enumerate(words)}
    terms, rows, tf, positions, base = [], [], [], [], 0
    for (postings, mask), part, of_it in zip(parts, lists, used, strict=True):
        new_number = np.zeros(len(postings.terms), np.int64)
        new_number[part.used] = [numbers[word] for word in of_it]
        terms.append(new_number[part.terms])
        rows.append((np.cumsum(mask) - 1)[part.rows] + base)
        tf.append(part.tf)
        positions.append(part.positions)
        base += int(mask.sum())
    term, row, count = (np.concatenate([np.zeros(0, np.int64), *pieces]) for pieces in (terms, rows, tf))
    place = np.concatenate([np.zeros(0, np.int32), *positions])
    order = np.argsort(term, kind="stable")
    _, moved = ragged.take_lists(ragged.counts_to_offsets(count), order)
    offsets, data = pack(words)
    lengths = [postings.lengths[mask] for postings, mask in parts]
    return {
        "terms.offsets": offsets,
        "terms.data": data,
        "start": ragged.counts_to_offsets(np.bincount(term, minlength=len(words))),
        "rows": row[order].astype(np.int32),
        "tf": count[order].astype(np.int32),
        "at": ragged.counts_to_offsets(np.bincount(term, count, minlength=len(words)).astype(np.int64)),
        "positions": place[moved],
        "lengths": np.concatenate([np.zeros(0, np.int32), *lengths]),
    }, int(count.sum())


class _Kept:
    """The postings of one part whose rows stay: term, row and frequency of each, and their positions."""

    def __init__(
        self, terms: NDArray[np.int32], rows: NDArray[np.int32], tf: NDArray[np.int32], positions: NDArray[np.int32]
    ) -> None:
        self.terms, self.rows, self.tf, self.positions = terms, rows, tf, positions
        self.used: list[int] = np.unique(terms).tolist()


def _kept(postings: Postings, mask: NDArray[np.bool_]) -> _Kept:
    terms, rows, tf, positions = postings.flat()
    stays = mask[rows]
    if stays.all():
        return _Kept(terms, rows, tf, positions)
    return _Kept(terms[stays], rows[stays], tf[stays], positions[np.repeat(stays, tf)])


def join_columns(
    parts: Sequence[tuple[Mapping[str, Column], NDArray[np.bool_]]], kinds: Mapping[str, str]
) -> tuple[Arrays, dict[str, list[Any]]]:
    """The columns of the documents that stay, each in its present kind; those that none of them has are dropped."""
    arrays: Arrays = {}
    names: dict[str, list[Any]] = {}
    for key in sorted({key for columns, _ in parts for key in columns}):
        held = [(columns.get(key), live) for columns, live in parts]
        present = np.concatenate([_present(column, live) for column, live in held])
        if present.any():
            place = len(names)
            names[key] = [place, kinds[key]]
            joined = {"present": present, **_values(held, kinds[key])}
            arrays |= {f"col{place}.{part}": array for part, array in joined.items()}
    return arrays, names


def _present(column: Column | None, live: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.zeros(int(live.sum()), np.bool_) if column is None else column.present[live]


def _values(held: Sequence[tuple[Column | None, NDArray[np.bool_]]], kind: str) -> Arrays:
    base = kind.removesuffix("[]")
    arrays: Arrays = {}
    counts: list[NDArray[np.int64]] = []
    values: list[NDArray[Any]] = []
    words: list[Strings] = []
    for column, live in held:
        if column is None:
            counts.append(np.zeros(int(live.sum()), np.int64) if kind != base else np.ones(int(live.sum()), np.int64))
            values.append(np.zeros(int(counts[-1].sum()), DTYPES[base]))
            words.append(Strings(*pack([""] if base == "str" and len(values[-1]) else [])))
        else:
            stays = live[column.owners]
            counts.append(np.bincount(column.owners, minlength=len(live))[live])
            values.append(column.values[stays].astype(DTYPES[base]))
            words.append(column.words if base == "str" else Strings(*pack([])))
    if kind != base:
        arrays["offsets"] = ragged.counts_to_offsets(np.concatenate(counts))
    if base != "str":
        return {**arrays, "values": np.concatenate(values)}
    texts, codes = _coded(values, words)
    offsets, data = pack(texts)
    return {**arrays, "dict.offsets": offsets, "dict.data": data, "values": codes}


def _coded(values: Sequence[NDArray[Any]], words: Sequence[Strings]) -> tuple[list[bytes], NDArray[np.int32]]:
    """One sorted dictionary of the words in use, and the codes of all values in it."""
    used = [np.unique(codes) for codes in values]
    texts = sorted({one.raw(int(code)) for one, codes in zip(words, used, strict=True) for code in codes})
    number = {text: code for code, text in enumerate(texts)}
    parts: Iterator[NDArray[np.int32]] = (
        np.array([number[one.raw(int(code))] for code in of_it], np.int32)[np.searchsorted(of_it, codes)]
        if len(codes)
        else np.zeros(0, np.int32)
        for one, of_it, codes in zip(words, used, values, strict=True)
    )
    return texts, np.concatenate([np.zeros(0, np.int32), *parts])
