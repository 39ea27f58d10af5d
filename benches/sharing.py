"""Twelve variants of a pipeline that share their retrievers: over one plan, and one by one."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

from collections.abc import Sequence

import findry
from benches.corpora import synthetic
from benches.hybrid import hybrid_index
from benches.measure import interleaved
from benches.report import Result, Timed
from benches.setting import Setting
from benches.vectors import clustered
from findry.algebra import Pipe
from findry.pipeline import Plan, execute, from_text
from findry.records import Queries, Run

TITLE = "Twelve variants that share their retrievers"
THREADS = 2
VARIANTS = (
    *(f"(bm25 | dense) >> linear(weights=({w}, {round(1 - w, 1)}))" for w in (0.1, 0.3, 0.5, 0.7, 0.9)),
    *(f"(bm25 | dense) >> rrf(k={k})" for k in (1, 10, 60, 100)),
    "(bm25 | dense) >> combsum",
    "(bm25 | dense) >> combmnz",
    "(bm25 | dense) >> linear(normalise='min-max')",
)


def run(setting: Setting) -> Result:
    """All variants over all queries, as `compare` runs them and as a loop would."""
    result = Result(TITLE)
    n, asked, rounds = (1000, 10, 3) if setting.small else (10_000, 50, 8)
    corpus = synthetic(setting.folder, n)
    index = findry.open(hybrid_index(setting, corpus, clustered(setting.folder, n)))
    queries = Queries.of(corpus.queries("light")[:asked])
    pipes = [from_text(text).bind(index=index.reader) for text in VARIANTS]
    calls = {
        "one plan": lambda _: _together(pipes, queries),
        "one by one": lambda _: [execute(pipe, queries).need_run("naive") for pipe in pipes],
    }
    same = [a.rows.tolist() == b.rows.tolist() for a, b in zip(*(call(0) for call in calls.values()), strict=True)]
    times = interleaved(calls, rounds)
    operation = f"{len(VARIANTS)} variants, {n:,} documents, {asked} queries"
    timed = Timed("milliseconds for all variants and queries", list(calls))
    agreed = {"one plan": sum(same) / len(same), "one by one": 1.0}
    timed.add(operation, times, agreed, documents=n)
    timed.into(result)
    ratio = times.ratio("one by one", "one plan")
    result.aim(operation, "one by one", ratio, at_least=4, agreement=f"{agreed['one plan']:.3f}", equal=all(same))
    result.notes.append("PyTerrier is not measured: its retrievers and their prefixes run in a Java virtual machine.")
    return result


def _together(pipes: Sequence[Pipe], queries: Queries) -> list[Run]:
    plan = Plan(queries)
    return [plan.run(pipe).need_run("planned") for pipe in pipes]
