"""Signs in eights against plain NumPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from test_scanning import differing, nearest_best

from findry.kernels.compiled import compiled
from findry.kernels.eights import in_eights, lanes_within, lowest
from findry.kernels.nominating import best_by_signs
from findry.kernels.scanning import sampled_cut
from findry.kernels.signs import pack_signs

seeds = st.integers(0, 2**32 - 1)
NONE = np.zeros(0, np.bool_)


@compiled
def lanes_of(signs: np.ndarray, query: np.ndarray, cut: int) -> np.ndarray:
    """Which rows of each group are within the cut, by the intrinsics."""
    found = np.zeros((len(signs), 8), np.bool_)
    for group in range(len(signs)):
        lanes = lanes_within(signs, group, query, np.uint64(cut))
        while lanes != 0:
            found[group, lowest(lanes)] = True
            lanes &= lanes - np.uint64(1)
    return found


@given(seeds, st.integers(0, 40), st.integers(1, 7))
def test_rows_lie_side_by_side_and_nothing_else_is_set(seed: int, rows: int, words: int) -> None:
    signs = np.random.default_rng(seed).integers(0, 2**63, (rows, words)).astype(np.uint64)
    eights = in_eights(signs)
    assert eights.shape == (-(-rows // 8), words, 8)
    flat = eights.transpose(0, 2, 1).reshape(-1, words)
    np.testing.assert_array_equal(flat[:rows], signs)
    assert not flat[rows:].any()


@given(seeds, st.integers(1, 5), st.integers(1, 7), st.integers(0, 450))
def test_lanes_are_the_rows_within_the_cut(seed: int, groups: int, words: int, cut: int) -> None:
    signs = np.random.default_rng(seed).integers(0, 2**63, (8 * groups, words)).astype(np.uint64)
    near = differing(signs, signs[3]) <= cut
    np.testing.assert_array_equal(lanes_of(in_eights(signs), signs[3], cut).ravel(), near)


@given(seeds, st.integers(1, 500), st.integers(1, 30), st.booleans())
def test_a_sample_of_all_groups_tells_a_cut_with_enough_rows(seed: int, rows: int, depth: int, masked: bool) -> None:
    random = np.random.default_rng(seed)
    signs = random.integers(0, 2**63, (rows, 2)).astype(np.uint64)
    allowed = random.random(rows) < 0.5 if masked else NONE
    cut = sampled_cut(in_eights(signs), signs[0], rows, allowed, depth)
    differ = differing(signs, signs[0])[allowed if masked else slice(None)]
    wanted = 2 * depth + 16
    assert cut == (np.sort(differ)[wanted - 1] if len(differ) >= wanted else 128)


def test_a_sample_that_misleads_costs_a_second_scan_and_changes_nothing() -> None:
    rows, dimension = 8 * 2048, 64
    matrix = np.ones((rows, dimension), np.float32)
    seldom = np.arange(rows) // 8 % 4 != 2  # every fourth group is looked at
    matrix[seldom] = np.random.default_rng(5).choice(np.float32([-1, 1]), (int(seldom.sum()), dimension))
    ties, settings = np.arange(rows, dtype=np.uint64), (9, 5000, np.zeros(0, np.int64), 8.0)
    signs, query = in_eights(pack_signs(matrix)), np.ones(dimension, np.float32)
    assert sampled_cut(signs, pack_signs(query[None])[0], rows, NONE, 5000) == 0
    ((hits, _),) = best_by_signs(signs, matrix, query[None], None, rows, *settings, ties)
    assert hits.tolist() == nearest_best(matrix, query, np.ones(rows, np.bool_), *settings, ties)[0]
