from __future__ import annotations

import pytest

from findry.errors import PipelineError, SyntaxProblem
from findry.pipeline import from_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("bm25", "bm25()"),
        ("bm25() % 10", "(bm25() % 10)"),
        ("bm25(1.2, 0.75)", "bm25(k1=1.2, b=0.75)"),
        ("(bm25 | dense) >> rrf(60, label='first')", "((bm25() | dense()) >> rrf(label='first'))"),
        ("bm25(fields={'title': 2.0}) >> head(5, group(by='sum'))", None),
        ("bm25 * -0.5 + dense", "((bm25() * -0.5) + (dense() * 1.0))"),
    ],
)
def test_a_typed_pipeline_is_read_as_python_reads_it(text: str, written: str | None) -> None:
    pipe = from_text(text)
    assert repr(from_text(repr(pipe))) == repr(pipe)
    assert written is None or repr(pipe) == written


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bm52", "did you mean 'bm25'"),
        ("bm25(k1=99)", "k1 is out of range"),
        ("bm25(k3=1)", "k3"),
        ("bm25(k1=open('/etc/passwd'))", "plain value"),
        ("bm25.__class__", "the flow knows"),
        ("__import__('os')", "no stage has this name"),
        ("bm25(**{'k1': 1})", "the flow knows"),
        ("3 % 4", "do not fit"),
        ("10", "no pipeline"),
        ("head(5)", "the flow knows"),
        ("bm25 or dense", "the flow knows"),
    ],
)
def test_what_is_no_pipeline_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(PipelineError, match=told.replace("(", r"\(")):
        from_text(text)


@pytest.mark.parametrize("text", ["bm25 %", "(" * 5000, "bm25 >> \0", ""])
def test_what_does_not_parse_is_refused(text: str) -> None:
    with pytest.raises(SyntaxProblem, match="does not parse"):
        from_text(text)
