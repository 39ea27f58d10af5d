from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from findry.evaluate import parse
from findry.evaluate.agreement import agreement
from findry.records import Qrels, Queries, Run
from findry.study import compare
from findry.systems import Bench, published
from findry.systems.segments import GRID, Segment, segments


def made(queries: int = 60, k: int = 10) -> Segment:
    random = np.random.default_rng(0)
    n = random.integers(1, 16, queries).astype(float)
    found = random.binomial(np.minimum(n, k).astype(int), 0.5).astype(float)
    deep = np.minimum(n, found + random.integers(0, 3, queries))
    full = np.full(queries, float(k))
    return Segment("made up", found, deep, full, full, n)


def test_the_grid_is_that_of_the_paper() -> None:
    assert (GRID[0], GRID[-1], len(GRID)) == (0, 1, 702)
    assert np.allclose(GRID, 1 - GRID[::-1])


def test_a_segment_computes_what_the_measures_do() -> None:
    at = int(np.abs(GRID - 0.5).argmin())
    a, segment = float(GRID[at]), made(4)
    for name, values in segment.measures().items():
        measure = parse(f"{name}(a={a}{',x=2' if name == 'E' else ''})@10")[0]
        for q, (found, deep) in enumerate(zip(segment.found.astype(int), segment.deep.astype(int), strict=True)):
            grades = [1] * found + [0] * (10 - found) + [1] * (deep - found)
            assert values[at, q] == pytest.approx(measure.value(grades, int(segment.n[q])), abs=1e-9)


def test_at_one_k_t_orders_queries_as_precision_does_whatever_its_weight() -> None:
    segment = made()
    orders = np.round(segment.measures()["T"], 9).argsort(axis=1, kind="stable")
    assert (orders == orders[0]).all()


@pytest.mark.parametrize(("reader", "low", "high"), [("recall", 0.2, 1), ("count", 0.2, 1), ("blind", -0.1, 0.1)])
def test_a_reader_that_uses_the_hits_agrees_with_the_measures_and_one_that_does_not_does_not(
    reader: str, low: float, high: float
) -> None:
    segment = made(200)
    grades = segment.grades(reader, np.random.default_rng(1))
    for values in segment.measures().values():
        assert low <= agreement(values[::50], grades)["tau_b"].max() <= high


def test_segments_count_hits_and_split_by_the_number_of_relevant() -> None:
    qrels = Qrels.from_dict({"q1": {"a": 1, "b": 1, "c": 0}, "q2": {f"x{n}": 1 for n in range(12)}, "q3": {"a": 0}})
    run = Run.from_dict({"q1": {"c": 3.0, "a": 2.0, "b": 1.0}, "q2": {"x1": 1.0}, "q3": {}})
    table = compare({"r": run}, Queries.of({"q1": "", "q2": "", "q3": ""}), qrels, "P@1")
    found = {s.name.split(", ")[-1]: s for s in segments("set", table, qrels.to_dict())}
    assert (found["wide"].found.tolist(), found["wide"].n.tolist(), found["wide"].shown.tolist()) == ([2], [2], [3])
    assert (found["narrow"].found.tolist(), found["narrow"].n.tolist()) == ([1], [12])
    half = found["K = 0.5 N"]
    assert (half.k.tolist(), half.found.tolist(), half.deep.tolist()) == ([1, 6], [0, 1], [1, 1])


@pytest.mark.slow
@pytest.mark.data
def test_the_check_runs_on_cranfield(shared_data: Callable[[str], Path]) -> None:
    found = published("recall-free-metrics").check(Bench([str(shared_data("cranfield"))], encoder=None))
    assert found.simulated
    assert all(control.holds for control in found.controls)
    assert found.claims[-1].holds  # T and F rank the retrievers alike
