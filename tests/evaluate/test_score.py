from __future__ import annotations

import math

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import CapabilityError, InputError, SpaceMismatch
from findry.evaluate import evaluate
from findry.records import Qrels, Run, Space

IDS = [f"d{n}" for n in range(8)]
grades = st.dictionaries(st.sampled_from(IDS), st.sampled_from([-3, -1, 0, 1, 2, 5]), min_size=1)
judgments = st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), grades, min_size=1)
hits = st.dictionaries(st.sampled_from(IDS), st.sampled_from([0.0, 1.0, 2.0, -1.5]))
runs = st.dictionaries(st.sampled_from(["q1", "q2", "q3", "q4"]), hits)


def ndcg(order: list[str], row: dict[str, int], k: int) -> float:
    """The formula by hand: linear gains, log2 of rank + 1, ideal order of all judged items."""

    def dcg(gains: list[int]) -> float:
        return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:k], 1))

    ideal = dcg(sorted((max(g, 0) for g in row.values()), reverse=True))
    return dcg([max(row.get(id, 0), 0) for id in order]) / ideal


@given(runs, judgments)
def test_values_are_those_of_the_formulas_for_every_query_with_a_relevant_item(
    found: dict[str, dict[str, float]], judged: dict[str, dict[str, int]]
) -> None:
    run, qrels = Run.from_dict(found), Qrels.from_dict(judged)
    table = evaluate(run, qrels, "nDCG@3 RR@2 R@3 AP Judged@3")
    assert list(table.queries) == [q for q, row in judged.items() if max(row.values()) > 0]
    for query, values in table.per_query().items():
        row, order = judged[query], list(run.to_dict().get(query, {}))
        relevant = {id for id, grade in row.items() if grade > 0}
        ranks = [rank for rank, id in enumerate(order, 1) if id in relevant]
        assert values["nDCG@3"] == pytest.approx(ndcg(order, row, 3))
        assert values["RR@2"] == pytest.approx(next((1 / rank for rank in ranks if rank <= 2), 0))
        assert values["R@3"] == pytest.approx(sum(rank <= 3 for rank in ranks) / len(relevant))
        assert values["AP"] == pytest.approx(sum(n / rank for n, rank in enumerate(ranks, 1)) / len(relevant))
        assert values["Judged@3"] == pytest.approx(np.mean([id in row for id in order[:3]]) if order else 0)
    column = table.measures.index("nDCG@3")
    assert table.judged[:, column].tolist() == pytest.approx(table.of("Judged@3").tolist())


@given(runs, judgments)
def test_means_are_those_of_ir_measures_given_the_same_order(
    found: dict[str, dict[str, float]], judged: dict[str, dict[str, int]]
) -> None:
    run = Run.from_dict(found)
    kept = {query: row for query, row in judged.items() if max(row.values()) > 0}
    names = "nDCG@5 nDCG RR R@5 P@2 AP Rprec Success@1 Bpref"
    table = evaluate(run, Qrels.from_dict(judged), names)
    ranked = {q: {id: -float(n) for n, id in enumerate(row)} for q, row in run.to_dict().items() if row}
    theirs = ir_measures.calc_aggregate([ir_measures.parse_measure(n) for n in names.split()], kept, ranked)
    for measure, value in theirs.items():
        assert table.mean(repr(measure)) == pytest.approx(value, nan_ok=True)


def test_the_order_of_the_run_counts_and_not_its_scores() -> None:
    items, queries = Space.of(["a", "b", "c"]), Space.of(["q"], unit="query")
    order = np.array([2, 0, 1], np.int32)
    flat = Run(queries, items, np.array([0, 3]), order, np.ones(3, np.float32), "rank-only")
    assert evaluate(flat, Qrels.from_dict({"q": {"c": 1}}), "RR").mean("RR") == 1
    assert evaluate(flat, Qrels.from_dict({"q": {"b": 1}}), "RR").mean("RR") == pytest.approx(1 / 3)


