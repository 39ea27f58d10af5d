"""Operators build what they say, nothing compares or tests a pipeline, and every stage has its null."""

from __future__ import annotations

import pytest
from random_pipes import NAMESPACE, Hashed, Padded
from small_worlds import asked, build, lists, reader_of

from findry.algebra import Fuse, Mix, Pipe, Scaled, registry, stage
from findry.algebra.expression import Both
from findry.errors import InputError, PipelineError
from findry.pipeline import check, execute
from findry.records import Branches, Document, Run
from findry.stages import bm25, combsum, cut, dense, filter, group, head, linear, rrf

A, B, C = bm25(label="a"), dense(label="b"), bm25(k1=2.0, label="c")


@pytest.mark.parametrize(
    ("pipe", "written"),
    [
        (bm25(), "bm25()"),
        (bm25(1.5, 0.75, label="x") % 3, "(bm25(k1=1.5, b=0.75, label='x') % 3)"),
        ((A | B | C) >> rrf(), "((bm25(label='a') | dense(label='b') | bm25(k1=2.0, label='c')) >> rrf())"),
        (bm25() >> (cut(3) >> cut(2)), "((bm25() % 3) % 2)"),
        (2 * bm25() + dense() * 3 + bm25(), "((bm25() * 2.0) + (dense() * 3.0) + (bm25() * 1.0))"),
        ((bm25() & dense()) ^ bm25() ** dense(), "((bm25() & dense()) ^ (bm25() ** dense()))"),
        (bm25() >> head(5, Hashed(2), label="top"), "(bm25() >> head(5, hashed(seed=2), label='top'))"),
        (bm25() >> cut(4, label="few"), "(bm25() >> cut(k=4, label='few'))"),
        ((bm25() + dense()) * 2 + bm25(), "((((bm25() * 1.0) + (dense() * 1.0)) * 2.0) + (bm25() * 1.0))"),
    ],
)
def test_a_pipeline_is_written_so_that_it_reads_back(pipe: Pipe, written: str) -> None:
    assert repr(pipe) == written
    assert repr(eval(written, dict(NAMESPACE))) == written


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bool(bm25()),
        lambda: bm25() and dense(),
        lambda: not bm25(),
        lambda: bm25() == bm25(),
        lambda: bm25() != bm25(),
        lambda: bm25() < dense(),
        lambda: bm25() >> rrf() > dense(),
        lambda: bm25() in [dense()],
    ],
)
def test_pipelines_have_no_truth_and_no_order(wrong: object) -> None:
    with pytest.raises(PipelineError) as caught:
        wrong()  # type: ignore[operator]
    assert caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bm25() >> 3,
        lambda: bm25() | "dense",
        lambda: bm25() + 1,
        lambda: bm25() & None,
        lambda: bm25() ^ 2,
        lambda: bm25() ** 2,
        lambda: bm25() * "2",
        lambda: bm25() * True,
        lambda: bm25() * float("nan"),
        lambda: (bm25() | dense()).named("x"),
        lambda: bm25() % 2.5,
        lambda: bm25() % -1,
        lambda: bm25() % True,
        lambda: bm25() % dense(),
        lambda: bm25(k1=-1.0),
        lambda: bm25(b="much"),
        lambda: bm25(k=1.5),
        lambda: rrf(k=0),
        lambda: linear(normalise="max"),
        lambda: group(by="median"),
        lambda: head(-1, Hashed()),
    ],
)
def test_what_cannot_be_joined_or_set_is_refused_at_once(wrong: object) -> None:
    with pytest.raises((PipelineError, InputError)):
        wrong()  # type: ignore[operator]


def test_branch_names_are_distinct_whatever_the_labels() -> None:
    parts = [bm25(label=label) for label in ("a.2", "a", "a", "a.2", "a.b")]
    names = Both(tuple(parts)).names()
    assert len(set(names)) == len(names)
    assert names[:2] == ["a.2", "a"]
    assert Both((bm25() % 3, dense(), bm25())).names() == ["bm25", "dense", "bm25.2"]
    assert Both((cut(), cut())).names() == ["branch1", "branch2"]


