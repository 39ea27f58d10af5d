"""Measured systems as tables and as JSON."""

from __future__ import annotations

__all__ = ["Measured", "difference_dict", "differences", "show_differences", "show_measured", "to_dict"]

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from findry.cli.output import note, table

if TYPE_CHECKING:
    from findry.evaluate import Difference, Evaluation

JUDGED = "Judged@10"


@dataclass(frozen=True)
class Measured:
    """How good one system is and how long a query takes."""

    name: str
    pipeline: str
    evaluation: Evaluation
    milliseconds: float

    @property
    def measures(self) -> list[str]:
        """The measures that were asked for, without the share of judged hits that is always shown."""
        return [measure for measure in self.evaluation.measures if measure != JUDGED]


def to_dict(measured: Measured) -> dict[str, Any]:
    """JSON-able: name, pipeline, queries, measures with intervals, judged hits, milliseconds."""
    rows = {row.pop("measure"): row for row in measured.evaluation.table()}
    return {
        "name": measured.name,
        "pipeline": measured.pipeline,
        "queries": len(measured.evaluation.queries),
        "measures": {name: rows[name] for name in measured.measures},
        JUDGED: measured.evaluation.mean(JUDGED),
        "milliseconds_per_query": measured.milliseconds,
        "counts": dict(measured.evaluation.counts),
    }


def show_measured(all_measured: Sequence[Measured], *, title: str) -> None:
    """One row a system: each mean with its interval, the share of judged hits, and the time."""
    names = all_measured[0].measures
    rows, reasons = [], dict[str, None]()
    for one in all_measured:
        cells = []
        for row in one.evaluation.table():
            if row["measure"] in names:
                span = "no interval" if row["low"] is None else f"{row['low']:.3f}, {row['high']:.3f}"
                cells.append(f"{row['mean']:.3f} [{span}]")
                reasons |= dict.fromkeys([row["note"]] if row["note"] else [])
        rows.append([one.name, *cells, f"{one.evaluation.mean(JUDGED):.0%}", f"{one.milliseconds:.2f}"])
    columns = ["system", *names, JUDGED, "ms/query"]
    table(columns, rows, right=columns[1:], title=title)
    for reason in reasons:
        note(f"no interval: {reason}")


def differences(all_measured: Sequence[Measured], baseline: str) -> list[tuple[str, Difference, float]]:
    """System, how each measure differs from the baseline, and its p-value corrected for these rows (Holm)."""
    from findry.evaluate import compare, holm

    base = next(one for one in all_measured if one.name == baseline)
    others = [one for one in all_measured if one is not base]
    rows = [(o.name, row) for o in others for row in compare(base.evaluation, o.evaluation, base.measures)]
    corrected = holm([row.p for _, row in rows])
    return [(name, row, p) for (name, row), p in zip(rows, corrected, strict=True)]


def show_differences(rows: Sequence[tuple[str, Difference, float]]) -> None:
    """One row a pair and measure: the paired difference, its interval, p, and counts of queries."""
    shown, reasons = [], dict[str, None]()
    for name, row, corrected in rows:
        low, high = row.interval.low, row.interval.high
        span = "no interval" if low is None or high is None else f"{low:+.3f}, {high:+.3f}"
        reasons |= dict.fromkeys([row.interval.reason] if row.interval.reason else [])
        counts = f"{row.wins} / {row.losses} / {row.ties}"
        shown.append(
            [
                name,
                row.measure,
                f"{row.delta:+.3f} [{span}]",
                f"{row.p:.4f}",
                f"{corrected:.4f}",
                counts,
            ]
        )
    columns = ("difference", "measure", "mean", "p", "p (Holm)", "better / worse / same")
    table(columns, shown, right=columns[2:])
    for reason in reasons:
        note(f"no interval: {reason}")


def difference_dict(name: str, row: Difference, corrected: float) -> dict[str, Any]:
    """JSON-able row of `differences`."""
    fields = asdict(row)
    interval = fields.pop("interval")
    kept = {"low": interval["low"], "high": interval["high"], "note": interval["reason"]}
    return {"name": name, **fields, **kept, "p_holm": corrected}
