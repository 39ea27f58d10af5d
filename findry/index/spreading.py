"""Batches over several threads: what compiled code does without the interpreter's lock."""

from __future__ import annotations

__all__ = ["THREADED", "spread"]

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADED = 64
PROCESSORS = os.cpu_count() or 1
T = TypeVar("T")


def spread(work: Callable[[int, int], T], queries: int, threads: int | None) -> list[T]:
    """What `work(first, last)` gives for the parts of a batch, in order; one part for fewer than 64 queries.

    threads: at most so many, by default as many as there are processors.
    """
    threads = min(threads or PROCESSORS, queries // (THREADED // 2))
    if threads < 2:
        return [work(0, queries)]
    ends = [queries * place // threads for place in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, ends[:-1], ends[1:]))
