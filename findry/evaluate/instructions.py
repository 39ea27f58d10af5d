"""Whether a system follows an altered instruction: p-MRR, over two runs."""

from __future__ import annotations

__all__ = ["p_mrr"]

from findry.records import Qrels, Run


def p_mrr(original: Run, altered: Run, before: Qrels, after: Qrels) -> dict[str, float]:
    """How far the documents that an altered instruction excludes fall: {query: value from -1 to 1}, 0 when none moves.

    Source: Weller et al., FollowIR, 2024 (arXiv 2403.15246), section 4.2.  For a document at rank r under the original
    instruction and s under the altered one: s / r - 1 where it rose (s <= r), else 1 - r / s; the mean over the
    documents of a query that were relevant before and are not after.  A document that a list lacks stands right behind
    its end.  Queries with no such document have no value; both runs name a query by the same id.

    >>> original, altered = Run.from_dict({"q": {"a": 2, "b": 1}}), Run.from_dict({"q": {"b": 2, "a": 1}})
    >>> before, after = Qrels.from_dict({"q": {"a": 1, "b": 1}}), Qrels.from_dict({"q": {"a": 0, "b": 1}})
    >>> p_mrr(original, altered, before, after)  # a fell from 1 to 2
    {'q': 0.5}
    """
    first, second, now = _ranks(original), _ranks(altered), after.to_dict()
    values = {}
    for query, row in before.to_dict().items():
        if query not in now:
            continue
        lost = [id for id, grade in row.items() if grade > 0 and now[query].get(id, 0) <= 0]
        old, new = first.get(query, {}), second.get(query, {})
        moves = [_move(old.get(id, len(old) + 1), new.get(id, len(new) + 1)) for id in lost]
        if moves:
            values[query] = sum(moves) / len(moves)
    return values


def _ranks(run: Run) -> dict[str, dict[str, int]]:
    return {query: {id: rank for rank, (id, _) in enumerate(hits, 1)} for query, hits in run.lists()}


def _move(old: int, new: int) -> float:
    return new / old - 1 if new <= old else 1 - old / new
