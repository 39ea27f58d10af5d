"""Postings are what a plain count of the tokens gives, however many there are."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.kernels import inverting
from findry.kernels.inverting import decode_gaps, invert

rows_of_terms = st.lists(st.lists(st.integers(0, 300), max_size=12), min_size=1, max_size=12)


@pytest.mark.parametrize(("far", "parts"), [(1 << 18, 7), (0, 7), (0, 1), (0, 20)])
@given(rows_of_terms, st.randoms(use_true_random=False))
def test_postings_are_the_counted_tokens(far: int, parts: int, rows: list[list[int]], random) -> None:  # type: ignore[no-untyped-def]
    vocabulary = max([term for row in rows for term in row], default=0) + 1
    rank = list(range(vocabulary))
    random.shuffle(rank)
    expected: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for position, term in enumerate(row):
            expected[rank[term]].append((number, 3 * position))
    terms = np.array([term for row in rows for term in row], np.int32)
    positions = np.array([3 * position for row in rows for position in range(len(row))], np.int32)
    offsets = np.cumsum([0, *map(len, rows)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inverting, "FAR", far)
        patch.setattr(inverting, "PARTS", parts)
        start, found, tf, over_at, _, at, gaps = invert(terms, positions, offsets, np.array(rank, np.int32))
    assert not len(over_at)
    for term in range(vocabulary):
        span = slice(start[term], start[term + 1])
        places = [number for number, _ in expected[term]]
        assert found[span].tolist() == sorted(set(places))
        assert tf[span].tolist() == [places.count(number) for number in sorted(set(places))]
        read = decode_gaps(gaps[at[term] : at[term + 1]], tf[span].astype(np.int32))
        assert read.tolist() == [position for _, position in expected[term]]
