"""Parts of several segments put together without reading their text again."""

from __future__ import annotations

__all__ = ["join_columns", "join_postings", "join_strings", "take_strings"]

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.index.arrays import ArrayFile
from findry.index.columns import DTYPES, Column
from findry.index.dictionary import joined_terms
from findry.index.postings import Bounds, Postings, posting_arrays
from findry.index.strings import Strings, pack
from findry.kernels.layout import ESCAPE
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


def join_postings(parts: Sequence[tuple[Postings, NDArray[np.bool_]]]) -> tuple[Arrays, Bounds, int]:
    """The arrays of one field over the rows that stay, those of each part after those of the one before.

    Terms without a row are dropped.  Returns the arrays, their bounds and the number of indexed terms.
    Cost: linear in the postings, and a sort of the terms.
    """
    from findry.kernels.joining import copy_part, live_counts, measure_part

    flat, whole, base = [], [], 0
    for postings, mask in parts:
        whole.append(bool(mask.all()))
        new_row = np.where(mask, np.cumsum(mask) - 1 + base, -1).astype(np.int32)
        start, rows, tf = postings.flat()
        flat.append((start, rows, tf, *postings.gaps(), new_row))
        base += int(mask.sum())
    used = [
        np.flatnonzero(np.diff(start) if all_stay else live_counts(start, rows, new_row))
        for (start, rows, *_, new_row), all_stay in zip(flat, whole, strict=True)
    ]
    terms, numbers = joined_terms([(*p.dictionary, of_it) for (p, _), of_it in zip(parts, used, strict=True)])
    renamed = []
    counts, sizes = np.zeros(len(terms.hashes), np.int64), np.zeros(len(terms.hashes), np.int64)
    for part, all_stay, of_it, named in zip(flat, whole, used, numbers, strict=True):
        new_term = np.full(len(part[0]) - 1, -1, np.int32)
        new_term[of_it] = named
        renamed.append(new_term)
        if all_stay:
            counts[named] += np.diff(part[0])[of_it]
            sizes[named] += np.diff(part[3])[of_it]
        else:
            measure_part(*part, new_term, counts, sizes)
    start, at = ragged.counts_to_offsets(counts), ragged.counts_to_offsets(sizes)
    rows, tf8, gaps = np.empty(start[-1], np.int32), np.empty(start[-1], np.uint8), np.empty(at[-1], np.uint8)
    most = sum(int((tf >= ESCAPE).sum()) for _, _, tf, *_ in flat)
    over_at, over_tf, over = np.empty(most, np.int64), np.empty(most, np.int32), 0
    cursor, bytes_at = start[:-1].copy(), at[:-1].copy()
    for part, new_term, all_stay in zip(flat, renamed, whole, strict=True):
        over = copy_part(*part, new_term, cursor, bytes_at, rows, tf8, gaps, over_at, over_tf, over, all_stay)
    order = np.argsort(over_at[:over])
    lengths = np.concatenate([np.zeros(0, np.int32), *(postings.lengths[mask] for postings, mask in parts)])
    arrays, bounds = posting_arrays(terms, start, rows, tf8, over_at[order], over_tf[order], at, gaps, lengths)
    return arrays, bounds, int(lengths.sum(dtype=np.int64))


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
