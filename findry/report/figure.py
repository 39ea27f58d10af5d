"""Figures for papers and slides: quality against latency, or measures with intervals."""

from __future__ import annotations

__all__ = ["require_figures", "write_figure"]

from pathlib import Path
from typing import Any

from findry.errors import InputError, MissingExtra
from findry.report.labels import place_names
from findry.study import Comparison, Latency, Outcome

BLUE, GREY = "#0072B2", "#666666"  # of Okabe and Ito's colours, which hold for colour-blind readers
KINDS = (".svg", ".png", ".pdf")


def require_figures(path: Path) -> None:
    """Refuse early what could not be drawn later: another kind of file, or no matplotlib."""
    if path.suffix.lower() not in KINDS:
        raise InputError("a figure of this kind cannot be drawn", expected=", ".join(KINDS), received=path.name)
    _matplotlib()


def write_figure(found: Comparison, path: Path) -> None:
    """Quality (the first measure) against the p50 latency; all measures with intervals where nothing was timed."""
    require_figures(path)
    matplotlib = _matplotlib()
    from matplotlib.figure import Figure

    timed = [
        (outcome, outcome.latency) for outcome in found.outcomes if outcome.latency and len(outcome.latency.seconds)
    ]
    settings = {"svg.hashsalt": "findry", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    with matplotlib.rc_context(settings):
        if timed:
            drawn = Figure(figsize=(5.2, 3.6), dpi=200, layout="constrained")
            _plane(drawn.subplots(), found, timed)
        else:
            height = 0.9 + 0.32 * len(found.outcomes)
            drawn = Figure(figsize=(1.6 + 2.4 * len(found.measures), height), dpi=200, layout="constrained")
            _measures(drawn.subplots(1, len(found.measures), sharey=True, squeeze=False)[0], found)
        drawn.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)


def _plane(axes: Any, found: Comparison, timed: list[tuple[Outcome, Latency]]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    measure = found.measures[0]
    for outcome, latency in timed:
        x, y = 1000 * latency.quantile(0.5), outcome.evaluation.mean(measure)
        wide, high = latency.interval(0.5), outcome.evaluation.interval(measure)
        xerr = _error(x, *(None if end is None else 1000 * end for end in (wide.low, wide.high)))
        yerr = _error(y, high.low, high.high)
        axes.errorbar([x], [y], xerr=xerr, yerr=yerr, fmt="o", color=BLUE, ecolor=GREY, elinewidth=0.8, capsize=2)
    axes.set_xscale("log")
    axes.margins(0.12)
    axes.set_xlabel("p50 latency of a query asked alone, ms")
    axes.set_ylabel(measure)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    place_names(
        axes, [(_plain(o.name), 1000 * latency.quantile(0.5), o.evaluation.mean(measure)) for o, latency in timed]
    )


def _measures(columns: Any, found: Comparison) -> None:
    names = [_plain(outcome.name) for outcome in found.outcomes]
    for axes, measure in zip(columns, found.measures, strict=True):
        for at, outcome in enumerate(found.outcomes):
            mean, interval = outcome.evaluation.mean(measure), outcome.evaluation.interval(measure)
            xerr = _error(mean, interval.low, interval.high)
            axes.errorbar([mean], [at], xerr=xerr, fmt="o", color=BLUE, ecolor=GREY, elinewidth=0.8, capsize=2)
        axes.set_xlabel(measure)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)


def _error(middle: float, low: float | None, high: float | None) -> list[list[float]] | None:
    return None if low is None or high is None else [[max(0.0, middle - low)], [max(0.0, high - middle)]]


def _plain(name: str) -> str:
    """A label that matplotlib does not read as mathematics."""
    short = name if len(name) <= 36 else name[:35] + "…"
    return short.replace("$", r"\$")


def _matplotlib() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtra("figures", purpose="drawing a figure") from error
    return matplotlib
