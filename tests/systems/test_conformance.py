"""What holds for every published system that findry holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_worlds import ENCODER, ONE_FIELD, asked, build, reader_of

from findry.errors import MissingResource
from findry.evaluate import Interval
from findry.pipeline import check, execute, from_text
from findry.records import Document, Queries
from findry.search import Reader
from findry.systems import Claim, Finding, published, systems
from findry.systems.finding import above, at_least, mean_of_means, near

ALL = systems()
RECIPES = [(one.id, name) for one in ALL.values() for name in one.recipe]
TEXTS = {"a": "ant bee", "b": "bee cow", "c": "cow ant ant", "d": "dog", "e": "ant dog bee cow"}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    assert ENCODER.dimension == 16
    with build([Document(id, {"text": text}) for id, text in TEXTS.items()], ONE_FIELD) as snapshot:
        yield reader_of(snapshot)


def lists(text: str, queries: Queries, reader: Reader) -> dict[str, list[tuple[str, float]]]:
    run = execute(from_text(text).bind(index=reader), queries).need_run("test")
    return dict(run.lists())


def test_there_are_systems_and_recipes() -> None:
    assert ALL
    assert RECIPES


@pytest.mark.parametrize("id", ALL)
def test_a_system_says_what_it_is_where_it_comes_from_and_what_it_claims(id: str) -> None:
    one = ALL[id]
    assert one.id == id == id.lower()
    assert one.title
    assert one.claim
    assert one.data
    assert "Source:" in one.about
    assert one.paper.split()[-1] in one.about
    assert one.source.rpartition(".")[2].replace("_", "-") == id


@pytest.mark.parametrize(("id", "name"), RECIPES)
def test_a_recipe_is_a_pipeline_whose_answers_do_not_depend_on_the_batch(id: str, name: str, reader: Reader) -> None:
    text = ALL[id].recipe[name]
    check(from_text(text))
    texts = {"q1": "ant", "q2": "cow dog", "q3": "", "q4": "zebra"}
    whole = lists(text, Queries.of(texts), reader)
    assert whole["q1"]
    turned = lists(text, Queries.of(dict(reversed(texts.items()))), reader)
    alone = {query: lists(text, Queries.of({query: words}), reader)[query] for query, words in texts.items()}
    for query, hits in whole.items():
        for other in (turned[query], alone[query]):
            assert [hit for hit, _ in hits] == [hit for hit, _ in other]
            assert [score for _, score in hits] == pytest.approx([score for _, score in other], abs=1e-5)


@pytest.mark.parametrize(("id", "name"), RECIPES)
def test_a_recipe_cut_at_any_depth_is_the_head_of_it(id: str, name: str, reader: Reader) -> None:
    text = ALL[id].recipe[name]
    whole = lists(text, asked(["ant cow", "dog"]), reader)
    for k in (0, 1, 3, 1000):
        assert lists(f"({text}) % {k}", asked(["ant cow", "dog"]), reader) == {q: hits[:k] for q, hits in whole.items()}


@pytest.mark.parametrize(("id", "name"), RECIPES)
def test_what_a_recipe_costs_is_counted_stage_by_stage(id: str, name: str, reader: Reader) -> None:
    trace = execute(from_text(ALL[id].recipe[name]).bind(index=reader), asked(["ant cow", "dog"])).trace
    assert len(trace)
    for stage in trace:
        assert stage.wall_s > 0
        assert len(stage.hits) == 2
        assert all(amount >= 0 for amount in stage.cost.values())


@pytest.mark.parametrize(("id", "name"), RECIPES)
def test_a_recipe_answers_no_queries_and_an_empty_index(id: str, name: str, reader: Reader) -> None:
    text = ALL[id].recipe[name]
    assert lists(text, asked([]), reader) == {}
    with build([], ONE_FIELD) as snapshot:
        assert lists(text, asked(["ant"]), reader_of(snapshot)) == {"1": []}


def test_an_unknown_system_is_refused_with_the_nearest() -> None:
    first = next(iter(ALL))
    with pytest.raises(MissingResource, match=f"did you mean '{first}'"):
        published(first[:-1])


GOOD = Claim("x", "above 0", 0.1, None, True)
BAD = Claim("x", "above 0", -0.1, None, False)
OPEN = Claim("x", "above 0", 0.0, None, None)


@pytest.mark.parametrize(
    ("claims", "controls", "verdict"),
    [
        ((GOOD,), (GOOD,), "holds"),
        ((GOOD, BAD), (GOOD,), "does not hold"),
        ((GOOD, OPEN), (GOOD,), "cannot tell"),
        ((GOOD,), (BAD,), "cannot tell"),
        ((BAD,), (OPEN,), "does not hold"),
    ],
)
def test_the_verdict_needs_claims_and_controls(
    claims: tuple[Claim, ...], controls: tuple[Claim, ...], verdict: str
) -> None:
    found = Finding("id", "set", "AP", "a", "b", claims, controls)
    assert found.verdict == verdict
    assert found.to_dict()["verdict"] == verdict


def test_a_claim_holds_only_when_its_whole_interval_does() -> None:
    def span(low: float, high: float) -> Interval:
        return Interval(low, high, 0.95, "t", 50)

    assert above("x", 0.2, span(0.1, 0.3)).holds is True
    assert above("x", 0.2, span(-0.1, 0.3)).holds is None
    assert above("x", -0.2, span(-0.3, 0.0)).holds is False
    assert above("x", 0.2, Interval(None, None, 0.95, "none", 3, "few")).holds is None
    assert (at_least("x", 1.0, 1.0).holds, near("x", 0.1, 0.2, 0.05).holds) == (True, False)


def test_the_mean_over_data_sets_counts_each_set_once() -> None:
    mean, interval = mean_of_means([[1.0, 0.0] * 10, [0.5, 0.3] * 1000])
    assert mean == pytest.approx(0.45)
    assert interval.low is not None
    assert interval.low < 0.45 < (interval.high or 0)
    assert mean_of_means([[1.0] * 5])[1].low is None
