from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError, SpaceMismatch
from findry.records import Branches, Run, Space, tie_key

ids = st.sampled_from(["a", "b", "c", "d", "e", "ọ"])
scores = st.sampled_from([0.0, -0.0, 0.5, 1.0, -3.0, 1e30])
tables = st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), st.dictionaries(ids, scores))
depths = st.integers(0, 8)


def lists(run: Run) -> dict[str, list[tuple[str, float]]]:
    return dict(run.lists())


@given(tables)
def test_a_dictionary_comes_back_in_rank_order(table: dict[str, dict[str, float]]) -> None:
    back = Run.from_dict(table).to_dict()
    assert {q: dict(row) for q, row in back.items()} == {
        q: {id: float(np.float32(s)) for id, s in row.items()} for q, row in table.items()
    }
    assert list(back) == list(table)
    for row in back.values():
        keys = [(-score, tie_key(id)) for id, score in row.items()]
        assert keys == sorted(keys)


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_hits_given_changes_no_ranking(table: dict[str, dict[str, float]], random: object) -> None:
    shuffled = {}
    for query, row in table.items():
        pairs = list(row.items())
        random.shuffle(pairs)  # type: ignore[attr-defined]
        shuffled[query] = dict(pairs)
    assert lists(Run.from_dict(shuffled)) == lists(Run.from_dict(table))


@given(tables, depths)
def test_ranking_with_k_is_ranking_and_cutting(table: dict[str, dict[str, float]], k: int) -> None:
    whole = Run.from_dict(table)
    mixed = np.random.default_rng(0).permutation(len(whole.rows))
    loose = whole.owners[mixed], whole.rows[mixed], whole.scores[mixed]
    column = {"seen": np.arange(len(whole.rows))}
    cut = Run.ranked(whole.queries, whole.items, *loose, k=k, columns={"seen": column["seen"][mixed]})
    assert lists(cut) == lists(whole.cut(k))
    assert cut.columns["seen"].tolist() == np.flatnonzero(whole.ranks <= k).tolist()


@given(tables, depths, depths)
def test_two_cuts_are_the_smaller_cut(table: dict[str, dict[str, float]], k: int, j: int) -> None:
    run = Run.from_dict(table)
    assert lists(run.cut(k).cut(j)) == lists(run.cut(min(k, j)))


@given(tables, depths)
def test_cut_and_skip_part_a_list_in_two(table: dict[str, dict[str, float]], k: int) -> None:
    run = Run.from_dict(table)
    head, tail = lists(run.cut(k)), lists(run.skip(k))
    assert {query: head[query] + tail[query] for query in head} == lists(run)


@given(tables, st.data())
def test_keep_leaves_out_hits_and_moves_none(table: dict[str, dict[str, float]], data: st.DataObject) -> None:
    run = Run.from_dict(table)
    mask = np.array([data.draw(st.booleans()) for _ in run.rows], bool)
    kept = iter(mask.tolist())
    expected = {query: [hit for hit in hits if next(kept)] for query, hits in run.lists()}
    assert lists(run.keep(mask)) == expected


@given(tables, st.data())
def test_taking_queries_gives_their_lists(table: dict[str, dict[str, float]], data: st.DataObject) -> None:
    run = Run.from_dict(table)
    names = data.draw(st.lists(st.sampled_from(sorted(table)), min_size=1, unique=True)) if table else []
    taken = run.take(run.queries.ids.find(names), Space.of(names, unit="query"))
    assert list(taken.lists()) == [(name, lists(run)[name]) for name in names]


def test_taking_no_query_gives_an_empty_run() -> None:
    run = Run.from_dict({"q": {"a": 1.0}})
    assert len(run.take(np.array([], np.int64), Space.of([], unit="query"))) == 0


def test_equal_scores_stand_by_the_hash_of_the_id_also_at_the_cut() -> None:
    names = [f"d{n}" for n in range(50)]
    run = Run.from_dict({"q": dict.fromkeys(names, 1.0)})
    expected = sorted(names, key=tie_key)
    assert run.ids() == expected
    assert run.cut(7).ids() == expected[:7]


def test_the_hash_that_breaks_ties_never_changes() -> None:
    # printf a | b2sum -l 64, read as a little-endian number
    assert tie_key("a") == 3405396810240292928
    assert tie_key("\ud800") != tie_key("\ud801")


def test_arrays_that_do_not_fit_and_scores_that_are_no_numbers_are_refused() -> None:
    queries, items = Space.of(["q"], unit="query"), Space.of(["a"])
    one = np.zeros(1, np.int32), np.ones(1, np.float32)
    with pytest.raises(InputError, match="do not fit"):
        Run(queries, items, np.array([0, 2]), *one)
    with pytest.raises(InputError, match="do not fit"):
        Run(queries, items, np.array([0]), *one)
    with pytest.raises(InputError, match="one value a hit"):
        Run(queries, items, np.array([0, 1]), *one, columns={"x": np.zeros(2)})
    with pytest.raises(InputError, match="not a number"):
        Run.from_dict({"q": {"a": float("nan")}})


def test_an_empty_run_has_all_queries_and_no_hit() -> None:
    run = Run.empty(Space.of(["q1", "q2"], unit="query"), Space.of([]))
    assert run.to_dict() == {"q1": {}, "q2": {}}
    assert "no hits" in repr(run)


def test_frames_and_tables_hold_a_row_a_hit() -> None:
    run = Run.from_dict({"q1": {"a": 1.0, "b": 2.0}, "q2": {"a": 1.0}})
    frame = run.to_frame()
    assert frame["rank"].tolist() == [1, 2, 1]
    assert frame["doc_id"].tolist() == run.to_arrow()["doc_id"].to_pylist() == ["b", "a", "a"]


def test_branches_need_one_item_space_and_the_same_queries() -> None:
    a, b = Run.from_dict({"q": {"x": 1.0}}), Run.from_dict({"q": {"y": 1.0}})
    assert Branches({"a": a, "cut": a.cut(0)}).names == ("a", "cut")
    with pytest.raises(SpaceMismatch, match="group stage"):
        Branches({"a": a, "b": b})
    with pytest.raises(InputError):
        Branches({})
    with pytest.raises(InputError, match="same queries"):
        Branches({"a": a, "twice": a.take(np.array([0, 0]), Space.of(["q", "r"], unit="query"))})
