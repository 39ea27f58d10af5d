"""Fusers and the linear mix against their formulas, written out one hit at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from findry.algebra.mix import linear as mixed
from findry.errors import InputError, PipelineError
from findry.records import Branches, Queries, Run, Space, tie_key
from findry.stages import combmnz, combsum, linear, rrf

Table = dict[str, float]
SPACE = Space.of("abcdef")
ONE = Queries.of(["q"]).space
tables = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.0, 0.5, 1.0, 2.0, -3.0, 10.0]), max_size=6)
several = st.lists(tables, min_size=1, max_size=3)


def run_of(*table: Table) -> Run:
    """One run over a list for each query."""
    ids = [id for row in table for id in row]
    owners = np.repeat(np.arange(len(table)), [len(row) for row in table])
    scores = np.array([score for row in table for score in row.values()], np.float64)
    queries = Queries.of([str(n) for n in range(len(table))]).space
    return Run.ranked(queries, SPACE, owners, SPACE.ids.find(ids), scores)


def branches(lists: list[Table]) -> Branches:
    return Branches({f"b{n}": run_of(table) for n, table in enumerate(lists)})


def ranks(table: Table) -> dict[str, int]:
    order = sorted(table, key=lambda item: (-table[item], tie_key(item)))
    return {id: rank for rank, id in enumerate(order, 1)}


def same(run: Run, expected: Table) -> None:
    found = run.to_dict()[next(iter(run.to_dict()))]
    assert found.keys() == expected.keys()
    for id, score in expected.items():
        assert math.isclose(found[id], score, rel_tol=1e-5, abs_tol=1e-5), (id, found, expected)


def min_max(table: Table) -> Table:
    low, high = min(table.values(), default=0.0), max(table.values(), default=0.0)
    return {id: (score - low) / (high - low) if high > low else 1.0 for id, score in table.items()}


def z_score(table: Table) -> Table:
    values = list(table.values())
    mean = sum(values) / max(len(values), 1)
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / max(len(values), 1))
    return {id: (score - mean) / spread if spread else 0.0 for id, score in table.items()}


NORMALISERS: dict[str, Callable[[Table], Table]] = {"none": dict, "min-max": min_max, "z-score": z_score}


@given(several, st.sampled_from([1, 60]), st.booleans())
def test_reciprocal_rank_is_the_sum_of_weight_over_k_plus_rank(lists: list[Table], k: int, weighted: bool) -> None:
    weights = tuple(float(n) for n in range(1, len(lists) + 1)) if weighted else ()
    expected: Table = {}
    for table, weight in zip(lists, weights or (1.0,) * len(lists), strict=True):
        for id, rank in ranks(table).items():
            expected[id] = expected.get(id, 0.0) + weight / (k + rank)
    same(rrf(k=k, weights=weights).apply(branches(lists)), expected)


@given(several, st.sampled_from(list(NORMALISERS)), st.sampled_from(["minimum", "zero"]), st.booleans())
def test_linear_is_the_weighted_sum_of_normalised_scores(
    lists: list[Table], how: str, missing: str, weighted: bool
) -> None:
    weights = tuple(0.5 * n - 0.7 for n in range(len(lists))) if weighted else ()
    normal = [NORMALISERS[how](table) for table in lists]
    expected: Table = {}
    for id in {id for table in lists for id in table}:
        for table, weight in zip(normal, weights or (1.0,) * len(lists), strict=True):
            absent = min(table.values(), default=0.0) if missing == "minimum" else 0.0
            expected[id] = expected.get(id, 0.0) + weight * table.get(id, absent)
    same(linear(weights=weights, normalise=how, missing=missing).apply(branches(lists)), expected)  # type: ignore[arg-type]


@given(several)
def test_combsum_adds_scores_and_combmnz_counts_the_lists_that_found_a_hit(lists: list[Table]) -> None:
    normal = [min_max(table) for table in lists]
    ids = {id for table in lists for id in table}
    total = {id: sum(table.get(id, 0.0) for table in normal) for id in ids}
    counts = {id: sum(id in table for table in lists) for id in ids}
    same(combsum().apply(branches(lists)), total)
    same(combmnz().apply(branches(lists)), {id: total[id] * counts[id] for id in ids})


def test_the_defaults_by_hand() -> None:
    lists = [{"a": 4.0, "b": 2.0, "c": 0.0}, {"b": 10.0, "d": 8.0}]
    same(combsum().apply(branches(lists)), {"a": 1.0, "b": 1.5, "c": 0.0, "d": 0.0})
    same(combmnz().apply(branches(lists)), {"a": 1.0, "b": 3.0, "c": 0.0, "d": 0.0})
    same(rrf().apply(branches(lists)), {"a": 1 / 61, "b": 1 / 62 + 1 / 61, "c": 1 / 63, "d": 1 / 62})
    same(linear().apply(branches(lists)), {"a": 1.0, "b": 1.5, "c": 0.0, "d": 0.0})


@given(several, st.lists(several.filter(len), min_size=1, max_size=2))
def test_one_query_is_fused_as_if_it_were_alone(lists: list[Table], others: list[list[Table]]) -> None:
    assume(others)
    width = len(lists)
    rows = [lists, *([other[n % len(other)] for n in range(width)] for other in others)]
    together = Branches({f"b{n}": run_of(*(row[n] for row in rows)) for n in range(width)})
    for fuse in (rrf(), linear(), linear(normalise="z-score"), combsum(), combmnz()):
        alone = next(iter(fuse.apply(branches(lists)).to_dict().values()))
        assert next(iter(fuse.apply(together).to_dict().values())) == alone


@given(several)
def test_a_fused_run_tells_the_rank_in_each_branch(lists: list[Table]) -> None:
    run = rrf().apply(branches(lists))
    for number, table in enumerate(lists):
        at = dict(zip(run.ids(), run.columns[f"rank:b{number}"].tolist(), strict=True))
        assert at == {id: ranks(table).get(id, 0) for id in at}


def test_weights_must_be_one_a_branch() -> None:
    for fuse in (rrf(weights=(1.0,)), linear(weights=(1.0, 2.0, 3.0))):
        with pytest.raises(InputError, match="one a branch"):
            fuse.apply(branches([{"a": 1.0}, {"b": 1.0}]))


def test_scores_that_only_carry_an_order_are_not_added() -> None:
    one = run_of({"a": 1.0})
    order = Run.ranked(one.queries, SPACE, one.owners, one.rows, one.scores, kind="rank-only")
    for fuse in (linear(), combsum(), combmnz()):
        with pytest.raises(PipelineError, match="rrf"):
            fuse.apply(Branches({"x": one, "y": order}))
    with pytest.raises(PipelineError, match="branch 'y'"):
        mixed(Branches({"x": one, "y": order}), [1.0, 1.0])
    assert rrf().apply(Branches({"x": one, "y": order})).to_dict()["1"].keys() == {"a"}
