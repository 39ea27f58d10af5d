"""Sums of few postings, and the rows that are kept of them, are those of plain NumPy, to the bit and with many ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findry.kernels.candidates import SORTED, offered, shrink
from findry.kernels.compiled import compiled
from findry.kernels.hashing import best_of_few
from findry.kernels.selecting import SHORT, kth_largest
from findry.kernels.summing import lower_bound


@compiled
def _few(rows, added, masked, mask, k, values, found, ties, base, here):  # type: ignore[no-untyped-def]
    return best_of_few(rows, added, masked, mask, 0, 0, k, values, found, ties, base, here)


@compiled
def _offered(scores, rows, k, values, found, ties, base, here):  # type: ignore[no-untyped-def]
    count, theta = 0, 0
    for i in range(len(scores)):
        if scores[i] >= theta:
            count, theta = offered(scores[i], rows[i], count, theta, k, values, found, ties, base, here)
    return count, theta


@compiled
def _lower_bound(rows, row):  # type: ignore[no-untyped-def]
    return lower_bound(rows, row)


def kept(k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.empty(2 * k + 8, np.float32), np.empty(2 * k + 8, np.int32), np.empty(2 * k + 8, np.uint64)


def best(rows: np.ndarray, sums: np.ndarray, keys: np.ndarray, k: int) -> set[int]:
    return {*rows[np.lexsort((keys[rows], -sums.astype(np.float32)))][:k].tolist()}


@settings(max_examples=80)
@given(st.sampled_from([1, 3, 10, SORTED, SORTED + 1]), st.integers(1, 600), st.sampled_from([2, 1 << 28]), st.data())
def test_rows_offered_in_any_order_leave_the_best(k: int, n: int, most: int, data: st.DataObject) -> None:
    chance = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    keys = chance.permutation(n).astype(np.uint64)
    scores, rows = chance.integers(1, most, n), chance.permutation(n)
    values, found, ties = kept(k)
    count, theta = _offered(scores, rows + 7, k, values, found, ties, 7, keys)
    if count > k:
        shrink(values, found, ties, count, k, 7, keys)
        count = k
    assert {*(found[:count] - 7).tolist()} == best(rows, scores, keys, k)
    assert count < k or theta <= np.sort(scores)[::-1][k - 1]
    if k <= SORTED:
        assert (np.diff(values[:count]) <= 0).all()


@settings(max_examples=80)
@given(st.lists(st.integers(0, 400), max_size=6), st.sampled_from([401, 1 << 20]), st.booleans(), st.data())
def test_few_postings_are_summed_by_row(lengths: list[int], size: int, masked: bool, data: st.DataObject) -> None:
    chance = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    lists = [np.sort(chance.choice(size, length, replace=False)) for length in lengths]
    rows = np.concatenate([np.zeros(0, np.int64), *lists]).astype(np.int32)
    added = chance.integers(1, 1 << 20, len(rows)).astype(np.int32)
    keys, mask = chance.permutation(size).astype(np.uint64), chance.random(size) < 0.5
    values, found, ties = kept(10)
    count, _ = _few(rows, added, masked, mask, 10, values, found, ties, 0, keys)
    sums = np.bincount(rows, added, size).astype(np.int64)
    there = np.unique(rows)
    there = there[mask[there]] if masked else there
    assert {*found[:count].tolist()} == best(there, sums[there], keys, 10)
    assert values[:count].tolist() == sums[found[:count]].astype(np.float32).tolist()


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=2 * SHORT + 20), st.data())
def test_kth_largest_leaves_the_values_alone(values: list[int], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(values)))
    held = np.array(values, np.float32)
    assert kth_largest(held, k) == sorted(values)[-k]
    assert held.tolist() == values


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
@given(st.lists(st.integers(0, 60), unique=True, max_size=40), st.integers(0, 61))
def test_lower_bound_is_that_of_numpy(kind: type, rows: list[int], row: int) -> None:
    held = np.array(sorted(rows), kind)
    assert _lower_bound(held, row) == np.searchsorted(held, row)
