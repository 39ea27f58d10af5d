"""The way of relevant documents, as the document that a page is made from."""

from __future__ import annotations

__all__ = ["funnel_document"]

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from findry.records import Queries
from findry.report.head import About, head
from findry.report.rankings import LONGEST, MOST_QUERIES
from findry.report.texts import Shown, Texts, cut, harmless
from findry.study import Fate, Funnel
from findry.study.funnel import BELOW, TOP

MOST_ITEMS = 50  # relevant documents of one query


def funnel_document(
    found: Funnel,
    pipeline: str,
    queries: Queries,
    about: About,
    *,
    texts: Texts | None = None,
    chosen: str | None = None,
    most: int = MOST_QUERIES,
) -> dict[str, Any]:
    """JSON-able: what is left after each step, the fates, and the queries that lost most, document by document.

    chosen: the id of a query that is shown first.
    """
    total, counts = len(found.fates), found.counts()
    by_query: dict[str, list[Fate]] = defaultdict(list)
    for fate in found.fates:
        by_query[fate.query].append(fate)
    lost = {query: sum(fate.fate != TOP for fate in fates) for query, fates in by_query.items()}
    order = sorted(lost, key=lambda query: (query != chosen, -lost[query]))[:most]
    shown, asked = Shown(), dict(zip(queries.ids, queries.texts, strict=True))
    names = {TOP: f"in the top {found.k}", BELOW: f"ranked below {found.k}"}
    rows = [
        {
            "id": cut(query),
            "text": cut(asked.get(query, ""), LONGEST),
            "lost": lost[query],
            "total": len(by_query[query]),
            "items": [_item(fate, names, shown) for fate in found.of(query)[:MOST_ITEMS]],
        }
        for query in order
    ]
    kept = counts.get(TOP, 0)
    lines = [f"{kept:,} of {total:,} relevant documents are in the top {found.k}"] if total else []
    fates = [(names.get(fate, fate), number) for fate, number in counts.items()]
    if worst := max((pair for pair in counts.items() if pair[0] != TOP), key=lambda pair: pair[1], default=None):
        lines.append(f"most of the others: {names.get(worst[0], worst[0])} ({worst[1]:,})")
    return {
        **head("funnel", f"Where relevant documents were lost on {about.data}", len(by_query), about, lines),
        "pipeline": harmless(pipeline),
        "k": found.k,
        "deep": found.deep,
        "total": total,
        "steps": [{"label": harmless(label), "kind": kind, "left": left} for label, kind, left in found.left()],
        "fates": [[harmless(fate), number] for fate, number in fates],
        "deeper": _deeper(found.fates),
        "queries": {"total": len(by_query), "most_items": MOST_ITEMS, "rows": rows},
        "opened": chosen is not None and chosen in by_query,
        "documents": shown.documents(texts),
    }


def _item(fate: Fate, names: dict[str, str], shown: Shown) -> list[Any]:
    told = harmless(names.get(fate.fate, fate.fate))
    return [shown(fate.item), fate.grade, told, list(fate.ranks), [[harmless(label), r] for label, r in fate.deep]]


def _deeper(fates: Sequence[Fate]) -> list[dict[str, Any]]:
    """Of what no retriever brought, how much each has when it is asked for more, and at which middle rank."""
    ranks: dict[str, list[int]] = defaultdict(list)
    for fate in fates:
        for label, rank in fate.deep:
            ranks[label].append(rank)
    rows = []
    for label, found in ranks.items():
        there = sorted(rank for rank in found if rank)
        middle = there[len(there) // 2] if there else None
        rows.append({"label": harmless(label), "there": len(there), "of": len(found), "median": middle})
    return rows