@pytest.mark.parametrize(
    ("pipe", "label", "left"),
    [
        ((A | B) >> rrf(), "rrf", A),
        ((A | B) >> rrf(), "a", B),
        ((A | B | C) >> rrf(), "b", (A | C) >> rrf()),
        ((A | B | C) >> linear(weights=(1.0, 2.0, 3.0)), "b", (A | C) >> linear(weights=(1.0, 3.0))),
        (((A | B) >> rrf(weights=(1.0, 2.0))) % 9, "b", A % 9),
        ((A % 5 | B) >> rrf() >> Hashed(), "hashed", (A % 5 | B) >> rrf()),
        (A + 2 * B + 3 * C, "b", A + 3 * C),
        (A + B, "a", B),
        (A * 2 + (B * 3) * 2, "b", A),
        (A & B, "a", B),
        (A ^ B, "b", A),
        (A**B, "b", A),
        (A >> head(3, Hashed(label="inner")) >> group(), "inner", A >> group()),
        (A >> head(3, Hashed(1) >> Hashed(2, label="x")), "x", A >> head(3, Hashed(1))),
        (A >> head(3, Hashed()), "head", A),
        (A >> filter(where="x = 1") >> group(), "filter", A >> group()),
        (Padded() >> A, "padded", A),
        ((A | (B >> Hashed(label="h"))) >> rrf(), "h", (A | B) >> rrf()),
        (((A | B) >> rrf() | C) >> combsum(), "b", (A | C) >> combsum()),
        (A % 5, "cut", A),
    ],
)
def test_a_stage_left_out_leaves_its_null(pipe: Pipe, label: str, left: Pipe) -> None:
    assert repr(pipe.without(label)) == repr(left)
    check(pipe.without(label))


def test_leaving_out_everything_or_an_unknown_label_is_refused() -> None:
    for pipe in (A, A >> Hashed(), A % 3):
        with pytest.raises(PipelineError, match="nothing is left"):
            pipe.without("a")
    with pytest.raises(PipelineError, match="did you mean 'dense'"):
        ((bm25() | dense()) >> rrf()).without("dens")


def test_a_weight_is_a_weight_whichever_way_it_is_written() -> None:
    assert isinstance(2 * bm25(), Scaled)
    mix = (bm25() + dense()) + 2 * bm25()
    assert isinstance(mix, Mix)
    assert mix.weights == (1.0, 1.0, 2.0)


def test_operators_do_what_they_say_on_hits() -> None:
    held = [Document(id, {"text": text}) for id, text in (("a", "ant bee"), ("b", "ant"), ("c", "cow"), ("d", "bee"))]
    with build(held) as snapshot:

        def found(pipe: Pipe) -> dict[str, float]:
            return dict(lists(execute(pipe.bind(index=reader_of(snapshot)), asked(["ant bee"])).need_run("test"))[0][1])

        words, near = found(bm25()), found(dense())
        assert list(found(bm25() & dense() % 2)) == [id for id in words if id in list(near)[:2]]
        appended = [*list(words)[:1], *(id for id in near if id != next(iter(words)))]
        assert found(bm25() % 1 ^ dense()) == {id: -float(rank) for rank, id in enumerate(appended, 1)}
        assert found(bm25() * -1) == {id: -score for id, score in words.items()}
        lowest = min(words.values())
        mixed = found(bm25() * 2 + dense())
        assert mixed == pytest.approx({id: 2 * words.get(id, lowest) + near[id] for id in near}, abs=1e-6)
        run = execute((bm25() ** dense(label="near")).bind(index=reader_of(snapshot)), asked(["ant bee"])).run
        assert run is not None
        assert dict(zip(run.ids(), run.columns["feature:near"].tolist(), strict=True)) == {id: near[id] for id in words}


def test_a_concatenation_keeps_the_columns_that_both_sides_have() -> None:
    held = [Document(id, {"text": text}) for id, text in (("a", "ant bee"), ("b", "ant"), ("c", "cow"), ("d", "bee"))]
    with build(held) as snapshot:
        fused = ((bm25() | dense()) >> rrf()).bind(index=reader_of(snapshot))
        whole = execute(fused, asked(["ant bee", "cow"])).need_run("test")
        again = execute(fused % 1 ^ fused, asked(["ant bee", "cow"])).need_run("test")
        assert again.rows.tolist() == whole.rows.tolist()
        assert {name: column.tolist() for name, column in again.columns.items()} == {
            name: column.tolist() for name, column in whole.columns.items()
        }
        assert whole.columns.keys() == {"rank:bm25", "rank:dense"}
        assert (
            execute(fused % 1 ^ bm25().bind(index=reader_of(snapshot)), asked(["ant"])).need_run("test").columns == {}
        )


def test_two_stages_of_one_name_are_refused() -> None:
    with pytest.raises(PipelineError, match="two stages are called 'rrf'"):

        @stage("rrf")
        class Other(Fuse):
            """Another fuser."""

            def apply(self, branches: Branches) -> Run:
                return next(iter(branches))

    assert {"bm25", "dense", "rrf", "linear", "combsum", "combmnz", "group", "filter", "cut", "head"} <= set(registry())
