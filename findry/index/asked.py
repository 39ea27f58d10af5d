"""What a batch of queries asks of the lexical fields: posting lists with weights."""

from __future__ import annotations

__all__ = ["Asked", "ask"]

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.index.bm25 import BM25
from findry.index.clauses import Key, find, lists_of
from findry.index.restrict import Restrictions
from findry.index.terms import TermLists, Vocabulary
from findry.records import ORIGINAL, Queries, Variant
from findry.text import Clause, ParsedQuery


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

    @property
    def scale(self) -> NDArray[np.float64]:
        """For each query the power of two by which scores become whole numbers; their sum stays below 2^30."""
        totals = np.add.reduceat(np.append(np.abs(self.weight), 0.0), np.minimum(self.start[:-1], self.lines))
        totals[np.diff(self.start) == 0] = 1.0
        scale: NDArray[np.float64] = np.exp2(np.floor(29 - np.log2(totals)))
        return scale


def ask(
    queries: Queries,
    allowed: Restrictions,
    formula: BM25,
    vocabularies: Sequence[Vocabulary],
    weights: Sequence[float],
) -> Asked:
    """The lines of a batch; lists without a live row and those of weight zero are left out."""
    live = vocabularies[0].snapshot.live_rows
    segments = len(vocabularies[0].snapshot.segments)
    owners: list[int] = []
    fields: list[int] = []
    asked: list[float] = []
    numbers: list[NDArray[np.int32]] = []
    found_lists: list[TermLists | None] = []
    for place, (vocabulary, weight) in enumerate(zip(vocabularies, weights, strict=True)):
        wanted = [
            _wanted(vocabulary, queries.variants(row), allowed.parsed(row), vocabulary.field.name)
            for row in range(len(queries))
        ]
        words = list(dict.fromkeys(key[1] for of_it in wanted for key in of_it if key[0] == "word"))
        number_of = {word: n for n, word in enumerate(words)}
        found, df = vocabulary.look_up(words) if words else (np.zeros((segments, 0), np.int32), np.zeros(0, np.int64))
        idf = formula.idf_of(live, df)
        made: dict[Key, TermLists] = {}
        for row, of_it in enumerate(wanted):
            for key, times in of_it.items():
                if key[0] == "word":
                    word = number_of[key[1]]
                    if not times or not df[word]:
                        continue
                    numbers.append(found[:, word])
                    found_lists.append(None)
                    rarity = float(idf[word])
                else:
                    lists = made[key] = made.get(key) or find(vocabulary, key)
                    if not times or not lists.found:
                        continue
                    numbers.append(np.full(segments, -1, np.int32))
                    found_lists.append(lists)
                    rarity = _rarity(vocabulary, formula, live, key, lists.df)
                owners.append(row)
                fields.append(place)
                asked.append(weight * times * rarity)
    order = np.argsort(np.array(owners, np.int64), kind="stable")
    start = np.zeros(len(queries) + 1, np.int64)
    np.cumsum(np.bincount(np.array(owners, np.int64), minlength=len(queries)), out=start[1:])
    number = np.array(numbers, np.int32).reshape(len(owners), segments).T[:, order]
    held = {line: lists for line, lists in enumerate(found_lists[i] for i in order.tolist()) if lists is not None}
    return Asked(start, np.array(fields, np.int64)[order], np.array(asked)[order], np.ascontiguousarray(number), held)


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
