from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError
from findry.evaluate import evaluate
from findry.evaluate.language import ParallelPool, first_rank_shares, lang_ndcg, language_pairs, language_preference
from findry.records import Run

LANGUAGE = {"p1": "en", "p2": "de", "p3": "el", "r1": "en", "r2": "de", "r3": "el"}
GROUP = {id: id[0] for id in LANGUAGE}
POOL = ParallelPool(
    LANGUAGE, GROUP, {"q1": "en", "q2": "de", "q3": "el", "q4": "en"}, dict.fromkeys(("q1", "q2", "q3", "q4"), "p")
)


def run(**orders: str) -> Run:
    return Run.from_dict({query: {id: -float(n) for n, id in enumerate(row.split())} for query, row in orders.items()})


SIX = run(q1="p1 r1 p2 r2 p3 r3", q2="r2 p1 r1 p2 p3 r3", q3="r1 r2 r3", other="p1 p2")


def test_six_documents_by_hand() -> None:
    assert language_preference(SIX, POOL) == {"q1": 1.0, "q2": 0.0, "q3": 0.0, "q4": 0.0}
    assert language_preference(SIX, POOL, found_within=3) == {"q1": 1.0, "q2": 0.0}
    assert language_preference(SIX, POOL, found_within=1) == {"q1": 1.0}
    shares = first_rank_shares(SIX, POOL)
    assert list(shares.values()) == [0.25, 0.0, 0.25, 0.5]
    assert language_pairs(SIX, POOL).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 1]]  # de, el, en
    found = lang_ndcg(SIX, POOL, 4)
    ideal = 3 + 1 / math.log2(3) + 1 / 2
    assert found["q1"] == pytest.approx((3 + 1 / 2) / ideal, abs=1e-9)
    assert found["q2"] == pytest.approx((1 / math.log2(3) + 3 / math.log2(5)) / ideal, abs=1e-9)
    assert found["q3"] == found["q4"] == 0
    strict = lang_ndcg(SIX, POOL, 10, own=1, other=0)
    assert strict["q2"] == pytest.approx(1 / math.log2(5), abs=1e-9)


runs = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3", "q4"]), st.lists(st.sampled_from(sorted(LANGUAGE)), unique=True, max_size=6)
).map(lambda orders: run(**{query: " ".join(row) for query, row in orders.items()}))


@given(runs, st.integers(1, 6))
def test_without_preference_it_is_the_ndcg_of_the_group_judgments(found: Run, k: int) -> None:
    plain = evaluate(found, POOL.qrels(), f"nDCG@{k}").per_query()
    same = lang_ndcg(found, POOL, k, own=1, other=1)
    assert same == pytest.approx({query: row[f"nDCG@{k}"] for query, row in plain.items()})


@given(runs)
def test_shares_and_pairs_add_up_and_agree_with_the_preference(found: Run) -> None:
    assert sum(first_rank_shares(found, POOL).values()) == pytest.approx(1)
    preferred, succeeded = language_preference(found, POOL), language_preference(found, POOL, found_within=6)
    assert sum(preferred.values()) == sum(succeeded.values())
    rows = language_pairs(found, POOL)
    assert np.all(np.isclose(rows.sum(axis=1), 1) | (rows.sum(axis=1) == 0))
    for at, language in enumerate(POOL.languages):
        values = [value for query, value in succeeded.items() if POOL.query_language[query] == language]
        assert rows[at, at] == pytest.approx(np.mean(values) if values else 0)


def test_a_pool_that_is_not_parallel_is_refused() -> None:
    with pytest.raises(InputError, match="not parallel"):
        ParallelPool({"p1": "en", "p2": "de", "r1": "en"}, {"p1": "p", "p2": "p", "r1": "r"}, {}, {})
    with pytest.raises(InputError, match="language and a group"):
        ParallelPool({"p1": "en"}, {}, {}, {})
    with pytest.raises(InputError, match="no passage"):
        ParallelPool({"p1": "en"}, {"p1": "p"}, {"q": "fr"}, {"q": "p"})
