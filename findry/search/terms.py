"""Words, phrases and prefixes as posting lists over all segments of a snapshot."""

from __future__ import annotations

__all__ = ["TermLists", "Vocabulary"]

from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from findry.index.postings import PostingList, Postings
from findry.index.snapshot import Snapshot
from findry.kernels import loaded

FEW_WORDS = 256
NOTHING = PostingList(np.zeros(0, np.int32), np.zeros(0, np.int32))


class TermLists(NamedTuple):
    """What can be scored like a term: one posting list a segment, and its rarity."""

    lists: tuple[PostingList, ...]
    df: int

    @property
    def found(self) -> bool:
        """Whether any live row has it."""
        return self.df > 0


class Vocabulary:
    """One lexical field of a snapshot: its terms, their live document frequencies, its statistics.

    Document frequencies count live rows only, exactly, at any time: where a segment has deletes its
    posting list is counted through the mask of live rows.  Cost: O(df) then, once a term; O(1) otherwise.
    """

    def __init__(self, snapshot: Snapshot, field: str) -> None:
        self.snapshot = snapshot
        self.field = snapshot.lexical_field(field)
        self.postings: list[Postings] = [segment.postings[field] for segment in snapshot.segments]
        self._live = lru_cache(maxsize=1 << 16)(self._live_count)

    @cached_property
    def average_length(self) -> float:
        """Mean number of indexed terms of live rows."""
        total = sum(segment.live_length(self.field.name) for segment in self.snapshot.segments)
        return total / self.snapshot.live_rows if self.snapshot.live_rows else 0.0

    def _of(self, lists: Sequence[PostingList]) -> TermLists:
        df = 0
        for segment, found in zip(self.snapshot.segments, lists, strict=True):
            live = segment.live_rows
            df += len(found.rows) if live is None else int(live[found.rows].sum())
        return TermLists(tuple(lists), df)

    def look_up(self, words: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The number of each analysed term in each segment, int32[S, n] with -1 where it is not, and its live rows."""
        if not loaded() and len(words) <= FEW_WORDS:
            return self._looked_up(words)
        from findry.kernels.planning import locate

        raw = [word.encode("utf-8", "surrogatepass") for word in words]
        hashes = np.fromiter(map(xxh3_64_intdigest, raw), np.uint64, len(raw))
        ends = np.fromiter(accumulate(map(len, raw), initial=0), np.int64, len(raw) + 1)
        data = np.frombuffer(b"".join(raw) or b"\0", np.uint8)
        numbers = np.empty((len(self.postings), len(raw)), np.int32)
        df = np.zeros(len(raw), np.int64)
        for line, (postings, segment) in enumerate(zip(self.postings, self.snapshot.segments, strict=True)):
            live, found = segment.live_rows is None, numbers[line]
            counted = df if live else np.zeros(len(raw), np.int64)
            locate(hashes, data, ends, *postings.dictionary, postings.start, found, counted)
            if not live:
                there = np.flatnonzero(found >= 0)
                df[there] += np.array([self._live(line, number) for number in found[there].tolist()], np.int64)
        return numbers, df

    def _looked_up(self, words: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """As `look_up`, in plain steps."""
        found = [[postings.find(word) for word in words] for postings in self.postings]
        lines = enumerate(found)
        live = [[self._live(line, number) if number >= 0 else 0 for number in of_line] for line, of_line in lines]
        shape = len(self.postings), len(words)
        return np.array(found, np.int32).reshape(shape), np.array(live, np.int64).reshape(shape).sum(axis=0)

    def _live_count(self, segment: int, number: int) -> int:
        live = self.snapshot.segments[segment].live_rows
        rows = self.postings[segment].list(number).rows
        return len(rows) if live is None else int(live[rows].sum())

    def word(self, term: str) -> TermLists:
        """The postings of one analysed term."""
        lists = []
        for postings in self.postings:
            number = postings.find(term)
            lists.append(postings.list(number) if number >= 0 else NOTHING)
        return self._of(lists)

    def prefix(self, prefix: str) -> TermLists:
        """All terms that start with `prefix`, as if they were one term: frequencies add up."""
        lists = []
        for postings in self.postings:
            numbers = postings.terms.prefixed(prefix)
            parts = [postings.list(number) for number in numbers]
            lists.append(_merged(parts))
        return self._of(lists)

    def starting_with(self, prefix: str) -> set[str]:
        """The terms of the index that start with `prefix`."""
        return {p.terms[number] for p in self.postings for number in p.terms.prefixed(prefix)}

    def phrase(self, terms: Sequence[str], offsets: Sequence[int]) -> TermLists:
        """Rows where the terms stand at the given distances from each other; tf counts the places.

        Cost: O(occurrences of its terms).
        """
        lists = []
        for postings in self.postings:
            numbers = [postings.find(term) for term in terms]
            lists.append(_phrase(postings, numbers, offsets) if min(numbers, default=-1) >= 0 else NOTHING)
        return self._of(lists)


def _merged(parts: list[PostingList]) -> PostingList:
    if not parts:
        return NOTHING
    rows = np.concatenate([part.rows for part in parts])
    found, places = np.unique(rows, return_inverse=True)
    tf = np.bincount(places, weights=np.concatenate([part.tf for part in parts]), minlength=len(found))
    return PostingList(found, tf.astype(np.int32))


def _phrase(postings: Postings, numbers: list[int], offsets: Sequence[int]) -> PostingList:
    starts: NDArray[np.int64] | None = None
    for number, offset in zip(numbers, offsets, strict=True):
        rows, positions = postings.occurrences(number)
        keys = (rows << 32) + (positions.astype(np.int64) - offset)
        starts = keys if starts is None else np.intersect1d(starts, keys, assume_unique=True)
        if not len(starts):
            return NOTHING
    if starts is None:
        return NOTHING
    # A position before the text's start borrows from the row; such a key has no partner in the
    # occurrences of the first term, whose offset is 0.
    found, tf = np.unique(starts >> 32, return_counts=True)
    return PostingList(found.astype(np.int32), tf.astype(np.int32))
