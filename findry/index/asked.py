"""What a batch of queries asks of the lexical fields: posting lists with weights."""

from __future__ import annotations

__all__ = ["Asked", "ask"]

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.index.clauses import Key, find, lists_of
from findry.index.restrict import Restrictions
from findry.index.terms import TermLists, Vocabulary
from findry.records import ORIGINAL, Queries, Variant
from findry.text import Clause, ParsedQuery

Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]


@dataclass
class Asked:
    """Lines, one for each list that a query needs: of query q those from start[q] to start[q + 1].

    field int64[L]; weight float64[L], that of query, field and rarity; number int32[S, L], the term in each segment or
    -1; lists: phrases and prefixes by line, whose postings were made for this batch.
    """

    start: NDArray[np.int64]
    field: NDArray[np.int64]
    weight: NDArray[np.float64]
    number: NDArray[np.int32]
    lists: Mapping[int, TermLists]

    @property
    def lines(self) -> int:
        """How many lists are needed."""
        return len(self.field)

    @cached_property
    def whole(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """For each query the power of two that makes scores whole numbers below 2^30, and the weights so scaled."""
        from findry.kernels.planning import weigh

        return weigh(self.start, self.weight)

    @property
    def scale(self) -> NDArray[np.float64]:
        """The scale of each query."""
        return self.whole[0]


def ask(
    queries: Queries,
    allowed: Restrictions,
    formula: BM25,
    vocabularies: Sequence[Vocabulary],
    weights: Sequence[float],
) -> Asked:
    """The lines of a batch; lists without a live row and those of weight zero are left out."""
    live = vocabularies[0].snapshot.live_rows
    parts, extras = [], []
    for place, (vocabulary, weight) in enumerate(zip(vocabularies, weights, strict=True)):
        number_of: dict[str, int] = {}
        owners, words, times = [], [], []
        for row in range(len(queries)):
            for key, n in _wanted(
                vocabulary, queries.variants(row), allowed.parsed(row), vocabulary.field.name
            ).items():
                if key[0] == "word":
                    owners.append(row)
                    words.append(number_of.setdefault(key[1], len(number_of)))
                    times.append(n)
                elif n and (lists := find(vocabulary, key)).found:
                    extras.append((row, place, weight * n * _rarity(vocabulary, formula, live, key, lists.df), lists))
        if words:
            numbers, df = vocabulary.look_up(list(number_of))
            of = np.array(words)
            asked = np.array(times) * (formula.idf_of(live, df) * weight)[of]
            kept = (asked != 0) & (df[of] > 0)
            parts.append((np.array(owners)[kept], np.full(int(kept.sum()), place), asked[kept], numbers[:, of[kept]]))
    if len(parts) != 1 or extras:
        parts, held = _together(parts, extras, len(vocabularies[0].snapshot.segments))
    else:
        held = {}
    owner, field, asked, number = parts[0]
    start = np.searchsorted(owner, np.arange(len(queries) + 1))
    return Asked(start, field, asked, np.ascontiguousarray(number), held)


def _together(
    parts: list[Part], extras: Sequence[tuple[int, int, float, TermLists]], segments: int
) -> tuple[list[Part], dict[int, TermLists]]:
    """The lines of several fields, and made lists, as one part in the order of queries."""
    made = (
        np.array([row for row, *_ in extras], np.int64),
        np.array([place for _, place, *_ in extras], np.int64),
        np.array([weight for _, _, weight, _ in extras], np.float64),
        np.full((segments, len(extras)), -1, np.int32),
    )
    columns = [np.concatenate(held, axis=-1) for held in zip(*parts, made, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    first = len(order) - len(extras)
    held = {line: extras[at - first][3] for line, at in enumerate(order.tolist()) if at >= first}
    owner, field, asked, number = columns
    return [(owner[order], field[order], asked[order], number[:, order])], held


def _rarity(vocabulary: Vocabulary, formula: BM25, live: int, key: Key, df: int) -> float:
    if key[0] == "phrase":
        return float(formula.idf_of(live, vocabulary.look_up(key[1])[1]).sum())
    return float(formula.idf_of(live, np.array([df]))[0])


def _wanted(
    vocabulary: Vocabulary, variants: Sequence[Variant], parsed: ParsedQuery | None, name: str
) -> Mapping[Key, float]:
    """Keys and weights that a plan asks of one field."""
    wanted: defaultdict[Key, float] = defaultdict(float)
    for variant in variants:
        if variant.role == ORIGINAL and parsed is not None:
            clauses: Sequence[Clause] = parsed.scored
        else:
            clauses = (Clause("words", variant.text),) if variant.text else ()
        for clause in clauses:
            if clause.field in (None, name):
                for key, weight in lists_of(vocabulary, clause).items():
                    wanted[key] += variant.weight * weight
        for term, weight in (variant.terms or {}).items():
            wanted["word", term] += variant.weight * weight
    return wanted
