"""Postings of one field in one segment: which rows hold a term, how often, and where.

Arrays, all in the order of terms: ``terms`` (packed, sorted by bytes), ``keys`` and ``order`` (their hashes, rising,
and the term of each), ``start`` int64[V + 1] of each term's postings; ``wide``, ``slot``, ``rows16``, ``rows32``,
``windows``, ``tops``, ``ladder`` (see `findry.kernels.layout`); ``tf`` uint8[P] with ``over.at`` and ``over.tf``;
``at`` int64[V + 1] and ``gaps`` uint8, the word positions (before stop words are removed); ``lengths`` int32[rows], the
indexed terms of each row, and ``short``, the same as bytes, 255 for all that are longer.
"""

from __future__ import annotations

__all__ = ["Bounds", "Laid", "PostingList", "Postings", "build_postings", "posting_arrays"]

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.index.dictionary import Dictionary, dictionary, encoded, sorted_terms
from findry.index.strings import Strings
from findry.kernels.layout import BITS, ESCAPE
from findry.text import TokenBatch

Arrays = dict[str, NDArray[Any]]
READ_WHOLE = ("wide", "slot", "windows", "tops", "ladder", "over.at", "over.tf", "lengths", "short")
PLACED = ("rows16", "rows32", "tf", "windows", "tops", "ladder")


class PostingList(NamedTuple):
    """The postings of one term: rows int32[n] rising, tf int32[n]."""

    rows: NDArray[np.int32]
    tf: NDArray[np.int32]


class Bounds(NamedTuple):
    """Under which length norm, fixed + slope x length, the stored bounds of a field hold, and for which lengths."""

    fixed: float
    slope: float
    shortest: int
    longest: int

    def ratios(self, fixed: float, slope: float) -> tuple[float, float]:
        """The smallest and the largest quotient of another norm and this one, over all lengths.

        A quotient of two straight lines moves one way only, so both are found at the ends.
        """
        ends = [(fixed + slope * n) / (self.fixed + self.slope * n) for n in (self.shortest, self.longest)]
        return min(ends), max(ends)


class Laid(NamedTuple):
    """Where the search kernels find the parts of a field in the buffer of its segment, in elements of each.

    places: of `PLACED`; lengths: of the lengths and of the short ones; over: where large frequencies stand, how many
    there are, and where they are.  terms: start, wide, slot, and which terms were compared with their checksums.
    """

    places: NDArray[np.int64]
    lengths: tuple[int, int]
    over: tuple[int, int, int]
    terms: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]


class HeldArrays(Protocol):
    """Named arrays that lie in one buffer: an `ArrayFile`, or arrays of an older format made anew in memory."""

    def __getitem__(self, name: str) -> NDArray[Any]: ...

    def part(self, name: str, start: int, stop: int) -> NDArray[Any]:
        """Lines start to stop of an array."""

    def place(self, name: str) -> int:
        """Where an array begins in `buffer`, in bytes."""

    def bounds(self, prefix: str) -> Sequence[float]:
        """The bounds of the field whose arrays have this prefix."""

    def nbytes(self, prefix: str) -> int:
        """Bytes of the arrays whose names begin with a prefix."""

    @property
    def buffer(self) -> NDArray[np.uint8]:
        """All arrays, as bytes."""


def build_postings(tokens: TokenBatch) -> tuple[Arrays, Bounds]:
    """The arrays of a field from the analysed texts of its rows, and their bounds.  Cost: linear in the tokens."""
    from findry.kernels.inverting import invert

    order, terms = sorted_terms(dictionary(encoded(tokens.vocabulary)))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    found = invert(
        np.ascontiguousarray(tokens.terms, np.int32),
        np.ascontiguousarray(tokens.positions, np.int32),
        np.ascontiguousarray(tokens.offsets, np.int64),
        rank,
    )
    return posting_arrays(terms, *found, np.diff(tokens.offsets).astype(np.int32))


def posting_arrays(
    terms: Dictionary,
    start: NDArray[np.int64],
    rows: NDArray[np.int32],
    tf: NDArray[np.uint8],
    over_at: NDArray[np.int64],
    over_tf: NDArray[np.int32],
    at: NDArray[np.int64],
    gaps: NDArray[np.uint8],
    lengths: NDArray[np.int32],
) -> tuple[Arrays, Bounds]:
    """What is stored of postings with plain rows; bounds hold for the default formula and the average length here."""
    from findry.kernels.windows import into_windows

    filled = lengths[lengths > 0]
    fixed, slope = BM25().line(float(filled.mean()) if len(filled) else 1.0)
    bounds = Bounds(fixed, slope, int(filled.min(initial=2**31 - 1)), int(filled.max(initial=0)))
    wide, slot, rows16, rows32, windows, tops, ladder = into_windows(
        start, rows, tf, over_at, over_tf, lengths, fixed, slope
    )
    order = np.argsort(terms.hashes, kind="stable").astype(np.int32)
    return {
        "terms.offsets": terms.offsets,
        "terms.data": terms.data,
        "keys": terms.hashes[order],
        "order": order,
        "start": start,
        "wide": wide,
        "slot": slot,
        "windows": windows,
        "tops": tops,
        "ladder": ladder,
        "rows16": rows16,
        "rows32": rows32,
        "tf": tf,
        "over.at": over_at,
        "over.tf": over_tf,
        "at": at,
        "gaps": gaps,
        "lengths": lengths,
        "short": np.minimum(lengths, 255).astype(np.uint8),
    }, bounds


