"""Plots as SVG beside the results, from the figures that a bench kept."""

from __future__ import annotations

__all__ = ["draw"]

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

COLOURS = ("#c2410c", "#1d4ed8", "#ca8a04", "#059669", "#7c3aed", "#64748b", "#be185d", "#0e7490")


def draw(name: str, result: Path) -> None:
    """``NAME.svg`` next to the result; nothing where matplotlib is not installed or there is nothing to draw."""
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("svg")
    matplotlib.rcParams |= {
        "svg.hashsalt": "findry",
        "svg.fonttype": "none",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    figures = json.loads(result.read_text("utf-8"))["figures"]
    if name == "growth":
        _lines(figures, result.with_suffix(".svg"))
    elif any("median_ms" in figure for figure in figures):
        _dots([figure for figure in figures if "median_ms" in figure], result.with_suffix(".svg"))


def _dots(figures: list[dict[str, Any]], out: Path) -> None:
    """Medians of each operation, one dot an engine, on a scale of powers of ten."""
    from matplotlib import pyplot

    operations = list(dict.fromkeys(figure["operation"] for figure in figures))
    plot, axes = pyplot.subplots(figsize=(7, 0.8 + 0.3 * len(operations)))
    for place, engine in enumerate(dict.fromkeys(figure["engine"] for figure in figures)):
        of_it = [figure for figure in figures if figure["engine"] == engine]
        heights = [operations.index(figure["operation"]) for figure in of_it]
        colour, size = COLOURS[place % len(COLOURS)], 60 if engine == "findry" else 30
        axes.scatter([figure["median_ms"] for figure in of_it], heights, size, colour, label=engine, alpha=0.85)
    axes.set_yticks(range(len(operations)), operations)
    axes.invert_yaxis()
    axes.grid(alpha=0.3)
    axes.set_xscale("log")
    axes.set_xlabel("median, milliseconds (left is better)")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    _save(plot, out)


def _lines(figures: list[dict[str, Any]], out: Path) -> None:
    """Cost against the number of documents, both in powers of ten, one picture an operation."""
    from matplotlib import pyplot

    operations = list(dict.fromkeys(figure["operation"] for figure in figures))
    columns = min(3, len(operations))
    rows = -(-len(operations) // columns)
    plot, axes = pyplot.subplots(rows, columns, figsize=(3.2 * columns, 2.6 * rows), squeeze=False)
    for place, operation in enumerate(operations):
        axis = axes.flat[place]
        by_engine: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for figure in figures:
            if figure["operation"] == operation:
                by_engine[figure["engine"]].append((figure["documents"], figure["value"]))
        for number, (engine, points) in enumerate(by_engine.items()):
            axis.plot(*zip(*sorted(points), strict=True), "o-", label=engine, color=COLOURS[number])
        axis.set(xscale="log", yscale="log", title=operation)
        axis.set_xlabel("documents")
        axis.set_ylabel("ms")
        axis.legend(frameon=False, fontsize=7)
    for axis in axes.flat[len(operations) :]:
        axis.remove()
    _save(plot, out)


def _save(plot: Any, out: Path) -> None:
    from matplotlib import pyplot

    plot.tight_layout()
    plot.savefig(out, metadata={"Date": None}, bbox_inches="tight")
    pyplot.close(plot)
