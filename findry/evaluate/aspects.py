"""Do the first hits answer all parts of a question, and no part again and again?  Are they of the kind asked for?"""

from __future__ import annotations

__all__ = ["alpha_ndcg", "aspect_recall", "modality_accuracy"]

from collections.abc import Collection, Mapping, Sequence
from math import log2

from findry.errors import InputError
from findry.records import Run

Aspects = Mapping[str, Mapping[str, Collection[str]]]
"""Of each query, of each of its aspects, the ids that answer it."""


def aspect_recall(run: Run, aspects: Aspects, k: int = 10) -> dict[str, float]:
    """S-recall@k: the share of a query's aspects that any of the first k hits answers; 0 for a query without a hit.

    Source: Zhai, Cohen, Lafferty, SIGIR 2003, section 3.

    >>> aspect_recall(Run.from_dict({"q": {"a": 3.0, "b": 2.0}}), {"q": {"1": ["a", "b"], "2": ["c"]}})
    {'q': 0.5}
    """
    found = _lists(run, aspects, k)
    return {
        query: sum(any(id in ids for id in found[query]) for ids in parts.values()) / len(parts)
        for query, parts in aspects.items()
    }


def alpha_ndcg(run: Run, aspects: Aspects, k: int = 10, *, alpha: float = 0.5) -> dict[str, float]:
    """Gain falls by the factor 1 - alpha each time an aspect is answered again; relative to a greedy ideal list.

    DCG = sum over ranks r of sum over aspects answered there of (1 - alpha)^(times answered before) / log2(r + 1).
    Source: Clarke et al., SIGIR 2008, section 3 (the ideal list is built greedily, as there).  Cost of the ideal:
    O(k x answers x aspects).

    >>> aspects = {"q": {"1": ["a", "b"], "2": ["c"]}}
    >>> round(alpha_ndcg(Run.from_dict({"q": {"a": 3.0, "b": 2.0}}), aspects, 2)["q"], 4)  # 1.3155 / 1.6309
    0.8066
    """
    if not 0 <= alpha <= 1:
        raise InputError("alpha must lie between 0 and 1", received=str(alpha))
    found = _lists(run, aspects, k)
    values = {}
    for query, parts in aspects.items():
        ideal: list[str] = []
        rest = dict.fromkeys(id for ids in parts.values() for id in ids)
        while rest and len(ideal) < k:
            ideal.append(max(rest, key=lambda one: _gain(one, ideal, parts, alpha)))
            del rest[ideal[-1]]
        best = _dcg(ideal, parts, alpha)
        values[query] = _dcg(found[query], parts, alpha) / best if best else 0.0
    return values


def modality_accuracy(run: Run, wanted: Mapping[str, str], modality: Mapping[str, str], k: int = 1) -> dict[str, float]:
    """The share of the first k hits that have the modality asked for; a query with fewer hits is short of the rest.

    An item without a modality is of another.

    >>> run = Run.from_dict({"q": {"a": 2.0, "b": 1.0}})
    >>> modality_accuracy(run, {"q": "image"}, {"a": "image", "b": "text"}, 2)
    {'q': 0.5}
    """
    found = _lists(run, wanted, k)
    return {query: sum(modality.get(id) == kind for id in found[query]) / k for query, kind in wanted.items()}


def _lists(run: Run, queries: Mapping[str, object], k: int) -> dict[str, list[str]]:
    if k < 1:
        raise InputError("a measure reads at least one hit", received=f"k = {k}")
    held = {query: [id for id, _ in hits[:k]] for query, hits in run.lists() if query in queries}
    for query, parts in queries.items():
        if isinstance(parts, Mapping) and not any(parts.values()):
            raise InputError("a query without an answered aspect", where=f"query {query!r}")
    return {query: held.get(query, []) for query in queries}


def _gain(id: str, before: Sequence[str], parts: Mapping[str, Collection[str]], alpha: float) -> float:
    return sum((1 - alpha) ** sum(one in ids for one in before) for ids in parts.values() if id in ids)


def _dcg(ids: Sequence[str], parts: Mapping[str, Collection[str]], alpha: float) -> float:
    return sum(_gain(id, ids[:place], parts, alpha) / log2(place + 2) for place, id in enumerate(ids))
