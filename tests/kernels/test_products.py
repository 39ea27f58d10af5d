"""Inner products in one order of summation, against the order written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.kernels.products import inner_products
from findry.kernels.ranking import best_of_rows


def pairwise(values: list[float]) -> float:
    """The sum as the kernel is to make it."""
    if len(values) > 128:
        half = len(values) // 2 - len(values) // 2 % 8
        return pairwise(values[:half]) + pairwise(values[half:])
    whole = len(values) // 8 * 8
    sums = [-0.0] * 8
    for place in range(whole):
        sums[place % 8] += values[place]
    total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    for value in values[whole:]:
        total += value
    return total


def vectors(rows: int, dimension: int, seed: int) -> np.ndarray:
    """Components of very different sizes, so that another order gives another sum."""
    random = np.random.default_rng(seed)
    sizes = np.exp2(random.integers(-20, 20, (rows, dimension)))
    return (random.standard_normal((rows, dimension)) * sizes).astype(np.float32)


@given(st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_sums_are_made_in_the_stated_order(dimension: int, seed: int) -> None:
    matrix = vectors(4, dimension, seed)
    products = matrix[:3].astype(np.float64) * matrix[3].astype(np.float64)
    wanted = [np.float32(pairwise(line.tolist())) for line in products]
    assert inner_products(matrix[:3], matrix[3]).tolist() == wanted


@pytest.mark.parametrize("dimension", [1, 7, 64, 100, 384, 1000])
def test_the_product_of_a_pair_depends_on_nothing_but_the_pair(dimension: int) -> None:
    matrix = vectors(50, dimension, 1)
    every = inner_products(matrix, matrix[0])
    rows = np.array([49, 3, 3, 0])
    assert inner_products(matrix, matrix[0], rows).tolist() == every[rows].tolist()
    assert inner_products(np.array(matrix[7:8]), matrix[0]).tolist() == [every[7]]
    mirrored = [float(inner_products(matrix[:1], row)[0]) for row in matrix]
    assert mirrored == every.tolist()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_the_k_best_are_those_of_a_full_sort(values: list[int], k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix, ties = np.array(values, np.float32)[:, None], random.permutation(len(values)).astype(np.uint64)
    rows = random.permutation(len(values))[: max(1, len(values) - 2)]
    found, scores = best_of_rows(matrix, np.ones(1, np.float32), rows, k, ties)
    wanted = sorted(rows.tolist(), key=lambda row: (-values[row], ties[row]))[:k]
    assert found.tolist() == wanted
    assert scores.tolist() == [values[row] for row in wanted]
