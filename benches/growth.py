"""How costs grow with the collection: three sizes, the exponent that fits them, and a plot."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "exponent", "run"]

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benches import memory
from benches.bm25 import asked, opened
from benches.building import built
from benches.corpora import synthetic
from benches.dense import NEEDED
from benches.measure import interleaved
from benches.peers import find
from benches.report import Result, Table, digits
from benches.setting import Setting
from benches.vectors import clustered

TITLE = "Cost growth"
THREADS = 1
Grown = dict[tuple[str, str], dict[int, float]]


def run(setting: Setting) -> Result:
    """Words, vectors, opening and indexing at each size; the larger collections begin with the smaller ones."""
    result = Result(TITLE)
    sizes = (500, 1000, 2000) if setting.small else (10_000, 100_000, 1_000_000)
    grown: Grown = {}
    _words(setting, sizes, grown, result)
    _vectors(setting, sizes, grown, result)
    table = Table(
        "milliseconds, medians; cost = c x documents ^ exponent",
        ["operation", "engine", *(f"{n:,}" for n in sizes), "exponent", "last step"],
    )
    for (operation, engine), values in grown.items():
        cells = [digits(values[n]) if n in values else "-" for n in sizes]
        last = dict(sorted(values.items())[-2:])
        both = [f"{exponent(part):.2f}" if len(part) > 1 else "-" for part in (values, last)]
        table.rows.append([operation, engine, *cells, *both])
        for n, value in values.items():
            result.figures.append({"operation": operation, "engine": engine, "documents": n, "value": value})
    result.tables.append(table)
    return result


def exponent(values: Mapping[int, float]) -> float:
    """The slope of the line that fits cost against size, both in logarithms, by least squares.

    >>> round(exponent({10: 1.0, 100: 10.0, 1000: 100.0}), 6)
    1.0
    """
    sizes, costs = zip(*values.items(), strict=True)
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def _words(setting: Setting, sizes: tuple[int, ...], grown: Grown, result: Result) -> None:
    kinds, left_out = find("lexical", ("findry", "tantivy", "bm25s"), setting)
    result.left_out += left_out
    smallest = synthetic(setting.folder, sizes[0])
    for engine in opened(kinds, smallest, setting, result).values():
        engine.search(smallest.queries("light")[0], 10)  # compiles what there is to compile
    for n in sizes:
        corpus = synthetic(setting.folder, n)
        engines: dict[str, Any] = {}
        for name, kind in kinds.items():
            made = built("lexical", name, corpus, setting)
            grown.setdefault(("index raw text", name), {})[n] = 1000 * made.seconds
            start = time.perf_counter()
            engines |= opened({name: kind}, corpus, setting, result)
            if name in engines:
                engines[name].search(corpus.queries("light")[0], 10)
                grown.setdefault(("open, first query", name), {})[n] = 1000 * (time.perf_counter() - start)
        for kind_of, queries in asked(corpus, setting).items():
            for k in (10, 1000):
                calls = {
                    name: (lambda q, engine=engine, queries=queries, k=k: engine.search(queries[q], k))
                    for name, engine in engines.items()
                }
                times = interleaved(calls, len(queries))
                for name in calls:
                    grown.setdefault((f"{kind_of} top-{k:,}", name), {})[n] = 1000 * times.median(name)


def _vectors(setting: Setting, sizes: tuple[int, ...], grown: Grown, result: Result) -> None:
    kinds, left_out = find("dense", ("findry", "faiss flat"), setting)
    result.left_out += left_out
    for n in sizes:
        if n >= 1_000_000 and memory.available() < NEEDED:
            result.left_out.append(f"{n:,} vectors: less than {NEEDED >> 30} GB of memory are free")
            continue
        vectors = clustered(setting.folder, n)
        engines = {}
        for name, kind in kinds.items():
            engines[name] = kind(Path(built("dense", name, vectors, setting).folder))
            engines[name].open(vectors)
        calls = {
            name: (lambda q, engine=engine, vectors=vectors: engine.search(vectors.queries[q], 10))
            for name, engine in engines.items()
        }
        times = interleaved(calls, 20 if setting.small else 100)
        for name in calls:
            grown.setdefault(("vectors top-10", name), {})[n] = 1000 * times.median(name)
