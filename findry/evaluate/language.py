"""Measures of runs over parallel passages: was the right content found, and was it found in the query's language."""

from __future__ import annotations

__all__ = ["ParallelPool", "first_rank_shares", "lang_ndcg", "language_pairs", "language_preference"]

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.records import Qrels, Run

SOURCE = "arXiv 2605.07249"
SHARES = ("content and language", "content only", "language only", "neither")


@dataclass(frozen=True, eq=False)
class ParallelPool:
    """Which language and group each passage and each query has; the passages of a query's group are relevant.

    Every group must have one passage in each language.

    >>> pool = ParallelPool({"p1": "en", "p2": "de"}, {"p1": "g", "p2": "g"}, {"q": "de"}, {"q": "g"})
    >>> pool.languages, pool.qrels().to_dict()
    (('de', 'en'), {'q': {'p1': 1, 'p2': 1}})
    """

    item_language: Mapping[str, str]
    item_group: Mapping[str, str]
    query_language: Mapping[str, str]
    query_group: Mapping[str, str]

    def __post_init__(self) -> None:
        for language, group in ((self.item_language, self.item_group), (self.query_language, self.query_group)):
            if language.keys() != group.keys():
                raise InputError("every id needs a language and a group", received=str(set(language) ^ set(group)))
        for name, members in self.groups().items():
            found = tuple(sorted(self.item_language[id] for id in members))
            if found != self.languages:
                where = f"group {name!r}"
                raise InputError(
                    "a group that is not parallel", expected=str(self.languages), received=str(found), where=where
                )
        lost = set(self.query_group.values()) - set(self.item_group.values())
        odd = set(self.query_language.values()) - set(self.languages)
        if lost or odd:
            raise InputError("queries of a group or language that no passage has", received=str(sorted(lost | odd)[:5]))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the passages, sorted."""
        return tuple(sorted(set(self.item_language.values())))

    def groups(self) -> dict[str, list[str]]:
        """{group: its passages}."""
        found: dict[str, list[str]] = {}
        for id, group in self.item_group.items():
            found.setdefault(group, []).append(id)
        return found

    def qrels(self) -> Qrels:
        """Every translation of the right passage is relevant, grade 1."""
        groups = self.groups()
        return Qrels.of((query, id, 1) for query, group in self.query_group.items() for id in groups[group])


def language_preference(run: Run, pool: ParallelPool, *, found_within: int | None = None) -> dict[str, float]:
    """{query: 1 where its best ranked relevant passage is in its language, else 0}; the mean is the LPR.

    Source: MLAIRE, arXiv 2605.07249 (name; the formula is inferred).  Chance level: 1 / languages.  All queries of the
    pool, 0 where nothing relevant is listed; with `found_within` only those with a relevant hit among the first so many
    (semantic success).

    >>> same = {"p1": "g", "p2": "g"}
    >>> pool = ParallelPool({"p1": "en", "p2": "de"}, same, {"q": "de", "r": "en"}, {"q": "g", "r": "g"})
    >>> run = Run.from_dict({"q": {"p1": 2.0, "p2": 1.0}, "r": {"p1": 1.0}})
    >>> language_preference(run, pool)
    {'q': 0.0, 'r': 1.0}
    """
    seen = _Seen(run, pool)
    found = {query: seen.language(hit) == pool.query_language[query] for query, hit in seen.best().items()}
    if found_within is None:
        return {query: float(found.get(query, False)) for query in pool.query_language}
    return {query: float(found[query]) for query, hit in seen.best().items() if seen.ranks[hit] <= found_within}


def lang_ndcg(run: Run, pool: ParallelPool, k: int = 10, *, own: int = 2, other: int = 1) -> dict[str, float]:
    """nDCG@k with grade `own` for the relevant passage in the query's language and `other` for its translations.

    Source: MLAIRE, arXiv 2605.07249 (name; the formula is inferred).  Gains 2^grade - 1, discount log2(rank + 1), the
    ideal list puts the query's language first.  own=1, other=0 is the strict variant.

    >>> pool = ParallelPool({"p1": "en", "p2": "de"}, {"p1": "g", "p2": "g"}, {"q": "de"}, {"q": "g"})
    >>> run = Run.from_dict({"q": {"p1": 2.0, "p2": 1.0}})
    >>> round(lang_ndcg(run, pool)["q"], 4)  # (1 + 3 / log2 3) / (3 + 1 / log2 3)
    0.7967
    """
    seen = _Seen(run, pool)
    discounts = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.full(min(k, len(pool.languages)), 2.0**other - 1)
    ideal[0] = 2.0**own - 1
    best = float(np.sort(ideal)[::-1] @ discounts[: len(ideal)])
    counted = seen.gold & (seen.ranks <= k)
    gains = np.where(seen.same, 2.0**own - 1, 2.0**other - 1)[counted] * discounts[seen.ranks[counted] - 1]
    sums = np.bincount(run.owners[counted], gains, minlength=len(run))
    rows = run.queries.ids.find(list(pool.query_language))
    return {
        query: float(sums[row]) / best if row >= 0 else 0.0
        for query, row in zip(pool.query_language, rows.tolist(), strict=True)
    }


def first_rank_shares(run: Run, pool: ParallelPool) -> dict[str, float]:
    """The shares of queries whose first hit has the right content and language, one of them, or neither; they sum to 1.

    Source: MLAIRE, arXiv 2605.07249.  A query without hits has neither.
    """
    seen = _Seen(run, pool)
    top = (seen.ranks == 1) & np.isin(run.owners, run.queries.ids.find(list(pool.query_language)))
    gold, same, n = seen.gold[top], seen.same[top], len(pool.query_language)
    counts = [np.count_nonzero(x) for x in (gold & same, gold & ~same, ~gold & same)]
    return dict(zip(SHARES, [count / n for count in (*counts, n - sum(counts))], strict=True))


def language_pairs(run: Run, pool: ParallelPool) -> NDArray[np.float64]:
    """float64[L, L]: of the queries in language i that found their content, the share that got it first in language j.

    Languages in the order of `pool.languages`; a row of zeros where nothing was found.
    """
    seen, number = _Seen(run, pool), {language: at for at, language in enumerate(pool.languages)}
    counts = np.zeros((len(number), len(number)))
    for query, hit in seen.best().items():
        counts[number[pool.query_language[query]], number[seen.language(hit)]] += 1
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


class _Seen:
    """Which hits are relevant (gold) and which are in the query's language (same), with their ranks; arrays [hits]."""

    def __init__(self, run: Run, pool: ParallelPool) -> None:
        used, at = np.unique(run.rows, return_inverse=True)
        items, queries = run.items.ids.take(used), run.queries.ids.take(np.arange(len(run)))
        self._run, self._pool, self.ranks = run, pool, run.ranks
        group, language = pool.item_group.get, pool.item_language.get
        asked, spoken = pool.query_group.get, pool.query_language.get
        self.gold = _equal([group(id) for id in items], at, [asked(id) for id in queries], run.owners)
        self.same = _equal([language(id) for id in items], at, [spoken(id) for id in queries], run.owners)

    def best(self) -> dict[str, int]:
        """{query: the place of its best relevant hit}."""
        hits = np.flatnonzero(self.gold)
        owners, first = np.unique(self._run.owners[hits], return_index=True)
        return dict(zip(self._run.queries.ids.take(owners), hits[first].tolist(), strict=True))

    def language(self, hit: int) -> str:
        """The language of a hit."""
        return self._pool.item_language[self._run.items.ids.take(self._run.rows[[hit]])[0]]


def _equal(
    left: list[str | None], left_at: NDArray[np.integer], right: list[str | None], right_at: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Where two columns of labels agree; None agrees with nothing."""
    codes = {label: code for code, label in enumerate({*left, *right} - {None})}
    one = np.array([codes.get(label, -1) for label in left], np.int64)
    two = np.array([codes.get(label, -2) for label in right], np.int64)
    return np.asarray(one[left_at] == two[right_at], np.bool_)
