"""BM25 over a batch of queries in one call, with one thread and two."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

import time
from collections.abc import Callable
from typing import Any

from benches.bm25 import opened
from benches.corpora import synthetic
from benches.exact import Exact
from benches.measure import interleaved
from benches.peers import find
from benches.report import EQUAL, Result, Timed
from benches.setting import Setting

TITLE = "BM25, 1,000 queries in one call"
THREADS = 2
K = 10


def run(setting: Setting) -> Result:
    """The best 10 of 1,000 light queries, and of 300 heavy ones, as often as the rounds say."""
    result = Result(TITLE)
    n, rounds = (2000, 3) if setting.small else (1_000_000, 9)
    kinds, result.left_out = find("lexical", ("findry", "tantivy", "bm25s"), setting)
    corpus = synthetic(setting.folder, n)
    engines = opened(kinds, corpus, setting, result)
    names = [f"{name}, {threads} thread{'s'[: threads - 1]}" for name in engines for threads in (1, 2)]
    timed = Timed(f"{n:,} documents; milliseconds for all queries of a call", names)
    for kind in ("light", "heavy"):
        queries = corpus.queries(kind)[: 30 if setting.small else None]
        calls = {
            f"{name}, {threads} thread{'s'[: threads - 1]}": _call(engine, queries, threads)
            for name, engine in engines.items()
            for threads in (1, 2)
        }
        times = interleaved(calls, rounds)
        some = range(0, len(queries), 10)
        exact = Exact(corpus, [queries[q] for q in some])
        agreed = {}
        for name, call in calls.items():
            found, numbers = call(0), engines[name.partition(",")[0]].numbers
            agreed[name] = sum(exact.agreement(queries[q], numbers(found[q]), K) for q in some) / len(some)
        operation = f"{len(queries):,} {kind} queries, top-{K}"
        timed.add(operation, times, agreed, documents=n)
        own = [f"findry, {threads} thread{'s'[: threads - 1]}" for threads in (1, 2)]
        equal = min(agreed[name] for name in own) >= EQUAL
        ratio = times.ratio(*own)
        result.aim(operation, "own single thread", ratio, at_least=1.7, agreement=f"{agreed[own[1]]:.3f}", equal=equal)
        each = [f"{len(queries) / times.median(name):,.0f} ({name})" for name in names]
        result.notes.append(f"{kind}, queries a second: {', '.join(each)}.")
        result.notes.append(f"{kind}, processor seconds a second: {_busy(calls, own)}.")
    timed.into(result)
    return result


def _call(engine: Any, queries: list[str], threads: int) -> Callable[[int], Any]:
    return lambda _: engine.batch(queries, K, threads)


def _busy(calls: dict[str, Callable[[int], Any]], names: list[str]) -> str:
    """How many threads really ran: processor time over time."""
    told = []
    for name in names:
        start, cpu = time.perf_counter(), time.process_time()
        calls[name](0)
        told.append(f"{(time.process_time() - cpu) / (time.perf_counter() - start):.2f} ({name})")
    return ", ".join(told)
