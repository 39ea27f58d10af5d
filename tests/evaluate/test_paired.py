from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError
from findry.evaluate import Evaluation, compare, holm, sign_flip

steps = st.integers(-8, 8).map(lambda n: n / 8)


@given(st.lists(steps, max_size=8))
def test_few_changed_queries_are_counted_exactly(differences: list[float]) -> None:
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    assert sign_flip(differences) == pytest.approx(np.mean([abs(s) >= abs(sum(differences)) for s in sums]))


def test_the_exact_test_agrees_with_scipy() -> None:
    random = np.random.default_rng(1)
    for _ in range(5):
        d = random.normal(0.3, 1, 11)
        theirs = scipy.stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
        assert sign_flip(d) == pytest.approx(theirs.pvalue)


def test_the_sampled_test_agrees_with_scipy_within_its_noise() -> None:
    random = np.random.default_rng(2)
    d = np.r_[random.normal(0.25, 1, 60), np.zeros(40)]
    theirs = scipy.stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(3)
    )
    ours = sign_flip(d)
    assert ours == pytest.approx(theirs.pvalue, abs=0.012)
    assert ours == sign_flip(d)


def test_no_sampled_p_value_is_zero() -> None:
    assert sign_flip(np.ones(200)) == pytest.approx(1 / 10_001)
    assert sign_flip(np.zeros(5)) == 1
    assert sign_flip([]) == 1


def test_zeros_and_the_direction_do_not_change_the_p_value() -> None:
    d = np.array([0.1, 0.1, -0.3, 0.2, 0.25, 0.1])
    assert sign_flip(d) == sign_flip(-d) == sign_flip(np.r_[d, np.zeros(30)])


@given(st.lists(st.floats(0, 1), max_size=6))
def test_holm_keeps_the_order_raises_and_caps(p: list[float]) -> None:
    corrected = holm(p)
    assert all(a <= b <= 1 for a, b in zip(p, corrected, strict=True))
    order = sorted(range(len(p)), key=lambda n: p[n])
    raised = [corrected[n] for n in order]
    assert raised == sorted(raised)
    if p:
        assert min(corrected) == min(1.0, min(p) * len(p))


def test_p_values_outside_0_1_are_refused() -> None:
    with pytest.raises(InputError):
        holm([0.5, 1.5])


def evaluation(name: str, queries: list[str], values: list[float], measure: str = "RR") -> Evaluation:
    column = np.array(values).reshape(-1, 1)
    return Evaluation(name, tuple(queries), (measure,), column, np.zeros_like(column))


def test_compare_lines_queries_up_and_counts_wins() -> None:
    queries = [f"q{n}" for n in range(20)]
    a = evaluation("a", queries, [0.5] * 20)
    b = evaluation("b", queries[::-1], [n / 20 for n in range(20)][::-1])
    (row,) = compare(a, b)
    assert (row.wins, row.losses, row.ties) == (9, 10, 1)
    assert row.delta == pytest.approx(-0.025)
    assert -0.025 in row.interval
    assert row.p == sign_flip([n / 20 - 0.5 for n in range(20)])
    assert "9 better, 10 worse, 1 same" in str(row)


def test_differences_that_are_rounding_are_ties() -> None:
    (row,) = compare(evaluation("a", ["q"], [0.1 + 0.2]), evaluation("b", ["q"], [0.3]))
    assert (row.ties, row.delta, row.p) == (1, 0.0, 1.0)
    assert "too few queries changed" in str(row)


def test_other_queries_or_measures_are_refused() -> None:
    a = evaluation("a", ["q1"], [1.0])
    with pytest.raises(InputError, match="same judgments"):
        compare(a, evaluation("b", ["q2"], [1.0]))
    with pytest.raises(InputError, match="was not computed"):
        compare(a, a, ["AP"])
    assert compare(a, evaluation("b", ["q1"], [1.0], "AP")) == []