def test_every_judged_query_counts_also_without_hits() -> None:
    qrels = Qrels.from_dict({"q1": {"a": 1}, "q2": {"a": 1}, "q3": {"a": 1}, "q4": {"a": 0}})
    run = Run.from_dict({"q1": {"a": 1.0}, "q2": {}, "q9": {"a": 1.0}})
    table = evaluate(run, qrels, "RR@10")
    assert table.per_query() == {"q1": {"RR@10": 1}, "q2": {"RR@10": 0}, "q3": {"RR@10": 0}}
    assert dict(table.counts) == {"without_hits": 2, "without_relevant": 1, "ignored_hits": 0}
    zeros = evaluate(run, qrels, "RR@10", empty="zero")
    assert (zeros.queries, zeros.mean("RR@10")) == (("q1", "q2", "q3", "q4"), 0.25)


def test_an_empty_run_and_judgments_without_relevant_items_are_fine() -> None:
    run = Run.from_dict({})
    assert evaluate(run, Qrels.from_dict({"q": {"a": 1}}), "RR AP").means() == {"RR": 0.0, "AP": 0.0}
    none = evaluate(run, Qrels.from_dict({"q": {"a": 0}}), "RR")
    assert (none.queries, none.values.shape) == ((), (0, 1))
    assert math.isnan(none.mean("RR"))
    assert "0 queries" in repr(none)


def test_ignored_items_are_taken_out_before_measuring() -> None:
    columns = {"ignore": [True, False]}
    qrels = Qrels.of([("q", "a", 1), ("q", "b", 1)], columns=columns)
    run = Run.from_dict({"q": {"a": 3.0, "b": 2.0}})
    table = evaluate(run, qrels, "RR R@10")
    assert table.means() == {"RR": 1.0, "R@10": 1.0}
    assert table.counts["ignored_hits"] == 1


def test_hits_with_the_id_of_the_query_are_taken_out_on_request_only() -> None:
    qrels, run = Qrels.from_dict({"x": {"y": 1}}), Run.from_dict({"x": {"x": 2.0, "y": 1.0}})
    assert evaluate(run, qrels, "RR").mean("RR") == 0.5
    assert evaluate(run, qrels, "RR", ignore_identical_ids=True).mean("RR") == 1


def test_chunks_are_not_measured_by_judgments_of_documents() -> None:
    run = Run.from_dict({"q": {"a#1": 1.0}}, unit="chunk")
    with pytest.raises(SpaceMismatch, match="group the run to documents first"):
        evaluate(run, Qrels.from_dict({"q": {"a": 1}}))


def test_an_item_twice_in_one_list_is_refused() -> None:
    items, queries = Space.of(["a"]), Space.of(["q"], unit="query")
    run = Run(queries, items, np.array([0, 2]), np.zeros(2, np.int32), np.ones(2, np.float32))
    with pytest.raises(InputError, match="twice"):
        evaluate(run, Qrels.from_dict({"q": {"a": 1}}))


def test_a_measure_without_an_installed_provider_is_refused() -> None:
    with pytest.raises(CapabilityError, match="cannot compute"):
        evaluate(Run.from_dict({"q": {"a": 1.0}}), Qrels.from_dict({"q": {"a": 1}}), "alpha_nDCG@10")


def test_the_table_shows_interval_judged_share_and_frame() -> None:
    queries = [f"q{n}" for n in range(30)]
    run = Run.from_dict({q: {"a": 2.0, "b": 1.0} for q in queries})
    qrels = Qrels.from_dict({q: {"a": 1} if n % 3 else {"b": 1} for n, q in enumerate(queries)})
    table = evaluate(run, qrels, "RR@10 nDCG@1")
    first, second = table.table()
    assert first["mean"] == pytest.approx(25 / 30)
    assert first["low"] < 25 / 30 < first["high"]
    assert (first["judged"], second["judged"]) == (0.5, pytest.approx(2 / 3))
    assert "RR@10   0.8333 [0." in repr(table)
    assert "<table>" in table._repr_html_()
    frame = table.to_frame()
    assert list(frame.columns) == ["query_id", "RR@10", "nDCG@1", "judged for RR@10", "judged for nDCG@1"]
    with pytest.raises(InputError, match="did you mean RR@10"):
        table.of("RR@1")
