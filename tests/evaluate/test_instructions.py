from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.evaluate.instructions import p_mrr
from findry.records import Qrels, Run

IDS = ["a", "b", "c", "d"]
orders = st.permutations(IDS)
BEFORE = Qrels.from_dict({"q": {"a": 1, "b": 2, "c": 0}})
AFTER = Qrels.from_dict({"q": {"a": 0, "b": 1}})


def run(order: list[str]) -> Run:
    return Run.from_dict({"q": {id: -float(rank) for rank, id in enumerate(order)}})


def test_values_by_hand() -> None:
    both = Qrels.from_dict({"q": {"a": 0, "b": 0}})
    assert p_mrr(run(["a", "b", "c", "d"]), run(["c", "a", "d", "b"]), BEFORE, AFTER)["q"] == pytest.approx(0.5)
    fell = p_mrr(run(["a", "b", "c", "d"]), run(["c", "d", "a", "b"]), BEFORE, both)["q"]
    assert fell == pytest.approx(((1 - 1 / 3) + (1 - 2 / 4)) / 2, abs=1e-9)
    assert p_mrr(run(["c", "d", "b", "a"]), run(["a", "b", "c", "d"]), BEFORE, AFTER)["q"] == pytest.approx(-0.75)


def test_a_document_that_a_list_lacks_stands_behind_its_end() -> None:
    assert p_mrr(run(["a", "b"]), run(["b", "c"]), BEFORE, AFTER)["q"] == pytest.approx(1 - 1 / 3, abs=1e-9)
    assert p_mrr(run(["a"]), Run.from_dict({}), BEFORE, AFTER) == {"q": 0.0}


def test_a_query_that_lost_no_document_has_no_value() -> None:
    assert p_mrr(run(IDS), run(IDS), BEFORE, BEFORE) == {}
    assert p_mrr(run(IDS), run(IDS), BEFORE, Qrels.from_dict({"other": {"a": 0}})) == {}


@given(orders, orders)
def test_going_back_has_the_opposite_value_and_standing_still_none(one: list[str], two: list[str]) -> None:
    forth, back = p_mrr(run(one), run(two), BEFORE, AFTER)["q"], p_mrr(run(two), run(one), BEFORE, AFTER)["q"]
    assert forth == pytest.approx(-back)
    assert -1 < forth < 1
    assert p_mrr(run(one), run(one), BEFORE, AFTER)["q"] == 0
