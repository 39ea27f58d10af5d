"""Selection, ordering and sifting of candidates do what plain NumPy does, on values with many ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findry.kernels.candidates import FEW, GROUPS, crowded
from findry.kernels.compiled import compiled
from findry.kernels.selecting import SHORT, kth_largest, order_places, select


@compiled
def _crowded(acc, highest, theta, rest, k, touched):  # type: ignore[no-untyped-def]
    return crowded(acc, highest, theta, rest, k, touched)


sizes = st.sampled_from([0, 1, 2, SHORT, SHORT + 1, 300, 2_000])


@settings(max_examples=60)
@given(sizes, st.sampled_from([1, 3, 1 << 29]), st.sampled_from([1, 2, 1 << 63]), st.integers(0, 2**32))
def test_places_are_ordered_by_falling_values_then_rising_ties(n: int, values: int, ties: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    drawn = chance.integers(-values, values, n).astype(np.float32)
    drawn[::3] *= np.float32(-0.0)  # both zeros
    keys = chance.integers(0, ties, n).astype(np.uint64)
    order = order_places(drawn, keys)
    assert sorted(order.tolist()) == list(range(n))
    wanted = np.lexsort((keys, -drawn))
    assert np.array_equal(drawn[order], drawn[wanted])
    assert np.array_equal(keys[order], keys[wanted])


EXTREMES = [np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, 0.0, 1.0]


@given(st.integers(SHORT + 1, 90), st.sets(st.sampled_from(EXTREMES), min_size=1), st.integers(0, 2**32))
def test_extreme_values_are_ordered_and_counted_too(n: int, values: set[float], seed: int) -> None:
    chance = np.random.default_rng(seed)
    drawn, keys = chance.choice(sorted(values), n).astype(np.float32), chance.integers(0, 1 << 63, n).astype(np.uint64)
    assert np.array_equal(order_places(drawn, keys), np.lexsort((keys, -drawn)))
    for k in (1, SHORT, SHORT + 1, n):
        assert kth_largest(drawn, k) == np.sort(drawn)[n - k]


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=80), st.data())
def test_select_finds_the_value_at_a_place(values: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    assert select(np.array(values, np.float32), place) == sorted(values)[place]


@settings(max_examples=80)
@given(
    st.integers(1, 64),
    st.sampled_from([0.0, 0.002, 0.05, 1.0]),
    st.integers(0, 1 << 29),
    st.integers(0, 1 << 28),
    st.sampled_from([0, 1, 10, GROUPS, GROUPS + 1]),
    st.integers(0, 2**32),
)
def test_sifting_keeps_every_row_that_can_be_among_the_best(
    strips: int, share: float, theta: int, rest: int, k: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    size = strips * GROUPS
    acc = np.where(chance.random(size) < share, chance.integers(1, 1 << 29, size), 0).astype(np.int32)
    before, touched = acc.copy(), np.empty(size + 1, np.uint16)
    reached, higher = _crowded(acc, np.empty(GROUPS, np.int32), theta, rest, k, touched)
    assert higher >= theta
    if higher > theta:  # k rows reach it
        assert (before >= higher).sum() >= k > 0
    kept = np.flatnonzero((before > 0) & (before.astype(np.int64) + rest >= higher))
    assert sorted(touched[:reached].tolist()) == kept.tolist()
    wanted = np.zeros_like(before)
    wanted[kept] = before[kept]
    assert np.array_equal(acc, wanted)


@pytest.mark.parametrize("groups", [1, FEW, FEW + 1, GROUPS])
def test_both_ways_of_sifting_are_taken(groups: int) -> None:
    acc = np.zeros(4 * GROUPS, np.int32)
    acc[GROUPS : GROUPS + groups] = 7
    touched = np.empty(len(acc) + 1, np.uint16)
    reached, theta = _crowded(acc, np.empty(GROUPS, np.int32), 7, 0, 0, touched)
    assert (reached, theta) == (groups, 7)
    assert sorted(touched[:reached].tolist()) == list(range(GROUPS, GROUPS + groups))
    assert acc.sum() == 7 * groups
