"""BM25 of the rows of a snapshot for what a batch asks: the k best of all rows, or the scores of some."""

from __future__ import annotations

__all__ = ["Scoring"]

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.index.snapshot import Snapshot
from findry.kernels.layout import COLUMNS, EXTRA, SPARE, WINDOW
from findry.records import ragged
from findry.search.asked import Asked
from findry.search.held import Held, hold
from findry.search.plain import plain
from findry.search.restrict import Restrictions
from findry.search.spreading import spread
from findry.search.terms import Vocabulary

Ranking = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]
_NO_ROWS, _NONE_KNOWN = np.zeros(0, np.int32), np.zeros(0, np.float32)


class _Part(NamedTuple):
    """What a batch asks of one segment, and which rows each query may return."""

    start: NDArray[np.int64]
    lists: NDArray[np.int64]
    weights: NDArray[np.float32]
    rows: NDArray[np.int32]
    tf: NDArray[np.int32]
    mask_of: NDArray[np.int64]
    masks: NDArray[np.bool_]


class Scoring:
    """Scores under one formula; each addend is a whole number under the scale of its query."""

    def __init__(self, snapshot: Snapshot, formula: BM25, vocabularies: Sequence[Vocabulary]) -> None:
        self._snapshot, self._vocabularies = snapshot, vocabularies
        self._lines = [formula.line(vocabulary.average_length) for vocabulary in vocabularies]

    @cached_property
    def held(self) -> list[Held]:
        """Each segment as the kernels take it."""
        return [
            hold(self._snapshot, number, self._vocabularies, self._lines)
            for number in range(len(self._snapshot.segments))
        ]

    def best(self, asked: Asked, allowed: Restrictions, k: int, threads: int | None = None) -> Ranking:
        """The k best rows of each query in order, as offsets, rows and scores."""
        if (asked.weight < 0).any() or plain(int(self._snapshot.row_base[-1]), len(asked.start) - 1):
            return self._best_of_all(asked, allowed, k)
        scale, weights = asked.whole
        masks = [allowed.masks(row) for row in range(len(scale))]
        parts = []
        for number, segment in enumerate(self._snapshot.segments):
            lines, start, lists, rows, tf = self._lists(number, asked)
            lined = _lined([of_it[number] for of_it in masks], segment.rows)
            parts.append(_Part(start, lists, weights[lines], rows, tf, *lined))
        return self._ranked(parts, scale, k, threads)

    def _ranked(self, parts: Sequence[_Part], scale: NDArray[np.float64], k: int, threads: int | None) -> Ranking:
        from findry.kernels.candidates import ranked

        queries, most = len(scale), int(min(k, max(self._snapshot.row_base[-1], 1)))
        held = np.zeros((queries, 2), np.int64)
        values = np.empty((queries, 2 * most + SPARE), np.float32)
        found, ties = np.empty(values.shape, np.int32), np.empty(values.shape, np.uint64)
        for number, part in enumerate(parts):
            self._search(number, part, most, threads, (held, values, found, ties))
        return ranked(held, values, found, ties, scale)

    def _search(
        self,
        number: int,
        part: _Part,
        k: int,
        threads: int | None,
        out: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int32], NDArray[np.uint64]],
    ) -> None:
        from findry.kernels.searching import search

        held = self.held[number].descriptor

        def run(first: int, last: int) -> None:
            search(
                first,
                last,
                held,
                part.start,
                part.lists,
                part.weights,
                part.rows,
                part.tf,
                _NONE_KNOWN,
                part.mask_of,
                part.masks,
                k,
                *out,
            )

        spread(run, len(part.start) - 1, threads)

    def _lists(
        self, number: int, asked: Asked
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """The lines that this segment has, the start of each query in them, their description, and made postings."""
        from findry.kernels.planning import describe, present

        terms = asked.number[number]
        extra = {line: found.lists[number] for line, found in asked.lists.items() if len(found.lists[number].rows)}
        counts = np.zeros(len(terms) if extra else 0, np.int64)
        for line, made in extra.items():
            counts[line] = len(made.rows)
        lines, start = present(asked.start, terms, counts)
        lists = np.full((len(lines), COLUMNS), -1, np.int64)
        held, windows = self.held[number], -(-self._snapshot.segments[number].rows // WINDOW)
        for field, vocabulary in enumerate(self._vocabularies):
            if describe(
                terms, asked.field, lines, field, *held.laid[field].terms, windows, held.laid[field].places, lists
            ):
                of_field = terms[asked.field == field]
                vocabulary.postings[number].compare(of_field[of_field >= 0])
        if not extra:
            return lines, start, lists, _NO_ROWS, _NO_ROWS
        rows, tf, end = [], [], 0
        for line, made in extra.items():
            lists[np.searchsorted(lines, line), :4] = EXTRA, asked.field[line], len(made.rows), end
            rows.append(made.rows)
            tf.append(made.tf)
            end += len(made.rows)
        return lines, start, lists, np.concatenate(rows), np.concatenate(tf)

    def _all(self, asked: Asked, query: int, number: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The sums of all rows of a segment in plain steps, and which rows hold any of the lists."""
        segment = self._snapshot.segments[number]
        sums, matched = np.zeros(segment.rows, np.int64), np.zeros(segment.rows, np.bool_)
        for line in range(int(asked.start[query]), int(asked.start[query + 1])):
            field, term = int(asked.field[line]), int(asked.number[number, line])
            postings = self._vocabularies[field].postings[number]
            if line in asked.lists:
                found = asked.lists[line].lists[number]
            elif term >= 0:
                found = postings.list(term)
            else:
                continue
            fixed, slope = np.array(self._lines[field], np.float32)
            weight = np.float32(asked.weight[line] * asked.scale[query])
            tf = found.tf.astype(np.float32)
            added = np.abs(weight) * (tf / (tf + (fixed + slope * postings.lengths[found.rows].astype(np.float32))))
            whole = np.maximum(1, (added + np.float32(0.5)).astype(np.int64))
            sums[found.rows] += whole if weight > 0 else -whole
            matched[found.rows] = True
        return sums, matched

    def of_rows(self, asked: Asked, query: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of some rows for one query."""
        out = np.zeros(len(rows), np.float32)
        which = np.searchsorted(self._snapshot.row_base, rows, side="right") - 1
        for number in sorted({*which.tolist()}):
            places = np.flatnonzero(which == number)
            sums, _ = self._all(asked, query, number)
            local = rows[places] - self._snapshot.row_base[number]
            out[places] = sums[local].astype(np.float32) / asked.scale[query]
        return out

    def parts_of(self, asked: Asked, query: int, row: int) -> list[tuple[int, str, int, int, float]]:
        """What makes up the score of one row: field, term, its frequency, the length of the row, and what it adds.

        A phrase or a prefix has no term of its own; its name is empty.
        """
        number = int(np.searchsorted(self._snapshot.row_base, row, side="right")) - 1
        local, found = row - int(self._snapshot.row_base[number]), []
        for line in range(int(asked.start[query]), int(asked.start[query + 1])):
            field, term = int(asked.field[line]), int(asked.number[number, line])
            postings = self._vocabularies[field].postings[number]
            name = postings.terms[term] if term >= 0 else ""
            held = asked.lists[line].lists[number] if line in asked.lists else None
            held = postings.list(term) if held is None and term >= 0 else held
            if held is None:
                continue
            at = int(np.searchsorted(held.rows, local))
            if at < len(held.rows) and held.rows[at] == local:
                tf, length = int(held.tf[at]), int(postings.lengths[local])
                fixed, slope = self._lines[field]
                added = float(asked.weight[line]) * tf / (tf + fixed + slope * length)
                found.append((field, name, tf, length, added))
        return found

    def _best_of_all(self, asked: Asked, allowed: Restrictions, k: int) -> Ranking:
        """As `best`, for negative weights too: every row is scored, and the best are chosen."""
        counts, rows, scores = [], [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for query in range(len(asked.start) - 1):
            parts = [np.zeros(0, np.int64)]
            for number, mask in enumerate(allowed.masks(query)):
                _, matched = self._all(asked, query, number)
                parts.append(
                    np.flatnonzero(matched if mask is None else matched & mask) + self._snapshot.row_base[number]
                )
            found = np.concatenate(parts)
            of_them = self.of_rows(asked, query, found)
            order = np.lexsort((self._snapshot.rows.ids.ties(found), -of_them))[:k]
            counts.append(len(order))
            rows.append(found[order])
            scores.append(of_them[order])
        offsets = ragged.counts_to_offsets(np.array(counts))
        return offsets, np.concatenate(rows).astype(np.int32), np.concatenate(scores)


def _lined(masks: Sequence[NDArray[np.bool_] | None], rows: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The different masks of a batch, and which line of them each query has."""
    lines: dict[int, int] = {}
    held: list[NDArray[np.bool_]] = []
    of = np.full(len(masks), -1, np.int64)
    for query, mask in enumerate(masks):
        if mask is not None:
            of[query] = lines.setdefault(id(mask), len(held))
            if of[query] == len(held):
                held.append(mask)
    if not held:
        return of, np.zeros((0, rows), np.bool_)
    return of, held[0][None] if len(held) == 1 else np.stack(held)
