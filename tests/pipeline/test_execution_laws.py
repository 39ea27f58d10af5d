"""However a pipeline is run, written down or cut into batches, it gives the same hits and the same scores."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_pipes import NAMESPACE, Hashed, pipes
from small_worlds import CHUNKED, ONE_FIELD, asked, build, reader_of

from findry.algebra import Pipe
from findry.pipeline import Plan, check, equivalent, execute, from_text, from_toml, load, save, to_toml
from findry.records import Batch, Document, Queries, Run
from findry.search import Reader
from findry.stages import bm25, dense, linear, rrf
from findry.text import parse_filter

HELD = [
    Document("a", {"text": "ant bee cow"}, {"year": 1}),
    Document("b", {"text": "ant bee cow"}, {"year": 2, "tags": ["x"]}),
    Document("c", {"text": "bee bee the ant dog"}, {"year": 3}),
    Document("d", {"text": ""}, {"tags": ["x", "y"]}),
    Document("e", {"text": "cow of cow beetle"}, {"year": 2}),
    Document("f", {"text": "dog"}),
]
QUERIES = Queries.of({"q1": "ant bee", "q2": "cow dog", "q3": "", "q4": "unknown", "q5": "ant"}, syntax="operators")
worlds = st.booleans().flatmap(lambda chunked: st.tuples(st.just(chunked), pipes(chunked=chunked)))


@lru_cache
def world(chunked: bool) -> Reader:
    """The same documents whole or in chunks, in two segments; files may go once they are mapped."""
    with build(HELD, CHUNKED if chunked else ONE_FIELD, layout=[4]) as snapshot:
        return reader_of(snapshot)


def content(run: Run) -> object:
    """All of a run, to the bit."""
    arrays = {"rows": run.rows, "scores": run.scores, "offsets": run.offsets, **run.columns}
    return run.name, run.kind, run.items.unit, {name: array.tobytes() for name, array in sorted(arrays.items())}


@settings(max_examples=80)
@given(worlds, st.sampled_from([None, "year >= 2"]))
def test_planned_execution_is_naive_execution(drawn: tuple[bool, Pipe], where: str | None) -> None:
    chunked, pipe = drawn
    bound = pipe.bind(index=world(chunked))
    check(bound, bound=True)
    state = {"where": parse_filter(where)} if where else {}
    naive = bound(Batch(QUERIES, state=state)).need_run("test")
    plan = Plan(QUERIES, **state)
    assert content(plan.run(bound).need_run("test")) == content(naive)
    for other in (bound % 2, bound >> Hashed(9)):
        assert content(plan.run(other).need_run("test")) == content(other(Batch(QUERIES, state=state)).run)


@settings(max_examples=60)
@given(worlds)
def test_a_pipeline_read_back_from_toml_or_from_its_repr_is_equivalent(drawn: tuple[bool, Pipe]) -> None:
    chunked, pipe = drawn
    reader = world(chunked)
    for again in (from_toml(to_toml(pipe)), from_text(repr(pipe)), eval(repr(pipe), dict(NAMESPACE))):
        check(again)
        assert equivalent(pipe, again, QUERIES, index=reader)
    assert to_toml(from_toml(to_toml(pipe))) == to_toml(pipe)
    assert repr(eval(repr(pipe), dict(NAMESPACE))) == repr(pipe)


@settings(max_examples=40)
@given(worlds, st.permutations(range(len(QUERIES))))
def test_permuting_or_splitting_a_batch_changes_nothing(drawn: tuple[bool, Pipe], order: list[int]) -> None:
    chunked, pipe = drawn
    bound = pipe.bind(index=world(chunked))

    def answers(rows: list[int]) -> dict[str, object]:
        run = execute(bound, QUERIES.take(rows)).need_run("test")
        return {id: (run.kind, hits) for id, hits in run.lists()}

    whole = answers(list(range(len(QUERIES))))
    assert answers(order) == whole
    alone: dict[str, object] = {}
    for row in order:
        alone |= answers([row])
    assert alone == whole


@settings(max_examples=40)
@given(worlds, st.integers(0, 4), st.integers(0, 4))
def test_two_cuts_are_the_smaller_cut(drawn: tuple[bool, Pipe], k: int, j: int) -> None:
    chunked, pipe = drawn
    assert equivalent(pipe % k % j, pipe % min(k, j), QUERIES, index=world(chunked))
    assert equivalent(pipe % 10_000, pipe, QUERIES, index=world(chunked))


def test_shared_prefixes_run_once() -> None:
    first = bm25() % 3
    plan = Plan(asked(["ant", "bee"]))
    bound = [
        p.bind(index=world(False)) for p in ((first | dense()) >> rrf(), first, first >> Hashed(), first + dense())
    ]
    for pipe in bound:
        plan.run(pipe)
    assert plan.calls == 5  # bm25, cut, dense, rrf, hashed


def test_stages_that_only_differ_in_label_keep_their_names() -> None:
    a, b = (bm25(label=label) % 5 for label in ("a", "b"))
    pipe = ((a**b) | (b**a)) >> rrf()
    bound = pipe.bind(index=world(False))
    assert content(execute(bound, QUERIES).run) == content(bound(Batch(QUERIES)).run)
    plan = Plan(QUERIES)
    assert [plan.run(p.bind(index=world(False))).need_run("test").name for p in (a, b)] == ["a", "b"]


def test_equivalence_sees_order_and_scores() -> None:
    reader = world(False)
    assert equivalent(bm25(), bm25(label="x"), QUERIES, index=reader)
    assert not equivalent(bm25(), bm25(k1=2.0), QUERIES, index=reader)
    assert not equivalent(bm25(), bm25() >> Hashed(), QUERIES, index=reader)
    assert not equivalent(bm25(), bm25() % 1, QUERIES, index=reader)
    assert not equivalent(bm25(), bm25() * 2, QUERIES, index=reader)


def test_a_pipeline_survives_a_file(tmp_path: object) -> None:
    path = f"{tmp_path}/pipe.toml"
    pipe = (bm25(fields={"contents": 2.0}) % 5 | dense(label="my dense") | bm25()) >> linear(weights=(1.0, -0.5, 2.0))
    save(pipe, path)
    assert repr(from_toml(to_toml(load(path)))) == repr(load(path))
    assert equivalent(load(path), pipe, QUERIES, index=world(False))


def test_negative_weights_and_labels_of_heads_survive_toml() -> None:
    from findry.stages import head

    pipe = bm25() * -0.5 + dense() >> head(2, Hashed(), label="top")
    again = from_toml(to_toml(pipe))
    assert repr(again) == repr(pipe)
    assert repr(again.without("top")) == repr(pipe.without("top"))


@pytest.mark.parametrize("size", [0, 1])
def test_an_empty_batch_goes_through(size: int) -> None:
    pipe = (bm25() | dense()) >> linear() >> Hashed()
    run = execute(pipe.bind(index=world(False)), asked(["ant"] * size)).need_run("test")
    assert (len(run), np.diff(run.offsets).tolist()) == (size, [6] * size)
