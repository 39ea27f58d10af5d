"""What a bench found: tables, targets with their verdicts, and the figures behind them."""

from __future__ import annotations

__all__ = ["EQUAL", "Result", "Table", "Target", "Timed", "judged"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benches.measure import Ratio, Times

EQUAL = 0.999
"""The agreement with exact scores from which findry's own results count as equal."""


@dataclass
class Table:
    """Cells as they are printed; the first column is text, the others stand to the right."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Target:
    """One aim of the project and what became of it."""

    operation: str
    against: str
    found: str
    agreement: str
    aim: str
    verdict: str


@dataclass
class Result:
    """Everything one bench gives."""

    title: str
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)

    def aim(
        self,
        operation: str,
        against: str,
        ratio: Ratio | float | None,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        agreement: str = "",
        equal: bool = True,
        unit: str = "x",
    ) -> None:
        """Add a target; `ratio` None says that there was nothing to compare with, `equal` that results were right."""
        shown = f"{ratio:.2f}{unit}" if isinstance(ratio, float) else str(ratio) if ratio is not None else "-"
        aim = f">= {at_least:g}{unit}" if at_least is not None else f"<= {at_most:g}{unit}"
        verdict = judged(ratio, at_least, at_most) if equal else "missed (results differ)"
        self.targets.append(Target(operation, against, shown, agreement, aim, verdict))


def judged(ratio: Ratio | float | None, at_least: float | None = None, at_most: float | None = None) -> str:
    """The verdict on a figure: met or missed, and whether its interval holds the aim.

    >>> judged(Ratio(5.2, 4.8, 5.6, 300), at_least=5)
    'met (within noise)'
    >>> judged(1.5, at_most=1)
    'missed'
    """
    if ratio is None:
        return "not compared"
    value = ratio.value if isinstance(ratio, Ratio) else ratio
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    aims = [aim for aim in (at_least, at_most) if aim is not None]
    noisy = isinstance(ratio, Ratio) and any(ratio.low < aim < ratio.high for aim in aims)
    return ("met" if met else "missed") + (" (within noise)" if noisy else "")


class Timed:
    """A table of operations by engines in milliseconds, filled operation by operation."""

    def __init__(self, title: str, engines: list[str]) -> None:
        self.engines = engines
        self.table = Table(title, ["median / p99 ms · agreement", *engines])
        self.figures: list[dict[str, Any]] = []

    def add(self, operation: str, times: Times, agreement: Mapping[str, float] | None = None, **more: Any) -> None:
        """One operation; `agreement` of an engine is the share of its results that are as good as the exact ones."""
        agreed = agreement or {}
        cells = [operation]
        for name in self.engines:
            if name not in times.names:
                cells.append("-")
                continue
            median, p99 = 1000 * times.median(name), 1000 * times.p99(name)
            cells.append(f"{digits(median)} / {digits(p99)}" + (f" · {agreed[name]:.3f}" if name in agreed else ""))
            figure = {"operation": operation, "engine": name, "median_ms": median, "p99_ms": p99}
            self.figures.append(figure | {"n": len(times.of(name)), "agreement": agreed.get(name)} | more)
        self.table.rows.append(cells)

    def into(self, result: Result) -> None:
        """Put table and figures into a result."""
        result.tables.append(self.table)
        result.figures += self.figures


def digits(value: float) -> str:
    """Three significant digits.

    >>> digits(0.0426), digits(12.34), digits(1444.2)
    ('0.0426', '12.3', '1,444')
    """
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3g}"
