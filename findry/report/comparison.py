"""A comparison as the document that a page is made from."""

from __future__ import annotations

__all__ = ["comparison_document", "systems_part"]

from typing import Any

from findry.records import Qrels, Queries
from findry.report.head import About, head
from findry.report.rankings import query_rows
from findry.report.texts import Shown, Texts, harmless
from findry.study import Comparison, Contrast, Latency, Outcome

SENTENCES = 6
SIGNS = {"tie": "no difference shown", "better": "better", "worse": "worse"}


def comparison_document(
    found: Comparison, queries: Queries, qrels: Qrels, about: About, *, texts: Texts | None = None
) -> dict[str, Any]:
    """JSON-able: head, systems, differences, and the queries with the largest differences and their rankings.

    texts: reads titles and beginnings of documents (`index_texts`); ids alone without it.
    """
    names = [outcome.name for outcome in found.outcomes]
    title = " against ".join(names) if len(names) == 2 else ", ".join(names)
    title = title if len(names) <= 4 and len(title) <= 100 else f"{len(names)} systems"
    lines = [_sentence(found, row) for row in found.contrasts if row.difference.measure == found.measures[0]]
    number = len(found.outcomes[0].evaluation.queries)
    return {
        **head("compare", f"{title} on {about.data}", number, about, lines if len(lines) <= SENTENCES else []),
        **systems_part(found, queries, qrels, texts),
        "chosen": [1 if len(names) > 1 else 0, names.index(found.baseline) if len(names) > 1 else -1],
    }


def _sentence(found: Comparison, row: Contrast) -> str:
    change, interval = row.difference, row.difference.interval
    span = f" [{interval.low:+.3f}, {interval.high:+.3f}]" if interval.low is not None else ""
    told = f"{change.measure} {change.delta:+.3f}{span}"
    return f"{row.system} against {found.baseline}: {told}, {SIGNS[row.verdict]}"


def systems_part(found: Comparison, queries: Queries, qrels: Qrels, texts: Texts | None) -> dict[str, Any]:
    """What every report over a comparison holds."""
    shown = Shown()
    names = [outcome.name for outcome in found.outcomes]
    rows = query_rows(found, queries, qrels, shown)
    return {
        "measures": list(found.measures),
        "baseline": names.index(found.baseline),
        "systems": [_system(outcome) for outcome in found.outcomes],
        "differences": [_difference(row, names) for row in found.contrasts],
        "queries": rows,
        "documents": shown.documents(texts),
    }


def _system(outcome: Outcome) -> dict[str, Any]:
    measured = [
        {name: row[name] for name in ("mean", "low", "high", "judged", "note")} for row in outcome.evaluation.table()
    ]
    return {
        "name": harmless(outcome.name),
        "pipeline": harmless(outcome.pipeline),
        "measures": measured,
        "p50": _quantile(outcome.latency, 0.5),
        "p95": _quantile(outcome.latency, 0.95),
        "timed": len(outcome.latency.seconds) if outcome.latency is not None else 0,
        "speed": outcome.throughput,
        "calls": outcome.cost.get("calls", 0.0),
        "bytes": sum(outcome.held.values()),
    }


def _quantile(latency: Latency | None, share: float) -> dict[str, Any] | None:
    if latency is None or not len(latency.seconds):
        return None
    interval = latency.interval(share)
    low, high = (None if end is None else 1000 * end for end in (interval.low, interval.high))
    return {"mean": 1000 * latency.quantile(share), "low": low, "high": high, "note": interval.reason}


def _difference(row: Contrast, names: list[str]) -> dict[str, Any]:
    change = row.difference
    return {
        "system": names.index(row.system),
        "measure": change.measure,
        "mean": change.delta,
        "low": change.interval.low,
        "high": change.interval.high,
        "note": change.interval.reason,
        "p": change.p,
        "p_holm": row.p_holm,
        "counts": [change.wins, change.losses, change.ties],
        "verdict": row.verdict,
    }
