"""Signs and their scan against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.kernels.eights import in_eights
from findry.kernels.nominating import best_by_signs
from findry.kernels.products import inner_products
from findry.kernels.signs import pack_signs, tally

dimensions = st.sampled_from([1, 5, 63, 64, 65, 130, 384])
seeds = st.integers(0, 2**32 - 1)


def packed(matrix: np.ndarray) -> np.ndarray:
    """The signs by NumPy's own packing."""
    words = -(-matrix.shape[1] // 64)
    bits = np.zeros((len(matrix), 64 * words), np.bool_)
    bits[:, : matrix.shape[1]] = matrix > 0
    return np.packbits(bits, axis=1, bitorder="little").view("<u8")


def differing(signs: np.ndarray, query: np.ndarray) -> np.ndarray:
    """In how many bits each row differs."""
    return np.unpackbits((signs ^ query).view(np.uint8), axis=1).sum(axis=1, dtype=np.int64)


def nearest_best(
    matrix: np.ndarray,
    vector: np.ndarray,
    allowed: np.ndarray,
    k: int,
    depth: int,
    reaches: np.ndarray,
    norm: float,
    ties: np.ndarray,
) -> tuple[list[int], list[float]]:
    """What the scan is to find for one vector; nothing where it would have to score more than a quarter."""
    differ = differing(packed(matrix), packed(vector[None])[0])
    cut = np.sort(differ[allowed])[min(depth, allowed.sum()) - 1]
    scores = inner_products(matrix, vector)
    near = allowed & (differ <= cut)
    if len(reaches):
        kth = np.sort(scores[near])[-min(k, near.sum())]
        largest = np.sqrt((vector.astype(np.float64) ** 2).sum()) * norm
        level = int((kth / largest + 1) * (len(reaches) / 2)) if largest else 0
        reach = reaches[min(level, len(reaches) - 1)]
        if reach > cut:
            if (allowed & (differ > cut) & (differ <= reach)).sum() > allowed.sum() // 4:
                return [], []
            near = allowed & (differ <= reach)
    rows = np.flatnonzero(near)
    order = rows[np.lexsort((ties[rows], -scores[rows]))][:k]
    return order.tolist(), scores[order].tolist()


@given(dimensions, seeds)
def test_signs_are_packed_as_numpy_packs_them(dimension: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).integers(-1, 2, (9, dimension)).astype(np.float32)
    np.testing.assert_array_equal(pack_signs(matrix), packed(matrix))


@given(dimensions, seeds, st.integers(1, 300), st.integers(1, 40), st.integers(1, 60), st.booleans(), st.booleans())
def test_a_scan_finds_what_sorting_all_distances_finds(
    dimension: int, seed: int, rows: int, k: int, depth: int, masked: bool, reaching: bool
) -> None:
    random = np.random.default_rng(seed)
    matrix = random.integers(-2, 3, (rows, dimension)).astype(np.float32)
    vectors = random.standard_normal((3, dimension)).astype(np.float32)
    allowed = random.random(rows) < (0.5 if masked else 2.0)
    allowed[0] = True
    reaches = np.sort(random.integers(0, dimension + 1, 8))[::-1].copy() if reaching else np.zeros(0, np.int64)
    norm, ties = float(np.sqrt((matrix**2).sum(axis=1).max())), random.permutation(rows).astype(np.uint64)
    mask = allowed if masked else None
    settings = mask, int(allowed.sum()), k, depth, reaches, norm, ties
    found = best_by_signs(in_eights(pack_signs(matrix)), matrix, vectors, *settings)
    wanted = [nearest_best(matrix, vector, allowed, k, depth, reaches, norm, ties) for vector in vectors]
    assert [(hits.tolist(), scores.tolist()) for hits, scores in found] == wanted
    alone = [best_by_signs(in_eights(pack_signs(matrix)), matrix, vector[None], *settings)[0] for vector in vectors]
    assert [(hits.tolist(), scores.tolist()) for hits, scores in alone] == wanted


@pytest.mark.parametrize("falling", [False, True])
def test_rows_that_are_dropped_for_room_change_nothing(falling: bool) -> None:
    rows, dimension = 60_000, 64
    near = np.linspace(dimension, 0, rows).astype(np.int64)
    matrix = np.where(np.arange(dimension) < near[:, None], -1, 1).astype(np.float32)[:: 1 if falling else -1].copy()
    vector, ties = np.ones(dimension, np.float32), np.arange(rows, dtype=np.uint64)
    settings = rows, 5, 50, np.zeros(0, np.int64), 8.0, ties
    (hits, _), *_ = best_by_signs(in_eights(pack_signs(matrix)), matrix, vector[None], None, *settings)
    wanted, _ = nearest_best(matrix, vector, np.ones(rows, np.bool_), 5, 50, np.zeros(0, np.int64), 8.0, ties)
    assert hits.tolist() == wanted


def test_more_rows_in_one_distance_than_there_is_room_for_give_nothing() -> None:
    rows = 50_000
    matrix, ties = np.ones((rows, 3), np.float32), np.arange(rows, dtype=np.uint64)
    settings = rows, 5, 50, np.zeros(0, np.int64), 2.0, ties
    ((hits, scores),) = best_by_signs(in_eights(pack_signs(matrix)), matrix, matrix[:1], None, *settings)
    assert len(hits) == len(scores) == 0


@given(dimensions, seeds)
def test_pairs_are_counted_by_level_and_distance(dimension: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((40, dimension)).astype(np.float32)
    signs, scores = pack_signs(matrix), random.uniform(-2, 2, 40).astype(np.float32)
    scores[3] = -np.inf
    levels = np.zeros((6, 64 * signs.shape[1] + 1), np.int64)
    counts = np.zeros(levels.shape[1], np.int64)
    tally(signs, signs[0], scores, 0.5, levels, counts)
    wanted = np.zeros_like(levels)
    for score, differ in zip(scores.tolist(), differing(signs, signs[0]).tolist(), strict=True):
        if score > -np.inf:
            wanted[min(int((score * 0.5 + 1) * 3), 5), differ] += 1
    np.testing.assert_array_equal(levels, wanted)
    np.testing.assert_array_equal(counts, wanted.sum(axis=0))
