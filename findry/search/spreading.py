"""Batches over several threads: what compiled code does without the interpreter's lock."""

from __future__ import annotations

__all__ = ["THREADED", "spread"]

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TypeVar

from findry.processors import PROCESSORS

THREADED, MOST, EACH = 64, 512, 8
T = TypeVar("T")


def spread(
    work: Callable[[int, int], T], queries: int, threads: int | None, fewest: int = THREADED // 2, each: int = EACH
) -> list[T]:
    """What `work(first, last)` gives for the parts of a batch, in order; parts have at most 512 queries.

    threads: at most so many, by default as many as there are processors, and each part with at least `fewest` queries.
    each: how many parts a thread takes one after another, for some queries take a hundred times as long as others.
    """
    threads = min(threads or PROCESSORS, queries // fewest)
    several = min(each, queries // fewest // threads) * threads if threads > 1 else 1
    parts = max(several, -(-queries // MOST), 1)
    ends = [queries * place // parts for place in range(parts + 1)]
    if threads < 2:
        return list(map(work, ends[:-1], ends[1:]))
    numbers, found = count(), dict[int, T]()

    def share() -> None:
        for place in numbers:
            if place >= parts:
                break
            found[place] = work(ends[place], ends[place + 1])

    with ThreadPoolExecutor(threads - 1) as pool:  # the thread that asks works too: it would only wait
        others = [pool.submit(share) for _ in range(threads - 1)]
        share()
        for other in others:
            other.result()
    return [found[place] for place in range(parts)]
