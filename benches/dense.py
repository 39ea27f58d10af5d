"""The best 10 by inner product, plain and with a filter that a tenth of the vectors pass."""

from __future__ import annotations

__all__ = ["THREADS", "TITLE", "run"]

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benches import memory
from benches.building import Built, built
from benches.measure import Times, interleaved
from benches.peers import DENSE, find
from benches.report import Result, Table, Timed, digits
from benches.setting import Setting
from benches.vectors import Truth, Vectors, clustered

TITLE = "Dense search"
THREADS = 1
K, GOAL = 10, 0.99
FLOOR = "one bit for each number of each vector (float32: 32 times that)"
NEEDED = 14 << 30


def run(setting: Setting) -> Result:
    """Every engine at the least effort that gives these queries a recall of 0.99; findry has no effort to set."""
    result = Result(TITLE)
    kinds, result.left_out = find("dense", DENSE, setting)
    for n in (3000,) if setting.small else (200_000, 1_000_000):
        if n >= 1_000_000 and memory.available() < NEEDED:
            result.left_out.append(f"{n:,} vectors: less than {NEEDED >> 30} GB of memory are free")
            continue
        vectors = clustered(setting.folder, n)
        engines, made = _opened(kinds, vectors, setting, result)
        timed = Timed(f"{n:,} vectors of {vectors.matrix.shape[1]} numbers; agreement is recall@{K}", list(engines))
        for filtered in (False, True):
            _one(result, timed, engines, vectors, 20 if setting.small else 300, filtered)
        timed.into(result)
        result.tables.append(_table(n, made))
    return result


def _opened(
    kinds: dict[str, Any], vectors: Vectors, setting: Setting, result: Result
) -> tuple[dict[str, Any], dict[str, Built]]:
    engines, made = {}, {}
    for name, kind in kinds.items():
        if len(vectors) > kind.largest:
            result.left_out.append(f"{name} at {len(vectors):,} vectors: it takes too long to build")
            continue
        try:
            one = built("dense", name, vectors, setting)
            engine = kind(Path(one.folder))
            engine.open(vectors)
        except Exception as error:
            if name == "findry":
                raise
            result.left_out.append(f"{name} at {len(vectors):,}: {str(error).strip().splitlines()[-1][:100]}")
            continue
        made[name], engines[name] = one, engine
    return engines, made


def _one(result: Result, timed: Timed, engines: dict[str, Any], vectors: Vectors, asked: int, filtered: bool) -> None:
    """One operation: tune, time, measure recall, judge."""
    queries = vectors.queries[:asked]
    groups = _groups(asked) if filtered else None
    truth = Truth(vectors, queries, groups, K)
    calls = {name: _call(engine, queries, groups) for name, engine in engines.items()}
    able: dict[str, Any] = {}
    recall: dict[str, float] = {}
    efforts = []
    for name, engine in engines.items():
        try:
            recall[name] = _tune(engine, calls[name], truth, asked)
        except (LookupError, RuntimeError) as error:
            result.left_out.append(f"{name} with a filter: {str(error).strip().splitlines()[-1][:100]}")
            continue
        able[name] = engine
        if engine.efforts:
            efforts.append(f"{name} {engine.effort}" + ("" if recall[name] >= GOAL else " (recall too low)"))
    times = interleaved({name: calls[name] for name in able}, asked)
    operation = f"top-{K}, {len(vectors):,} vectors" + (", 10 % filter" if filtered else "")
    scanned = len(vectors) * vectors.matrix.shape[1] // 8
    timed.add(operation, times, recall, documents=len(vectors), floor_bytes=scanned, floor_of=FLOOR)
    result.notes.append(f"{operation}: effort {', '.join(efforts) or 'none to set'}.")
    _aims(result, operation, times, recall, able, filtered)


def _call(engine: Any, queries: NDArray[np.float32], groups: NDArray[np.int32] | None) -> Any:
    if groups is None:
        return lambda q: engine.search(queries[q], K)
    return lambda q: engine.search(queries[q], K, int(groups[q]))


def _groups(n: int) -> NDArray[np.int32]:
    return (np.arange(n) % 10).astype(np.int32)


def _tune(engine: Any, call: Any, truth: Truth, asked: int) -> float:
    """Set the least effort that reaches the goal; gives the recall."""
    best = (-1.0, 0)
    for effort in engine.efforts or (0,):
        engine.effort = effort
        recall = float(np.mean([truth.recall(q, engine.numbers(call(q))) for q in range(asked)]))
        best = max(best, (recall, -effort))
        if recall >= GOAL:
            break
    engine.effort = -best[1]
    return best[0]


def _aims(
    result: Result, operation: str, times: Times, recall: dict[str, float], engines: dict[str, Any], filtered: bool
) -> None:
    def told(peer: str) -> str:
        return f"{recall['findry']:.3f}, {recall[peer]:.3f}"

    equal = recall["findry"] >= GOAL
    good = [name for name in times.names if name != "findry" and recall[name] >= GOAL]
    untrained = [name for name in good if not engines[name].trained]
    if untrained:
        best = min(untrained, key=times.median)
        ratio = times.ratio(best, "findry")
        what = f"{operation}: fastest without a training step"
        result.aim(what, best, ratio, at_least=1, agreement=told(best), equal=equal)
    if not filtered:
        flat = "faiss flat" if "faiss flat" in times.names else None
        ratio = times.ratio(flat, "findry") if flat else None
        result.aim(operation, "faiss flat", ratio, at_least=10, agreement=told(flat) if flat else "", equal=equal)
    else:
        result.aim(f"{operation}: own recall", "exact search", recall["findry"], at_least=GOAL, unit="")
    for name in times.names:
        if engines[name].trained:
            gain = f"findry takes {times.ratio('findry', name)} the time of {name}, recall {recall[name]:.3f}"
            result.notes.append(f"{operation}: {gain}, which is trained first; what that costs stands under building.")


def _table(n: int, made: dict[str, Built]) -> Table:
    table = Table(f"{n:,} vectors: building", ["engine", "s", "processor s", "MB on disk", "peak MB", "state"])
    for name, one in made.items():
        cells = (one.seconds, one.cpu, one.size / 1e6, one.peak / 1e6)
        table.rows.append([name, *(digits(cell) if cell else "-" for cell in cells), one.state or "-"])
    return table
