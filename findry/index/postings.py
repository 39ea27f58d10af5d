"""Postings of one field in one segment: which rows hold a term, how often, and where.

Arrays, all in the order term, row, position: ``terms`` (packed, sorted by bytes), ``start`` int64[V + 1]
of each term's postings, ``rows`` int32[P] rising within a term, ``tf`` int32[P], ``at`` int64[V + 1] of each
term's positions, ``positions`` int32[T] (word positions before stop words are removed), and
``lengths`` int32[rows], the number of indexed terms of each row.
"""

from __future__ import annotations

__all__ = ["Postings", "PostingList", "build_postings"]

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from findry.index.arrays import ArrayFile
from findry.index.strings import Strings, pack
from findry.records import ragged
from findry.text import TokenBatch


class PostingList(NamedTuple):
    """The postings of one term: rows int32[n] rising, tf int32[n]."""

    rows: NDArray[np.int32]
    tf: NDArray[np.int32]


def build_postings(tokens: TokenBatch) -> dict[str, NDArray[Any]]:
    """The arrays of a field from the analysed texts of its rows.  Cost: one stable sort of the tokens."""
    words = [word.encode("utf-8", "surrogatepass") for word in tokens.vocabulary]
    by_bytes = sorted(range(len(words)), key=words.__getitem__)
    new_id = np.empty(len(words), np.int32)
    new_id[by_bytes] = np.arange(len(words), dtype=np.int32)
    terms = new_id[tokens.terms]
    owners = ragged.owner_of(tokens.offsets).astype(np.int32)
    order = np.argsort(terms, kind="stable")
    terms, owners = terms[order], owners[order]
    first = np.ones(len(terms), np.bool_)
    first[1:] = (terms[1:] != terms[:-1]) | (owners[1:] != owners[:-1])
    heads = np.flatnonzero(first)
    offsets, data = pack([words[index] for index in by_bytes])
    return {
        "terms.offsets": offsets,
        "terms.data": data,
        "start": _starts(terms[heads], len(words)),
        "rows": owners[heads],
        "tf": np.diff(np.append(heads, len(terms))).astype(np.int32),
        "at": _starts(terms, len(words)),
        "positions": tokens.positions[order].astype(np.int32),
        "lengths": np.diff(tokens.offsets).astype(np.int32),
    }


def _starts(terms: NDArray[np.int32], words: int) -> NDArray[np.int64]:
    """Where each term's entries begin in a list sorted by term."""
    return ragged.counts_to_offsets(np.bincount(terms, minlength=words))


class Postings:
    """The postings of one field of a stored segment."""

    def __init__(self, arrays: ArrayFile, prefix: str) -> None:
        self._arrays = arrays
        self._prefix = prefix

    def _part(self, part: str) -> NDArray[Any]:
        return self._arrays[f"{self._prefix}.{part}"]

    @cached_property
    def terms(self) -> Strings:
        """The term dictionary, sorted by bytes."""
        return Strings(self._part("terms.offsets"), self._part("terms.data"))

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """Indexed terms of each row."""
        return self._part("lengths")

    @cached_property
    def _start(self) -> NDArray[np.int64]:
        return self._part("start")

    @cached_property
    def _at(self) -> NDArray[np.int64]:
        return self._part("at")

    def _slice(self, part: str, start: int, stop: int) -> NDArray[np.int32]:
        return self._arrays.part(f"{self._prefix}.{part}", start, stop)

    def find(self, term: str) -> int:
        """The number of a term in this segment, or -1."""
        return self.terms.position(term)

    def list(self, term: int) -> PostingList:
        """Rows and frequencies of a term number."""
        start, stop = int(self._start[term]), int(self._start[term + 1])
        return PostingList(self._slice("rows", start, stop), self._slice("tf", start, stop))

    def occurrences(self, term: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Row and word position of every occurrence of a term number, in row order."""
        rows, tf = self.list(term)
        positions = self._slice("positions", int(self._at[term]), int(self._at[term + 1]))
        return np.repeat(rows.astype(np.int64), tf), positions

    def flat(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """All postings in the order of terms: term number, row and frequency of each; and all positions."""
        terms = np.repeat(np.arange(len(self._start) - 1, dtype=np.int32), np.diff(self._start))
        return terms, self._part("rows"), self._part("tf"), self._part("positions")

    def by_row(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """The forward view: offsets int64[rows + 1], term numbers and frequencies, terms rising in a row."""
        terms, rows, tf, _ = self.flat()
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=len(self.lengths))
        return ragged.counts_to_offsets(counts), terms[order], tf[order]
