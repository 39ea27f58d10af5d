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
from findry.kernels import loaded
from findry.records import ORIGINAL, Queries, Variant, ragged
from findry.search.clauses import Key, find, lists_of
from findry.search.plain import weighed
from findry.search.restrict import Restrictions
from findry.search.terms import TermLists, Vocabulary
from findry.text import Clause, ParsedQuery

Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]
Extra = tuple[int, int, float, TermLists]


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
        if not loaded():
            return weighed(self.start, self.weight)
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
    live, segments = vocabularies[0].snapshot.live_rows, len(vocabularies[0].snapshot.segments)
    number_of: list[dict[str, int]] = [{} for _ in vocabularies]
    owners, places, words, times = [], [], [], []
    extras: list[Extra] = []
    for row in range(len(queries)):
        variants, parsed = queries.variants(row), allowed.parsed(row)
        for place, vocabulary in enumerate(vocabularies):
            known = number_of[place]
            for key, n in _wanted(vocabulary, variants, parsed).items():
                if key[0] == "word":
                    owners.append(row)
                    places.append(place)
                    words.append(known.setdefault(key[1], len(known)))
                    times.append(n)
                elif n and (lists := find(vocabulary, key)).found:
                    weight = weights[place] * n * _rarity(vocabulary, formula, live, key, lists.df)
                    extras.append((row, place, weight, lists))
    looked = [vocabulary.look_up(list(known)) for vocabulary, known in zip(vocabularies, number_of, strict=True)]
    worth = [
        np.where(df > 0, formula.idf_of(live, df) * weight, 0.0)
        for (_, df), weight in zip(looked, weights, strict=True)
    ]
    if len(vocabularies) == 1:
        numbers, values, word = looked[0][0], worth[0], np.array(words, np.int64)
        field_of = np.zeros(len(values), np.int64)
    else:
        numbers, values = np.concatenate([found for found, _ in looked], axis=1), np.concatenate(worth)
        base = np.cumsum([0, *map(len, worth)])
        word = np.array(words, np.int64) + base[np.array(places, np.int64)]
        field_of = np.repeat(np.arange(len(worth)), np.diff(base))
    worth_of = np.array(times, np.float64) * values[word]
    there = np.flatnonzero(worth_of)
    start = ragged.counts_to_offsets(np.bincount(np.array(owners, np.int64)[there], minlength=len(queries)))
    asked = start, field_of[word[there]], worth_of[there], np.ascontiguousarray(numbers[:, word[there]])
    return _with(asked, extras, segments) if extras else Asked(*asked, {})


def _with(words: Part, extras: Sequence[Extra], segments: int) -> Asked:
    """The lines of words, and of made lists after them in each query."""
    start, field, weight, number = words
    queries, first = len(start) - 1, int(start[-1])
    owner = np.concatenate([np.repeat(np.arange(queries), np.diff(start)), [row for row, *_ in extras]])
    made = (
        np.array([place for _, place, *_ in extras], np.int64),
        np.array([weight for _, _, weight, _ in extras], np.float64),
        np.full((segments, len(extras)), -1, np.int32),
    )
    order = np.argsort(owner, kind="stable")
    held = {line: extras[at - first][3] for line, at in enumerate(order.tolist()) if at >= first}
    return Asked(
        np.searchsorted(owner[order], np.arange(queries + 1)),
        np.concatenate((field, made[0]))[order],
        np.concatenate((weight, made[1]))[order],
        np.ascontiguousarray(np.concatenate((number, made[2]), axis=1)[:, order]),
        held,
    )


def _rarity(vocabulary: Vocabulary, formula: BM25, live: int, key: Key, df: int) -> float:
    if key[0] == "phrase":
        return float(formula.idf_of(live, vocabulary.look_up(key[1])[1]).sum())
    return float(formula.idf_of(live, np.array([df]))[0])


def _wanted(vocabulary: Vocabulary, variants: Sequence[Variant], parsed: ParsedQuery | None) -> Mapping[Key, float]:
    """Keys and weights that a plan asks of one field."""
    wanted: defaultdict[Key, float] = defaultdict(float)
    name = vocabulary.field.name
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
