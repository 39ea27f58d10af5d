"""Batches over several threads: every part once, in order, and errors come back."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.search.spreading import MOST, THREADED, spread


@given(st.integers(0, 3000), st.one_of(st.none(), st.integers(1, 6)), st.integers(1, 8))
def test_parts_come_back_in_order_and_hold_every_query_once(queries: int, threads: int | None, each: int) -> None:
    parts = spread(lambda first, last: (first, last), queries, threads, each=each)
    assert [*range(queries)] == [query for first, last in parts for query in range(first, last)]
    assert all(last - first <= MOST for first, last in parts)


def test_the_thread_that_asks_works_beside_the_others() -> None:
    together, used = threading.Barrier(2), set[int]()

    def work(first: int, last: int) -> int:
        used.add(threading.get_ident())
        if first == 0 or last == 4 * THREADED:
            together.wait(timeout=60)  # neither goes on before the other is there
        return last - first

    assert sum(spread(work, 4 * THREADED, 2, each=1)) == 4 * THREADED
    assert threading.get_ident() in used
    assert len(used) == 2


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_an_error_in_any_part_is_raised(threads: int) -> None:
    def work(first: int, last: int) -> int:
        if last == 4 * THREADED:
            raise ValueError("the last part")
        return last - first

    with pytest.raises(ValueError, match="the last part"):
        spread(work, 4 * THREADED, threads)
