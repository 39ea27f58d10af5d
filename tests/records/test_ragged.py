from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from findry.records import ragged

lists = st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=6)


def flat(rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    counts = np.array([len(row) for row in rows], np.int64)
    return ragged.counts_to_offsets(counts), np.array([v for row in rows for v in row], np.int64)


def nested(offsets: np.ndarray, values: np.ndarray) -> list[list[int]]:
    return [values[offsets[n] : offsets[n + 1]].tolist() for n in range(len(offsets) - 1)]


@given(lists)
def test_offsets_cut_the_values_into_the_lists_they_came_from(rows: list[list[int]]) -> None:
    offsets, values = flat(rows)
    assert nested(offsets, values) == rows
    assert offsets.dtype == np.int64


@given(lists)
def test_each_value_knows_its_list_and_its_place(rows: list[list[int]]) -> None:
    offsets, _ = flat(rows)
    expected = [(owner, place) for owner, row in enumerate(rows) for place in range(len(row))]
    found = zip(ragged.owner_of(offsets).tolist(), ragged.positions(offsets).tolist(), strict=True)
    assert list(found) == expected


@given(lists, st.integers(-1, 7))
def test_the_first_k_of_each_list_are_kept(rows: list[list[int]], k: int) -> None:
    offsets, values = flat(rows)
    cut, kept = ragged.first_k(offsets, k)
    assert nested(cut, values[kept]) == [row[: max(k, 0)] for row in rows]


@given(lists, st.data())
def test_whole_lists_are_picked_in_any_order_and_more_than_once(rows: list[list[int]], data: st.DataObject) -> None:
    offsets, values = flat(rows)
    picks = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=6)) if rows else []
    cut, kept = ragged.take_lists(offsets, np.array(picks, np.int64))
    assert nested(cut, values[kept]) == [rows[pick] for pick in picks]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, -0.0, 1.0, -2.5]), st.integers(0, 5)), max_size=12))
def test_rank_order_is_by_list_then_falling_score_then_key(hits: list[tuple[int, float, int]]) -> None:
    owners, scores, ties = (np.array([hit[n] for hit in hits]) for n in range(3))
    order = ragged.rank_order(owners.astype(np.int64), scores.astype(np.float32), ties.astype(np.uint64))
    assert sorted(order.tolist()) == list(range(len(hits)))
    ranked = [(hits[n][0], -hits[n][1], hits[n][2]) for n in order]
    assert ranked == sorted(ranked)
