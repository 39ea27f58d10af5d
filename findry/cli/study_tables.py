"""Comparisons and stage values as tables and as JSON."""

from __future__ import annotations

__all__ = ["comparison_dict", "marginal_dict", "show_comparison", "show_marginal"]

from typing import TYPE_CHECKING, Any

from findry.cli.output import note, pairs, show_bytes, table

if TYPE_CHECKING:
    from findry.evaluate import Interval
    from findry.study import Comparison, Latency, Marginal, Outcome, StageValue

SIGNS = {"tie": "=", "better": "+", "worse": "-"}


def show_comparison(found: Comparison) -> None:
    """A table of systems and one of differences."""
    reasons: dict[str, None] = {}
    rows = []
    for outcome in found.outcomes:
        measured = {row["measure"]: row for row in outcome.evaluation.table()}
        cells = []
        for measure in found.measures:
            row = measured[measure]
            cells.append(f"{row['mean']:.3f} {_span(row['low'], row['high'], '.3f')}")
            reasons |= dict.fromkeys([row["note"]] if row["note"] else [])
        judged = sum(measured[m]["judged"] for m in found.measures[:1])
        rows.append([outcome.name, *cells, f"{judged:.0%}", *_times(outcome.latency, reasons), *_spent(outcome)])
    columns = ["system", *found.measures, "judged", "p50 ms", "p95 ms", "queries/s", "calls", "index"]
    n = len(found.outcomes[0].evaluation.queries)
    title = f"{n:,} queries of {found.judgments}; mean [95 % interval]; p50 and p95 of queries asked one at a time"
    table(columns, rows, right=columns[1:], title=title)
    if found.contrasts:
        print()
        _show_contrasts(found, reasons)
    for reason in reasons:
        note(f"no interval: {reason}")


def _show_contrasts(found: Comparison, reasons: dict[str, None]) -> None:
    rows = []
    for contrast in found.contrasts:
        row = contrast.difference
        reasons |= dict.fromkeys([row.interval.reason] if row.interval.reason else [])
        counts = f"{row.wins} / {row.losses} / {row.ties}"
        span = _span(row.interval.low, row.interval.high, "+.3f")
        cells = (f"{row.delta:+.3f} {span}", SIGNS[contrast.verdict], f"{row.p:.4f}", f"{contrast.p_holm:.4f}", counts)
        rows.append([f"{contrast.system} - {found.baseline}", row.measure, *cells])
    columns = ("difference", "measure", "mean", "", "p", "p (Holm)", "better / worse / same")
    table(columns, rows, right=columns[2:])
    if any(contrast.verdict == "tie" for contrast in found.contrasts):
        print("= no difference shown: p (Holm) is 0.05 or more")


def _span(low: float | None, high: float | None, digits: str) -> str:
    return "[no interval]" if low is None or high is None else f"[{low:{digits}}, {high:{digits}}]"


def _times(latency: Latency | None, reasons: dict[str, None]) -> list[str]:
    if latency is None:
        return ["-", "-"]
    shown = []
    for share in (0.5, 0.95):
        interval = latency.interval(share)
        reasons |= dict.fromkeys([interval.reason] if interval.reason else [])
        span = "" if interval.low is None or interval.high is None else _milliseconds(interval)
        shown.append(f"{1000 * latency.quantile(share):.2f}{span}")
    return shown


def _milliseconds(interval: Interval) -> str:
    return f" [{1000 * (interval.low or 0):.2f}, {1000 * (interval.high or 0):.2f}]"


def _spent(outcome: Outcome) -> list[str]:
    speed = outcome.throughput
    calls = outcome.cost.get("calls")
    held = sum(outcome.held.values())
    return [f"{speed:,.0f}" if speed else "-", f"{calls:,.0f}" if calls else "0", show_bytes(held) if held else "-"]


