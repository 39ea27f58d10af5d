"""What stages are worth, as the document that a page is made from."""

from __future__ import annotations

__all__ = ["marginal_document"]

from typing import Any

from findry.records import Qrels, Queries
from findry.report.comparison import systems_part
from findry.report.head import About, head
from findry.report.texts import Texts, harmless
from findry.study import Marginal, StageValue


def marginal_document(
    found: Marginal, queries: Queries, qrels: Qrels, about: About, *, texts: Texts | None = None
) -> dict[str, Any]:
    """JSON-able: as `comparison_document`, and the stages with gain, time and verdict.

    The whole pipeline is compared with each pipeline that lacks a stage.
    """
    whole = found.comparison["whole"]
    title = f"What each stage of {whole.pipeline} is worth on {about.data}"
    title = title if len(title) <= 120 else f"What each stage is worth on {about.data}"
    lines = [f"{stage.label}: {stage}" for stage in found.stages]
    names = [outcome.name for outcome in found.comparison.outcomes]
    return {
        **head("marginal", title, len(whole.evaluation.queries), about, lines),
        **systems_part(found.comparison, queries, qrels, texts),
        "stages": [_stage(stage) for stage in found.stages],
        "chosen": [0, 1 if len(names) > 1 else -1],
    }


def _stage(stage: StageValue) -> dict[str, Any]:
    row, slower = stage.difference, stage.milliseconds
    gain = None
    if row is not None:
        ends = {"low": row.interval.low, "high": row.interval.high, "note": row.interval.reason}
        gain = {"mean": row.delta, **ends, "p": row.p, "counts": [row.wins, row.losses, row.ties]}
    return {
        "label": harmless(stage.label),
        "kind": stage.kind,
        "without": harmless(stage.without),
        "gain": gain,
        "p_holm": stage.p_holm,
        "milliseconds": None if slower is None else dict(zip(("mean", "low", "high"), slower, strict=True)),
        "calls": stage.cost.get("calls", 0.0),
        "effect": stage.effect,
        "verdict": stage.verdict,
        "told": str(stage),
    }
