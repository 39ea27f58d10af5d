from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import SyntaxProblem
from findry.evaluate import evaluate, parse
from findry.evaluate.measures import cutoff
from findry.evaluate.own import FORMULAS, measure
from findry.records import Qrels, Run

NAMES = "F(a=0.5)@10 E(a=0.5,x=2)@10 T(a=0.5)@10 nDCGfound@10"
lists = st.lists(st.integers(0, 3), max_size=12)
weights = st.floats(0, 1)


def value(name: str, grades: list[int], n: int = 9, **params: float) -> float:
    return measure(name, {("@" if key == "k" else key): given for key, given in params.items()}).value(grades, n)


def test_the_values_of_the_paper_are_exact() -> None:
    three_of_five = [1, 0, 1, 1, 0]
    assert value("T", three_of_five, a=0.5, k=5) == pytest.approx(1.3, abs=1e-9)
    assert value("T", three_of_five, a=0, k=5) == pytest.approx(3, abs=1e-9)
    assert value("T", three_of_five, a=1, k=5) == pytest.approx(-0.4, abs=1e-9)
    assert value("F", three_of_five, 4, a=0.25, k=5) == pytest.approx(3 / (0.25 * 5 + 0.75 * 4), abs=1e-9)
    assert value("E", [1, 0, 1, 1, 0, 1], a=0.25, x=2, k=3) == pytest.approx(2 / (0.25 * 3 + 0.75 * 4), abs=1e-9)
    ideal = 2 + 1 / math.log2(3)
    assert value("nDCGfound", [0, 2, 1, 3], k=3) == pytest.approx((2 / math.log2(3) + 1 / 2) / ideal, abs=1e-9)


@given(lists, weights, st.integers(1, 6))
def test_f_is_recall_at_nought_and_precision_at_one_and_e_is_f_of_what_was_found(
    grades: list[int], a: float, k: int
) -> None:
    found = sum(g > 0 for g in grades[:k])
    n = max(sum(g > 0 for g in grades), 1)
    assert value("F", grades, n, a=0, k=k) == pytest.approx(found / n)
    assert value("F", grades, n, a=1, k=k) == pytest.approx(found / k)
    deep = sum(g > 0 for g in grades[: 2 * k])
    assert value("E", grades, 99, a=a, x=2, k=k) == pytest.approx(value("F", grades, deep, a=a, k=k))
    assert 0 <= value("F", grades, n, a=a, k=k) <= 1 + 1e-12


@given(lists, weights, st.integers(1, 6), st.integers(0, 11))
def test_t_needs_no_count_of_the_relevant_and_rises_with_each_one_found(
    grades: list[int], a: float, k: int, at: int
) -> None:
    assert value("T", grades, 1, a=a, k=k) == value("T", grades, 50, a=a, k=k)
    better = [1 if place == at else grade for place, grade in enumerate(grades)]
    assert value("T", better, a=a, k=k) >= value("T", grades, a=a, k=k) - 1e-12
    assert -a <= value("T", grades, a=a, k=k) <= (1 - a) * k


@given(lists, st.integers(1, 6))
def test_ndcg_of_what_was_found_is_one_when_the_first_ranks_are_in_order_and_nought_without_hits(
    grades: list[int], k: int
) -> None:
    ordered = sorted(grades[:k], reverse=True) + grades[k:]
    assert value("nDCGfound", ordered, k=k) == pytest.approx(float(any(grades[:k])))
    assert 0 <= value("nDCGfound", grades, k=k) <= 1 + 1e-12


def test_own_measures_are_computed_beside_the_others_and_every_query_counts() -> None:
    run = Run.from_dict({"q1": {"a": 3.0, "b": 2.0, "c": 1.0}})
    qrels = Qrels.from_dict({"q1": {"a": 1, "c": 2, "z": 1}, "q2": {"u": 1}, "q3": {"a": 0}})
    table = evaluate(run, qrels, f"P@10 {NAMES}").per_query()
    assert list(table) == ["q1", "q2"]
    first = table["q1"]
    assert first["F(a=0.5)@10"] == pytest.approx(2 / 6.5, abs=1e-9)
    assert first["E(a=0.5,x=2)@10"] == pytest.approx(2 / 6, abs=1e-9)
    assert first["T(a=0.5)@10"] == pytest.approx(1 - 0.5 / 3, abs=1e-9)
    assert first["nDCGfound@10"] == pytest.approx(2 / (2 + 1 / math.log2(3)), abs=1e-9)
    assert first["P@10"] == pytest.approx(0.2)
    assert set(table["q2"].values()) == {0.0}
    assert np.array_equal(evaluate(run, qrels, NAMES).judged[0], [2 / 3] * 4)


def test_names_are_read_printed_and_compared_like_the_others() -> None:
    named = parse(NAMES)
    assert " ".join(map(repr, named)) == NAMES
    assert parse([*named, *parse(NAMES)]) == named
    assert [cutoff(m) for m in named] == [10, 20, 10, 10]
    assert parse("T(a=0.5,cutoff=10)") == parse("T(a=0.5)@10")
    assert repr(parse(f"T(a={0.95**7})@5")[0]) == f"T(a={0.95**7})@5"
    assert all(of.formula and of.source for of in FORMULAS.values())


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("F@10", "write F(a=0.5)@10"),
        ("E(a=0.5)@10", "write E(a=0.5,x=2)@10"),
        ("T(a=1.5)@10", "write T(a=0.5)@10"),
        ("T(a=True)@10", "write T(a=0.5)@10"),
        ("E(a=0.5,x=1.5)@10", "write E(a=0.5,x=2)@10"),
        ("nDCGfound(a=0.5)@10", "write nDCGfound@10"),
        ("nDCGfound@0", "write nDCGfound@10"),
        ("nDCGfuond@10", "did you mean nDCGfound?"),
        ("t(a=0.5)@10", "did you mean T?"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(text)
    assert caught.value.hint == hint