def comparison_dict(found: Comparison) -> dict[str, Any]:
    """JSON-able: judgments, baseline, systems with measures and times, differences."""
    systems = []
    for outcome in found.outcomes:
        rows = {row.pop("measure"): row for row in outcome.evaluation.table()}
        systems.append(
            {
                "name": outcome.name,
                "pipeline": outcome.pipeline,
                "queries": len(outcome.evaluation.queries),
                "measures": rows,
                "latency_ms": _latency_dict(outcome.latency),
                "queries_per_second": outcome.throughput,
                "cost": dict(outcome.cost),
                "index_bytes": dict(outcome.held),
                "counts": dict(outcome.evaluation.counts),
            }
        )
    contrasts = []
    for contrast in found.contrasts:
        row = contrast.difference
        interval = {"low": row.interval.low, "high": row.interval.high, "note": row.interval.reason}
        counts = {"better": row.wins, "worse": row.losses, "same": row.ties}
        tested = {"p": row.p, "p_holm": contrast.p_holm, "verdict": contrast.verdict}
        contrasts.append({"system": contrast.system, "measure": row.measure, "delta": row.delta} | interval | tested)
        contrasts[-1] |= counts
    told = {"judgments": found.judgments, "baseline": found.baseline, "measures": list(found.measures)}
    return {**told, "systems": systems, "differences": contrasts}


def _latency_dict(latency: Latency | None) -> dict[str, Any] | None:
    if latency is None:
        return None
    found: dict[str, Any] = {"queries": len(latency.seconds)}
    for share in (0.5, 0.95):
        interval = latency.interval(share)
        low, high = (None if end is None else 1000 * end for end in (interval.low, interval.high))
        found[f"p{share:.0%}"[:-1]] = {"value": 1000 * latency.quantile(share), "low": low, "high": high}
    return found


def show_marginal(found: Marginal) -> None:
    """One row a stage, then what was compared."""
    whole = found.comparison["whole"]
    n, mean = len(whole.evaluation.queries), whole.evaluation.mean(found.measure)
    rows = []
    for stage in found.stages:
        row = stage.difference
        gain = "-" if row is None else f"{row.delta:+.3f} {_span(row.interval.low, row.interval.high, '+.3f')}"
        slower = stage.milliseconds
        ms = "-" if slower is None else f"{slower[0]:+.2f} [{slower[1]:+.2f}, {slower[2]:+.2f}]"
        calls = stage.cost.get("calls", 0.0)
        rows.append([stage.label, stage.kind, gain, ms, f"{calls:+.1f}" if calls else "0", str(stage)])
    columns = ("stage", "kind", f"gain in {found.measure}", "ms/query", "calls/query", "verdict")
    title = f"{n:,} queries of {found.comparison.judgments}; {found.measure} {mean:.3f}; each stage against its null"
    table(columns, rows, right=columns[2:5], title=title)
    print()
    pairs([("whole", whole.pipeline), *((f"without {s.label}", s.without) for s in found.stages if s.without)])


def marginal_dict(found: Marginal) -> dict[str, Any]:
    """JSON-able: the stages with gain, time, cost and verdict, and the comparison behind them."""
    return {
        "measure": found.measure,
        "stages": [_stage_dict(stage) for stage in found.stages],
        "comparison": comparison_dict(found.comparison),
    }


def _stage_dict(stage: StageValue) -> dict[str, Any]:
    row, slower = stage.difference, stage.milliseconds
    gain = None if row is None else {"delta": row.delta, "low": row.interval.low, "high": row.interval.high, "p": row.p}
    counts = None if row is None else {"better": row.wins, "worse": row.losses, "same": row.ties}
    return {
        "stage": stage.label,
        "kind": stage.kind,
        "without": stage.without,
        "gain": gain,
        "queries": counts,
        "p_holm": stage.p_holm,
        "milliseconds": None if slower is None else dict(zip(("value", "low", "high"), slower, strict=True)),
        "cost_per_query": stage.cost,
        "effect": stage.effect,
        "queries_needed": stage.needed,
        "verdict": stage.verdict,
    }
