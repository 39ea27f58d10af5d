"""Every misfit is found before a query runs, in Python and in files, with a hint that helps."""

from __future__ import annotations

import pytest
from random_pipes import Hashed, Padded
from small_worlds import asked, build, reader_of

from findry.algebra import Pipe
from findry.errors import MissingResource, PipelineError, SyntaxProblem
from findry.pipeline import check, execute, from_toml, load, to_toml
from findry.records import Document
from findry.stages import bm25, cut, dense, group, head, linear, rrf


@pytest.mark.parametrize(
    ("pipe", "hint"),
    [
        (cut(3), "retriever"),
        (rrf(), "branches"),
        (Hashed() >> bm25(), "retriever"),
        (bm25() >> rrf(), "(a | b)"),
        (bm25() >> dense(), "(a | b)"),
        (bm25() | dense(), "rrf()"),
        ((bm25() | dense()) % 10, "rrf()"),
        ((bm25() | dense()) >> Hashed(), "rrf()"),
        ((bm25() | dense()) >> bm25(), "retriever"),
        ((bm25() | Hashed()) >> rrf(), "retriever"),
        (Padded(), "retriever"),
        (bm25() >> Padded(), None),
        (bm25() + Padded(), None),
        ((bm25() | (bm25() | dense() >> cut(3)) >> rrf() >> rrf()) >> rrf(), "(a | b)"),
        (bm25() >> head(3, dense()), None),
        (bm25() >> head(3, rrf()), "branches"),
        (bm25() >> head(3, cut(1) | cut(2)), None),
        ((bm25() + (bm25() | dense())) % 3, None),
        (bm25() >> (bm25() & dense()), None),
    ],
)
def test_stages_that_do_not_fit_are_refused(pipe: Pipe, hint: str | None) -> None:
    with pytest.raises(PipelineError) as caught:
        check(pipe)
    assert hint is None or hint in (caught.value.hint or ""), str(caught.value)


@pytest.mark.parametrize(
    "pipe",
    [
        bm25(),
        Padded() >> bm25(),
        (bm25() | dense()) >> rrf(),
        bm25() >> (cut(3) | Hashed()) >> linear(),
        ((bm25() | dense()) >> rrf() | dense()) >> linear() >> group() >> head(5, Hashed() >> cut(2)) % 3,
    ],
)
def test_stages_that_fit_pass(pipe: Pipe) -> None:
    check(pipe)


def test_a_label_names_one_stage() -> None:
    check((bm25(label="x") % 3 | bm25(label="x")) >> rrf())
    with pytest.raises(PipelineError, match="unique"):
        check((bm25(label="x") | dense(label="x")) >> rrf())
    with pytest.raises(PipelineError, match="unique"):
        check(bm25(label="x") >> head(3, Hashed(label="x")))


def test_resources_without_an_object_are_named() -> None:
    for pipe in (bm25(), (bm25() | dense(index="other")) >> rrf(), bm25() >> head(3, group())):
        check(pipe)
        with pytest.raises(PipelineError, match=r"bind\(index=\.\.\.\)"):
            execute(pipe, asked(["ant"]))
    bound = ((bm25() | dense(index="other")) >> rrf()).bind(index=object())
    with pytest.raises(PipelineError, match=r"bind\(other=\.\.\.\)"):
        check(bound, bound=True)


