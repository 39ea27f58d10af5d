from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from findry.errors import InputError
from findry.evaluate.agreement import agreement

tables = st.integers(2, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.integers(0, 4), min_size=n, max_size=n), min_size=1, max_size=3),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
    )
)


def reference(x: NDArray[np.int64], y: NDArray[np.int64]) -> list[float]:
    stats = pytest.importorskip("scipy.stats")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = (stats.kendalltau(x, y), stats.kendalltau(x, y, variant="c"), stats.spearmanr(x, y))
        pearson = stats.pearsonr(x, y).statistic if len(x) > 1 else 0
    return [float(np.nan_to_num(value)) for value in (*(f.statistic for f in found), pearson)]


@given(tables)
def test_the_coefficients_are_those_of_scipy_on_the_repeated_points(
    table: tuple[list[list[int]], list[int], list[int]],
) -> None:
    values, grades, times = table
    found = agreement(values, grades, [times])
    for at, row in enumerate(values):
        x, y = np.repeat(row, times), np.repeat(grades, times)
        if len(x) > 1 and np.ptp(x) and np.ptp(y):
            assert [float(one[0, at]) for one in found.values()] == pytest.approx(reference(x, y), abs=1e-9)
        else:
            assert [float(one[0, at]) for one in found.values()] == [0.0] * 4


@given(tables)
def test_several_grades_a_point_are_several_points(table: tuple[list[list[int]], list[int], list[int]]) -> None:
    values, grades, more = table
    apart = agreement(np.repeat(values, 2, axis=1), np.stack([grades, more], axis=1).ravel())
    for name, one in agreement(values, np.stack([grades, more], axis=1)).items():
        assert one == pytest.approx(apart[name], abs=1e-9)


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError):
        agreement([[1, 2, 3]], [1, 2])
