from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import ENCODER, ONE_FIELD, asked, build, documents, plain_queries, reader_of

from findry.algebra import Pipe
from findry.errors import PipelineError
from findry.pipeline import Plan, check, equivalent, execute, from_text, from_toml, to_toml
from findry.records import Batch, Document, Run, Variant
from findry.search import Reader
from findry.text import parse_filter

TEXTS = {"a": "ant ant bee", "b": "ant cow cow", "c": "bee bee", "d": "cow dog", "e": "elk"}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    held = [Document(id, {"text": text}, {"known": id != "b"}) for id, text in TEXTS.items()]
    with build(held, ONE_FIELD) as snapshot:
        yield reader_of(snapshot)


def bound(text: str, reader: Reader) -> Pipe:
    return from_text(text).bind(index=reader)


def plan_of(text: str, query: str, reader: Reader) -> tuple[Variant, ...]:
    stage = bound(text, reader)
    batch = stage(Batch(asked([query])))
    return batch.queries.variants(0)


def lists(run: Run) -> list[list[str]]:
    return [[id for id, _ in hits] for _, hits in run.lists()]


def test_rm3_mixes_the_query_with_the_relevance_model(reader: Reader) -> None:
    original, feedback = plan_of("rm3(bm25 % 2, docs=2, terms=2, original=0.6)", "ant", reader)
    run = execute(bound("bm25 % 2", reader), asked(["ant"])).need_run("test")
    (a, b) = (run.scores / run.scores.sum()).tolist()
    assert lists(run) == [["a", "b"]]
    model = {"ant": a * 2 / 3 + b / 3, "bee": a / 3, "cow": b * 2 / 3}
    kept = dict(sorted(model.items(), key=lambda pair: -pair[1])[:2])
    assert original.weight == pytest.approx(0.6)
    assert feedback.terms == pytest.approx({term: 0.4 * p / sum(kept.values()) for term, p in kept.items()})


def test_rocchio_adds_the_mean_of_the_vectors_of_terms(reader: Reader) -> None:
    original, feedback = plan_of("rocchio(bm25 % 1, terms=5, beta=0.5)", "bee bee", reader)
    assert original.weight == pytest.approx(1 / 2)  # two words
    assert feedback.terms == pytest.approx({"bee": 0.5})  # c: "bee bee"


def test_vector_feedback_moves_the_vector_as_told(reader: Reader) -> None:
    top = execute(bound("dense % 2", reader), asked(["ant"])).need_run("test")
    vectors = reader.dense().vectors(top.rows)
    _, average = plan_of("vector_prf(dense % 2, docs=2)", "ant", reader)
    assert average.weight == pytest.approx(2 / 3)
    assert average.vector == pytest.approx(vectors.mean(axis=0))
    original, rocchio = plan_of("vector_prf(dense % 2, docs=2, how='rocchio', alpha=0.3, beta=0.7)", "ant", reader)
    assert (original.weight, rocchio.weight) == (0.3, 0.7)
    query = ENCODER.encode(["ant"], "query")[0]
    moved = 0.3 * query + 0.7 * vectors.mean(axis=0)
    scores = reader.dense().search(
        bound("vector_prf(dense % 2, how='rocchio', alpha=0.3, beta=0.7, docs=2)", reader)(
            Batch(asked(["ant"]))
        ).queries,
        5,
    )
    assert scores.scores[0] == pytest.approx(
        float(np.max(reader.dense().vectors(np.arange(5)) @ (moved / np.linalg.norm(moved)))), abs=1e-6
    )


@pytest.mark.parametrize(
    ("null", "second"),
    [
        ("rm3(bm25 % 3, original=1.0)", "bm25"),
        ("rocchio(bm25 % 3, beta=0.0)", "bm25"),
        ("vector_prf(dense % 3, how='rocchio', alpha=1.0, beta=0.0)", "dense"),
    ],
)
@given(documents(most=6), plain_queries)
def test_feedback_of_weight_nothing_is_the_second_retrieval_alone(
    null: str, second: str, held: list[Document], queries: list[str]
) -> None:
    with build(held, ONE_FIELD) as snapshot:
        reader, batch = reader_of(snapshot), asked(queries)
        plain = execute(bound(second, reader), batch).need_run("test")
        fed = execute(bound(f"{null} >> {second}", reader), batch).need_run("test")
    assert lists(fed) == lists(plain)


def test_a_query_that_finds_nothing_stays_as_it_is(reader: Reader) -> None:
    for text in ("rm3(bm25 % 3)", "rocchio(bm25 % 3)", "vector_prf(dense(k=0))"):
        assert len(plan_of(text, "zebra", reader)) == 1


def test_feedback_sees_only_what_the_filter_allows(reader: Reader) -> None:
    pipe = bound("rm3(bm25 % 2, docs=2) >> bm25", reader)
    where = parse_filter("known = true")
    found = execute(pipe, asked(["ant"]), where=where).need_run("test")
    assert lists(found) == [["a", "c"]]  # bee comes from a; cow, which b has, does not come in
    assert set(lists(execute(pipe, asked(["ant"])).need_run("test"))[0]) == {"a", "b", "c", "d"}


def test_the_first_retrieval_is_shared_with_the_rest_of_the_pipeline(reader: Reader) -> None:
    plan = Plan(asked(["ant", "bee"]))
    plan.run(bound("(rm3(bm25 % 2) >> bm25 | bm25 % 2) >> rrf", reader))
    assert plan.calls == 5  # bm25, its cut, rm3, bm25 of the fuller plan, rrf


@given(st.sampled_from(["rm3(bm25 % 2, terms=3)", "rocchio((bm25 | dense) >> rrf)", "vector_prf(dense % 2)"]))
def test_feedback_is_read_back_from_text_and_from_a_file(text: str) -> None:
    with build([Document(id, {"text": held}) for id, held in TEXTS.items()], ONE_FIELD) as snapshot:
        reader = reader_of(snapshot)
        pipe = from_text(f"({text} >> bm25 | dense) >> rrf")
        check(pipe)
        for again in (from_text(repr(pipe)), from_toml(to_toml(pipe))):
            assert equivalent(pipe, again, asked(["ant", "bee cow"]), index=reader)


def test_branches_are_named_by_what_brings_hits_in(reader: Reader) -> None:
    batch = execute(bound("(rm3(bm25 % 2) >> bm25 | dense) >> rrf", reader), asked(["ant"]))
    assert sorted(batch.need_run("test").columns) == ["rank:bm25", "rank:dense"]


@pytest.mark.parametrize("text", ["rm3(rm3(bm25 % 2)) >> bm25", "rm3((bm25 | dense)) >> bm25"])
def test_a_first_part_that_gives_no_run_is_refused(text: str) -> None:
    with pytest.raises(PipelineError, match="needs a pipeline that ends in a run"):
        check(from_text(text))


def test_feedback_without_a_first_retrieval_is_refused() -> None:
    with pytest.raises(PipelineError, match="needs a first retrieval"):
        from_text("rm3() >> bm25")
    with pytest.raises(PipelineError, match="needs a first retrieval"):
        from_toml('flow = "rm3 >> bm25"\n[stages.rm3]\nstage = "rm3"\n[stages.bm25]\nstage = "bm25"')
