"""Comparisons as rows, CSV and LaTeX."""

from __future__ import annotations

__all__ = ["rows", "to_csv", "to_latex"]

import csv
import io
from typing import Any

from findry.study.comparison import Comparison, Contrast, Outcome

_SPECIAL = str.maketrans({c: "\\" + c for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"})


def rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One flat row a system and measure: means, intervals, the difference to the baseline, time and cost."""
    found = []
    for outcome in comparison.outcomes:
        measured = {row["measure"]: row for row in outcome.evaluation.table()}
        for measure in comparison.measures:
            row = measured[measure]
            found.append(
                {
                    "system": outcome.name,
                    "measure": measure,
                    "queries": row["queries"],
                    "mean": row["mean"],
                    "low": row["low"],
                    "high": row["high"],
                    "judged": row["judged"],
                    **_contrast(comparison, outcome.name, measure),
                    **_spent(outcome),
                }
            )
    return found


def _contrast(comparison: Comparison, system: str, measure: str) -> dict[str, Any]:
    names = ("delta", "delta_low", "delta_high", "p", "p_holm", "better", "worse", "same", "verdict")
    row = contrast_of(comparison, system, measure)
    if row is None:
        return dict.fromkeys(names)
    of_it = row.difference
    values = (of_it.delta, of_it.interval.low, of_it.interval.high, of_it.p, row.p_holm)
    return dict(zip(names, (*values, of_it.wins, of_it.losses, of_it.ties, row.verdict), strict=True))


def contrast_of(comparison: Comparison, system: str, measure: str) -> Contrast | None:
    """The contrast of a system in a measure; None for the baseline."""
    found = (c for c in comparison.contrasts if c.system == system and c.difference.measure == measure)
    return next(found, None)


def _spent(outcome: Outcome) -> dict[str, Any]:
    latency = outcome.latency
    times = {f"p{q}_ms": 1000 * latency.quantile(q / 100) if latency else None for q in (50, 95)}
    cost = {what: outcome.cost.get(what, 0.0) for what in ("calls", "tokens")}
    return {**times, "queries_per_second": outcome.throughput, **cost, "index_bytes": sum(outcome.held.values())}


def to_csv(comparison: Comparison) -> str:
    """The rows as CSV with a header."""
    out = io.StringIO()
    table = rows(comparison)
    writer = csv.DictWriter(out, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


def to_latex(comparison: Comparison) -> str:
    """A booktabs table: means with 95 % intervals; bold is the best of a measure, a dagger a difference from the
    baseline that the corrected test shows."""
    best = {m: max(outcome.evaluation.mean(m) for outcome in comparison.outcomes) for m in comparison.measures}
    lines = [
        rf"\begin{{tabular}}{{l{'l' * len(comparison.measures)}r}}",
        r"\toprule",
        " & ".join(["system", *(m.translate(_SPECIAL) for m in comparison.measures), "ms"]) + r" \\",
        r"\midrule",
    ]
    for outcome in comparison.outcomes:
        cells = [outcome.name.translate(_SPECIAL)]
        for measure in comparison.measures:
            mean, interval = outcome.evaluation.mean(measure), outcome.evaluation.interval(measure)
            shown = rf"\textbf{{{mean:.3f}}}" if mean == best[measure] else f"{mean:.3f}"
            row = contrast_of(comparison, outcome.name, measure)
            shown += r"$^\dagger$" if row is not None and row.verdict != "tie" else ""
            span = "" if interval.low is None else f" [{interval.low:.3f}, {interval.high:.3f}]"
            cells.append(shown + span)
        cells.append(f"{1000 * outcome.latency.quantile(0.5):.1f}" if outcome.latency else "--")
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])
