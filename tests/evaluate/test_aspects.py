from __future__ import annotations

from itertools import permutations
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError
from findry.evaluate.aspects import alpha_ndcg, aspect_recall, modality_accuracy
from findry.records import Run

ids = st.sampled_from(list("abcdef"))
parts = st.dictionaries(st.sampled_from("123"), st.sets(ids, min_size=1), min_size=1)
orders = st.permutations(list("abcdef")).flatmap(lambda order: st.integers(0, 6).map(lambda n: order[:n]))


def listed(order: list[str]) -> Run:
    return Run.from_dict({"q": {id: float(-place) for place, id in enumerate(order)}})


@given(parts, orders, st.integers(1, 6))
def test_aspect_recall_is_a_count(aspects: dict[str, set[str]], order: list[str], k: int) -> None:
    expected = len([1 for answers in aspects.values() if answers & set(order[:k])]) / len(aspects)
    assert aspect_recall(listed(order), {"q": aspects}, k)["q"] == expected


@given(parts, orders, st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0]))
def test_alpha_ndcg_follows_its_formula(aspects: dict[str, set[str]], order: list[str], k: int, alpha: float) -> None:
    def dcg(found: list[str]) -> float:
        total, seen = 0.0, dict.fromkeys(aspects, 0)
        for rank, id in enumerate(found[:k], 1):
            for aspect, answers in aspects.items():
                if id in answers:
                    total += (1 - alpha) ** seen[aspect] / log2(rank + 1)
                    seen[aspect] += 1
        return total

    every = sorted(set.union(*aspects.values()))
    best = max(dcg(list(some)) for some in permutations(every, min(k, len(every))))
    found = alpha_ndcg(listed(order), {"q": aspects}, k, alpha=alpha)["q"]
    assert found >= dcg(order) / best - 1e-9  # the greedy ideal may be lower than the best list
    assert found <= dcg(order) / best * 1.6 + 1e-9


def test_repeating_an_aspect_is_worth_less_than_a_new_one() -> None:
    aspects = {"q": {"1": ["a", "b"], "2": ["c"]}}
    assert alpha_ndcg(listed(["a", "c"]), aspects, 2)["q"] == 1.0
    assert alpha_ndcg(listed(["a", "b"]), aspects, 2)["q"] == pytest.approx((1 + 0.5 / log2(3)) / (1 + 1 / log2(3)))
    assert alpha_ndcg(Run.from_dict({}), aspects) == {"q": 0.0}


def test_modality_counts_missing_hits_as_wrong() -> None:
    run = listed(["a", "b"])
    assert modality_accuracy(run, {"q": "image", "none": "text"}, {"a": "image"}, 4) == {"q": 0.25, "none": 0.0}


@pytest.mark.parametrize(("aspects", "k"), [({"q": {}}, 3), ({"q": {"1": []}}, 3), ({"q": {"1": ["a"]}}, 0)])
def test_what_cannot_be_measured_is_refused(aspects: dict[str, dict[str, list[str]]], k: int) -> None:
    for measure in (aspect_recall, alpha_ndcg):
        with pytest.raises(InputError):
            measure(listed(["a"]), aspects, k)