STAGE = '\n[stages.bm25]\nstage = "bm25"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('flw = "bm25"' + STAGE, "did you mean 'flow'"),
        ('flow = "bm25"\n[stage.bm25]\nstage = "bm25"', "did you mean 'stages'"),
        ('flow = "bm25"\n[stages.bm25]\nstage = "bm52"', "did you mean 'bm25'"),
        ('flow = "bm25"' + STAGE + "fileds = 1.0", "did you mean 'fields'"),
        ('flow = "bm26"' + STAGE, "did you mean 'bm25'"),
        ('flow = "xyz"' + STAGE, "add a table [stages.xyz]"),
        ('flow = "bm25"' + STAGE + "k1 = -3", "out of range"),
        ('flow = "bm25"' + STAGE + 'k1 = "high"', "must be a number"),
        ('flow = "bm25"' + STAGE + "k = 2.5", "whole number"),
        ('flow = "bm25"' + STAGE + "fields = 3", "fields has the wrong type"),
        ('flow = "bm25"' + STAGE + "fields = {title = 'much'}", "fields has the wrong type"),
        ('flow = "bm25"' + STAGE + "index = 3", "index must name a resource"),
        ('flow = "rrf"\n[stages.rrf]\nstage = "rrf"\nweights = [1, "2"]', "weights has the wrong type"),
        ('flow = "filter"\n[stages.filter]\nstage = "filter"\nwhere = "year >"', "does not parse"),
        ('flow = "bm25"' + STAGE + "label = 'x'", "unknown key"),
        ('flow = "bm25"\n[stages.bm25]\nk1 = 1.0', 'stage = "bm25"'),
        ('flow = "bm25"\nstages = 3', "one table a stage"),
        ('flow = "bm25"' + STAGE + '[stages.rrf]\nstage = "rrf"', "'rrf' is not in the flow"),
        ("flow = 3" + STAGE, "needs a line `flow`"),
        (STAGE, "needs a line `flow`"),
        ('flow = "3"', "no pipeline"),
        ('flow = "3 % 2"', "do not fit"),
        ('flow = "bm25 % 9 ** 9 ** 9"' + STAGE, "do not fit"),
        ('flow = "bm25 % bm25"' + STAGE, "do not fit"),
        ('flow = "bm25 % 2.5"' + STAGE, "whole number"),
        ('flow = "bm25 % True"' + STAGE, "knows stages"),
        ('flow = "2 % bm25"' + STAGE, "do not fit"),
        ('flow = "bm25 // 2"' + STAGE, "knows stages"),
        ('flow = "bm25.k1"' + STAGE, "knows stages"),
        ("flow = \"__import__('os')\"" + STAGE, "knows stages"),
        ('flow = "head(bm25, bm25)"' + STAGE, "whole number"),
        ('flow = "head(3)"' + STAGE, "knows stages"),
        ('flow = "head(3, 4)"' + STAGE, "knows stages"),
        ("flow = \"head(3, bm25, title='x')\"" + STAGE, "knows stages"),
        ('flow = "-bm25"' + STAGE, "minus"),
    ],
)
def test_a_file_that_says_something_wrong_is_refused_with_its_name(text: str, told: str) -> None:
    with pytest.raises(PipelineError) as caught:
        from_toml(text, where="pipe.toml")
    assert told in str(caught.value)
    assert "pipe.toml" in str(caught.value)


@pytest.mark.parametrize(
    "text", ['flow = "bm25', 'flow = "bm25 >>"' + STAGE, f'flow = "{"(" * 500}"', 'flow = "\\u0000"']
)
def test_what_does_not_parse_is_a_syntax_problem(text: str) -> None:
    with pytest.raises(SyntaxProblem):
        from_toml(text)


def test_the_name_of_a_resource_survives_binding() -> None:
    with build([Document("a", {"text": "ant"})]) as snapshot:
        pipe = bm25(index="other").bind(other=reader_of(snapshot))
        assert pipe.unbound() == []
        assert repr(from_toml(to_toml(pipe))) == repr(pipe) == "bm25(index='other')"


def test_a_missing_file_and_one_that_is_no_text_are_named(tmp_path: object) -> None:
    with pytest.raises(MissingResource, match="absent"):
        load(f"{tmp_path}/absent.toml")
    path = f"{tmp_path}/bad.toml"
    with open(path, "wb") as out:
        out.write(b"\xff\xfe")
    with pytest.raises(SyntaxProblem, match="UTF-8"):
        load(path)


def test_stages_of_one_kind_have_tables_of_their_own() -> None:
    pipe = (bm25() | bm25(k1=2.0) | bm25(k1=2.0, label="head") | bm25() | bm25(label="2 x")) >> rrf()
    again = from_toml(to_toml(pipe))
    check(again)
    assert to_toml(again) == to_toml(pipe)
    assert to_toml(pipe).count("[stages.") == 5
