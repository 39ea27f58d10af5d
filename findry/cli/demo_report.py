"""What the demo measures and prints."""

from __future__ import annotations

__all__ = ["measured", "show", "to_json"]

import time
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from findry.cli.evaluating import coverage, told_coverage
from findry.cli.output import Cell, clean, show_bytes, table
from findry.cli.report import JUDGED, Measured, difference_dict, differences, show_differences, show_measured, to_dict
from findry.cli.systems import System, run_all, systems

if TYPE_CHECKING:
    from findry.datasets import Dataset
    from findry.engine import Index, Results
    from findry.records import Queries

Searches = Sequence[tuple[str, "Results"]]


def measured(index: Index, docs: Dataset, split: str, measures: str, timed: int) -> list[Measured]:
    """Each system that the index offers, measured on a split, with its median time for one query at a time."""
    from findry.evaluate import evaluate, parse

    queries, qrels = docs.split(split)
    chosen = systems(index, [])
    named = parse(f"{measures} {JUDGED}")
    done = []
    for each, (run, _) in zip(chosen, run_all(index, chosen, queries), strict=True):
        ms = one_at_a_time(index, each, queries, timed)
        done.append(Measured(each.name, repr(each.pipe), evaluate(run, qrels, named), ms))
    told_coverage(coverage(index, qrels), done[0].evaluation)
    return done


def one_at_a_time(index: Index, chosen: System, queries: Queries, timed: int, warm: int = 5) -> float:
    """The median milliseconds of a query asked alone, over at most `timed` queries, after `warm` that do not count."""
    from findry.pipeline import execute

    pipe = chosen.pipe.bind(index=index.reader)
    alone = [queries.take([row]) for row in range(min(timed, len(queries)))]
    for query in alone[:warm]:
        execute(pipe, query)
    times = []
    for query in alone:
        started = time.perf_counter()
        execute(pipe, query)
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def to_json(found: Sequence[Measured], searches: Searches) -> dict[str, Any]:
    """JSON-able: systems, the differences of the hybrid to each of its branches, and the searches."""
    return {
        "systems": [to_dict(one) for one in found],
        "differences": [difference_dict(*row) for row in _differences(found)],
        "searches": [results.to_dict() for _, results in searches],
    }


def _differences(found: Sequence[Measured]) -> list[Any]:
    rows = []
    for baseline in ("bm25", "dense"):
        pair = [one for one in found if one.name in (baseline, "hybrid")]
        if len(pair) > 1:
            rows += [(f"{name} - {baseline}", row, p) for name, row, p in differences(pair, baseline)]
    return rows


def show(report: dict[str, Any], found: Sequence[Measured], searches: Searches) -> None:
    """Print what was indexed, the table of systems, the difference, the searches and what to type next."""
    made = "kept from before, built" if report["reused"] else "built"
    print(f"{report['documents']:,} entries of the documentation of Python's standard library")
    print(f"index: {report['index']} ({show_bytes(report['bytes'])}, {made} in {report['seconds']:.1f} s)\n")
    number = len(found[0].evaluation.queries)
    title = f"{number:,} judged questions ({report['split']}); mean [95 % interval]; ms/query: median, one at a time"
    show_measured(found, title=title)
    if rows := _differences(found):
        print()
        show_differences(rows)
    for text, results in searches:
        print()
        hits: list[list[Cell]] = [[str(hit.rank), f"{hit.score:.3f}", hit.id, hit.passage] for hit in results]
        table(("rank", "score", "id", "passage"), hits, right=("rank", "score"), title=f'"{clean(text)}"')
    kb = report["index"]
    print("\nnext:")
    for line in (f'findry search {kb} "your words"', f"findry eval {kb} --on python-docs", "findry index FOLDER -o kb"):
        print(f"  {line}")
