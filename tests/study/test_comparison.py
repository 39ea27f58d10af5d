from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np
import pytest
from small_worlds import ONE_FIELD, build, reader_of

from findry.algebra import Pipe
from findry.errors import InputError
from findry.pipeline import Plan, from_text
from findry.records import Document, Qrels, Queries, Run
from findry.study import compare, marginal, queries_needed, smallest_effect
from findry.study.latency import Latency
from findry.study.tables import rows, to_csv, to_latex

WORDS = [
    "ant",
    "bee",
    "cow",
    "dog",
    "elk",
    "fox",
    "gnu",
    "hen",
    "ibex",
    "jay",
    "koi",
    "lark",
    "mole",
    "newt",
    "owl",
    "pig",
]


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[dict[str, Pipe], Queries, Qrels]]:
    """32 documents of three words, 15 queries of one, the documents that hold it relevant."""
    chance = np.random.default_rng(1)
    documents = [Document(f"d{n}", {"text": " ".join(chance.choice(WORDS, 3))}) for n in range(32)]
    queries = Queries.of({f"q{word}": word for word in WORDS})
    judged = {f"q{word}": {d.id: 1 for d in documents if word in d.text["text"].split()} for word in WORDS}
    with build(documents, ONE_FIELD) as snapshot:
        reader, qrels = reader_of(snapshot), Qrels.from_dict(judged)
        texts = {"words": "bm25", "one": "bm25 % 1", "other": "bm25(b=0.0)", "fused": "(bm25 | bm25 % 2) >> rrf"}
        yield {name: from_text(text).bind(index=reader) for name, text in texts.items()}, queries, qrels


def test_every_system_is_measured_and_contrasted_with_the_baseline(
    world: tuple[dict[str, Pipe], Queries, Qrels],
) -> None:
    pipes, queries, qrels = world
    found = compare(pipes, queries, qrels, "RR@10 R@100", timed=4)
    assert [outcome.name for outcome in found.outcomes] == [*pipes]
    assert found["words"].evaluation.mean("R@100") == 1.0
    assert [(c.system, c.difference.measure) for c in found.contrasts] == [
        (name, measure) for name in ("one", "other", "fused") for measure in ("RR@10", "R@100")
    ]
    lost = next(c for c in found.contrasts if (c.system, c.difference.measure) == ("one", "R@100"))
    assert lost.difference.delta < 0
    assert lost.verdict == "worse"
    same = next(c for c in found.contrasts if (c.system, c.difference.measure) == ("other", "R@100"))
    assert (same.difference.delta, same.verdict) == (0.0, "tie")
    assert all(outcome.latency is not None and len(outcome.latency.seconds) == 4 for outcome in found.outcomes)
    assert all(outcome.throughput for outcome in found.outcomes)
    assert len({tuple(outcome.held) for outcome in found.outcomes}) == 1
    assert sum(found["words"].held.values()) > 0


def test_shared_parts_run_once_and_a_second_comparison_runs_only_what_is_new(
    world: tuple[dict[str, Pipe], Queries, Qrels],
) -> None:
    pipes, queries, qrels = world
    plan = Plan(queries)
    compare(pipes, queries, qrels, "RR@10", timed=0, plan=plan)
    before = plan.calls
    assert before == 5  # bm25, its cuts at 1 and 2, the other bm25, rrf
    compare({**pipes, "more": pipes["fused"] % 3}, queries, qrels, "RR@10", timed=0, plan=plan)
    assert plan.calls == before + 1


def test_a_run_from_elsewhere_is_compared_like_a_system(world: tuple[dict[str, Pipe], Queries, Qrels]) -> None:
    pipes, queries, qrels = world
    theirs = Run.from_dict({id: {"d0": 1.0} for id in queries.ids}, name="theirs")
    found = compare({"words": pipes["words"], "theirs": theirs}, queries, qrels, "R@100", timed=2)
    assert found["theirs"].latency is None
    assert found["theirs"].throughput is None
    assert found.contrasts[0].verdict == "worse"


