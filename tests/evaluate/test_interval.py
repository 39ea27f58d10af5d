from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from findry.errors import InputError
from findry.evaluate import difference_interval, mean_interval

STUDIES = 400


def zero_heavy(random: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Values as of RR or nDCG: 45 % zeros, the rest spread over (0, 1]; mean 0.55 * 0.4."""
    return np.where(random.random(n) < 0.45, 0.0, random.beta(1.0, 1.5, n))


def covered(draw: object, truth: float, interval: object) -> float:
    random = np.random.default_rng(7)
    return float(np.mean([truth in interval(draw(random)) for _ in range(STUDIES)]))  # type: ignore[operator]


def test_the_interval_covers_the_mean_of_zero_heavy_values_as_often_as_it_says() -> None:
    share = covered(lambda random: zero_heavy(random, 50), 0.55 * 0.4, lambda x: mean_interval(x, resamples=2000))
    assert 0.92 <= share <= 0.98


def test_the_interval_covers_a_difference_of_which_most_are_zero() -> None:
    def draw(random: np.random.Generator) -> NDArray[np.float64]:
        changed = random.random(80) < 0.4
        return np.where(changed, random.normal(0.05, 0.2, 80), 0.0)

    share = covered(draw, 0.4 * 0.05, lambda d: difference_interval(d, resamples=2000))
    assert 0.92 <= share <= 0.98


def test_the_wilson_interval_covers_a_proportion() -> None:
    share = covered(lambda random: (random.random(50) < 0.2).astype(float), 0.2, mean_interval)
    assert 0.92 <= share <= 0.98


@given(st.lists(st.floats(0, 1), min_size=10, max_size=40))
def test_an_interval_of_values_in_0_1_holds_the_mean_and_stays_there(values: list[float]) -> None:
    interval = mean_interval(values, resamples=200)
    assert interval.low is not None
    assert interval.high is not None
    assert 0 <= interval.low <= np.mean(values) + 1e-12
    assert np.mean(values) - 1e-12 <= interval.high <= 1


def test_the_same_values_give_the_same_interval_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    values = zero_heavy(np.random.default_rng(3), 60)
    whole = mean_interval(values)
    monkeypatch.setattr("findry.evaluate.interval.BLOCK", 60 * 7)
    assert mean_interval(values) == whole
    assert whole.method == "bootstrap-t"


def test_a_skewed_sample_gives_the_longer_side_to_the_longer_tail() -> None:
    values = np.r_[np.zeros(30), np.linspace(0.1, 0.9, 20) ** 2]
    interval = mean_interval(values)
    assert interval.high is not None
    assert interval.low is not None
    assert interval.high - values.mean() > values.mean() - interval.low


def test_few_queries_and_unvarying_values_get_no_narrow_interval() -> None:
    assert "too few" in mean_interval([0.1, 0.5, 0.9]).reason
    assert "too few" in mean_interval([]).reason
    perfect = mean_interval(np.ones(50))
    assert (perfect.method, perfect.high) == ("Wilson", 1.0)
    assert perfect.low == pytest.approx(0.9287, abs=1e-4)  # 50 / (50 + 1.96 ** 2)
    rare = mean_interval(np.r_[np.full(47, 0.3), 0.4, 0.5, 0.6])
    assert rare.method == "Wilson"
    assert "only 3 of 50" in mean_interval(np.r_[np.full(47, 7.0), 1, 2, 3]).reason


def test_too_few_changed_queries_get_no_interval_of_the_difference() -> None:
    few = difference_interval(np.r_[np.zeros(90), np.full(9, 0.5)])
    assert (few.low, few.reason) == (None, "too few queries changed (9 of 99)")
    assert str(few) == "no interval: too few queries changed (9 of 99)"
    assert "same amount" in difference_interval(np.full(20, 0.1)).reason


def test_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="finite"):
        mean_interval([0.1, np.nan] * 10)
