"""Batches over several threads: what compiled code does without the interpreter's lock."""

from __future__ import annotations

__all__ = ["THREADED", "spread"]

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADED, MOST = 64, 512
PROCESSORS = os.cpu_count() or 1
T = TypeVar("T")


def spread(work: Callable[[int, int], T], queries: int, threads: int | None, fewest: int = THREADED // 2) -> list[T]:
    """What `work(first, last)` gives for the parts of a batch, in order; parts have at most 512 queries.

    threads: at most so many, by default as many as there are processors, and each with at least `fewest` queries.
    """
    threads = min(threads or PROCESSORS, queries // fewest)
    parts = max(threads, -(-queries // MOST), 1)
    ends = [queries * place // parts for place in range(parts + 1)]
    if threads < 2:
        return list(map(work, ends[:-1], ends[1:]))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, ends[:-1], ends[1:]))