def test_a_baseline_that_is_no_system_and_an_empty_table_are_refused(
    world: tuple[dict[str, Pipe], Queries, Qrels],
) -> None:
    pipes, queries, qrels = world
    with pytest.raises(InputError, match="did you mean 'words'"):
        compare(pipes, queries, qrels, baseline="word")
    with pytest.raises(InputError, match="nothing to compare"):
        compare({}, queries, qrels)


def test_rows_csv_and_latex_tell_the_same_figures(world: tuple[dict[str, Pipe], Queries, Qrels]) -> None:
    pipes, queries, qrels = world
    named = {"a & b_1": pipes["words"], "one": pipes["one"]}
    found = compare(named, queries, qrels, "R@100", timed=0)
    table = rows(found)
    assert [row["verdict"] for row in table] == [None, "worse"]
    read = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [float(row["mean"]) for row in read] == [row["mean"] for row in table]
    latex = to_latex(found)
    assert r"a \& b\_1 & \textbf{1.000}" in latex
    assert r"$^\dagger$" in latex.splitlines()[-3]


def test_the_value_of_a_stage_is_the_pipeline_against_what_is_left(
    world: tuple[dict[str, Pipe], Queries, Qrels],
) -> None:
    pipes, queries, qrels = world
    found = marginal(pipes["one"], queries, qrels, "R@100", timed=6)
    by_label = {stage.label: stage for stage in found.stages}
    assert by_label["bm25"].verdict == "nothing is left without it"
    assert by_label["cut"].verdict == "hurts"
    assert by_label["cut"].without == "bm25()"
    row = by_label["cut"].difference
    assert row is not None
    assert row.delta < 0
    assert row.losses > row.wins == 0
    middle, low, high = by_label["cut"].milliseconds or (0, 1, 0)
    assert low <= middle <= high


def test_a_stage_that_changes_nothing_does_not_pay(world: tuple[dict[str, Pipe], Queries, Qrels]) -> None:
    pipes, queries, qrels = world
    found = marginal(pipes["words"] % 1000, queries, qrels, "R@100", timed=0)
    assert {stage.label: stage.verdict for stage in found.stages}["cut"] == "does not pay"


def test_an_effect_of_nothing_is_refused(world: tuple[dict[str, Pipe], Queries, Qrels]) -> None:
    pipes, queries, qrels = world
    with pytest.raises(InputError, match="above 0"):
        marginal(pipes["one"], queries, qrels, effect=0)


def test_the_number_of_queries_that_is_said_to_be_needed_finds_the_effect_as_often_as_said() -> None:
    chance = np.random.default_rng(0)

    def drawn(shape: tuple[int, ...]) -> np.ndarray:
        """Differences as retrieval has them: two thirds are 0, the others of any size; their mean is 0."""
        return np.where(chance.random(shape) < 0.67, 0.0, chance.normal(0, 0.2, shape))

    effect, pilot = 0.03, drawn((4000,))
    needed = queries_needed(pilot, effect)
    assert needed is not None
    studies = drawn((2000, needed)) + effect
    t = studies.mean(axis=1) / (studies.std(axis=1, ddof=1) / np.sqrt(needed))
    assert 0.77 < (np.abs(t) > 1.96).mean() < 0.83
    assert smallest_effect(pilot[:needed]) == pytest.approx(effect, rel=0.2)


def test_nothing_is_known_of_queries_that_never_change() -> None:
    assert queries_needed(np.zeros(50), 0.01) is None
    assert smallest_effect(np.zeros(50)) is None


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_the_interval_of_a_quantile_covers_it(share: float) -> None:
    chance = np.random.default_rng(7)
    true = -np.log(1 - share)
    studies = [Latency(chance.exponential(1.0, 120)).interval(share) for _ in range(1000)]
    assert all(study.low is not None for study in studies)
    assert 0.94 <= np.mean([true in study for study in studies]) <= 0.985