class Postings:
    """The postings of one field of a stored segment."""

    def __init__(self, arrays: HeldArrays, prefix: str) -> None:
        self._arrays = arrays
        self._prefix = prefix

    @cached_property
    def bounds(self) -> Bounds:
        """What the stored bounds hold for."""
        fixed, slope, shortest, longest = self._arrays.bounds(self._prefix)
        return Bounds(float(fixed), float(slope), int(shortest), int(longest))

    def array(self, part: str) -> NDArray[Any]:
        """One of the arrays, whole."""
        return self._arrays[f"{self._prefix}.{part}"]

    def place(self, part: str) -> int:
        """Where one of the arrays begins in the buffer of the segment, in elements."""
        name = f"{self._prefix}.{part}"
        return self._arrays.place(name) // self._arrays.part(name, 0, 0).dtype.itemsize

    @cached_property
    def laid(self) -> Laid:
        """What the search kernels take; small arrays are compared with their checksums first."""
        for part in READ_WHOLE:
            self.array(part)
        return Laid(
            np.array([self.place(part) for part in PLACED], np.int64),
            (self.place("lengths"), self.place("short")),
            (self.place("over.at"), len(self.array("over.at")), self.place("over.tf")),
            (self.start, self.array("wide"), self.array("slot"), self.compared),
        )

    @cached_property
    def terms(self) -> Strings:
        """The term dictionary, sorted by bytes."""
        return Strings(self.array("terms.offsets"), self.array("terms.data"))

    @cached_property
    def dictionary(self) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int64], NDArray[np.uint8]]:
        """Hashes of the terms, rising, the term of each hash, and where the bytes of each term lie."""
        return self.array("keys"), self.array("order"), self.array("terms.offsets"), self.array("terms.data")

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """Indexed terms of each row."""
        return self.array("lengths")

    @cached_property
    def start(self) -> NDArray[np.int64]:
        """Where the postings of each term begin."""
        return self.array("start")

    @cached_property
    def _at(self) -> NDArray[np.int64]:
        return self.array("at")

    @cached_property
    def compared(self) -> NDArray[np.bool_]:
        """The terms whose postings were compared with their checksums."""
        return np.zeros(len(self.start) - 1, np.bool_)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays of the field."""
        return self._arrays.nbytes(f"{self._prefix}.")

    def compare(self, numbers: NDArray[np.int32]) -> None:
        """Compare the rows and frequencies of some terms with their checksums, if that was not done before."""
        for number in numbers[~self.compared[numbers]].tolist():
            self._rows(number)
            self._slice("tf", int(self.start[number]), int(self.start[number + 1]))
            self.compared[number] = True

    def _slice(self, part: str, start: int, stop: int) -> NDArray[Any]:
        return self._arrays.part(f"{self._prefix}.{part}", start, stop)

    def _rows(self, term: int) -> NDArray[Any]:
        start, stop, wide = int(self.start[term]), int(self.start[term + 1]), int(self.array("wide")[term])
        if self.array("slot")[term] < 0:
            return self._slice("rows32", start - wide, stop - wide)
        return self._slice("rows16", wide, wide + stop - start)

    def find(self, term: str) -> int:
        """The number of a term in this segment, or -1."""
        return self.terms.position(term)

    def list(self, term: int) -> PostingList:
        """Rows and frequencies of a term number."""
        rows, slot = self._rows(term), int(self.array("slot")[term])
        if slot >= 0:
            windows = self.array("windows")[slot]
            rows = np.repeat(np.arange(len(windows) - 1, dtype=np.int32) << BITS, np.diff(windows)) + rows
        return PostingList(rows, self._frequencies(int(self.start[term]), int(self.start[term + 1])))

    def _frequencies(self, start: int, stop: int) -> NDArray[np.int32]:
        tf = self._slice("tf", start, stop).astype(np.int32)
        large = np.flatnonzero(tf == ESCAPE)
        if len(large):
            tf[large] = self.array("over.tf")[np.searchsorted(self.array("over.at"), large + start)]
        return tf

    def occurrences(self, term: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Row and word position of every occurrence of a term number, in row order."""
        from findry.kernels.inverting import decode_gaps

        rows, tf = self.list(term)
        gaps = self._slice("gaps", int(self._at[term]), int(self._at[term + 1]))
        return np.repeat(rows.astype(np.int64), tf), decode_gaps(gaps, tf)

    def flat(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """All postings in the order of terms: start int64[V + 1], row and frequency of each."""
        from findry.kernels.windows import all_rows

        rows = all_rows(self.start, *(self.array(part) for part in ("wide", "slot", "windows", "rows16", "rows32")))
        return self.start, rows, self._frequencies(0, int(self.start[-1]))

    def gaps(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The gaps of all positions, and where those of each term begin."""
        return self._at, self.array("gaps")
