from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from small_worlds import CHUNKED, asked, build, reader_of

from findry.algebra import Pipe
from findry.pipeline import KeptRuns, Plan, from_text
from findry.records import Document, Run
from findry.search import Reader
from findry.text import parse_filter

TEXTS = {"a": "ant bee cow ant", "b": "bee cow", "c": "cow ant ant", "d": "dog ant bee"}
PIPE = "(bm25 % 3 | rm3(bm25 % 2) >> bm25) >> rrf >> group"
QUERIES = asked(["ant bee", "cow", ""])


@pytest.fixture
def reader() -> Iterator[Reader]:
    with build([Document(id, {"text": text}, {"year": 1}) for id, text in TEXTS.items()], CHUNKED) as snapshot:
        yield reader_of(snapshot)


@pytest.fixture
def kept(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path / "runs")


def bound(text: str, reader: Reader) -> Pipe:
    return from_text(text).bind(index=reader)


def content(run: Run) -> tuple[object, ...]:
    columns = {name: column.tolist() for name, column in run.columns.items()}
    return run.offsets.tolist(), run.rows.tolist(), run.scores.tolist(), run.kind, columns, run.items.unit


def test_a_kept_run_is_the_run_and_nothing_is_computed(reader: Reader, kept: KeptRuns) -> None:
    first, second = Plan(QUERIES, kept=kept), Plan(QUERIES, kept=KeptRuns(kept.folder))
    a, b = (plan.run(bound(PIPE, reader)) for plan in (first, second))
    assert content(a.need_run("a")) == content(b.need_run("b"))
    assert [stage.label for stage in a.trace] == [stage.label for stage in b.trace]
    assert [stage.hits.tolist() for stage in a.trace] == [stage.hits.tolist() for stage in b.trace]
    assert (first.calls > 0, second.calls) == (True, 0)


def test_only_what_follows_a_changed_stage_is_computed(reader: Reader, kept: KeptRuns) -> None:
    Plan(QUERIES, kept=kept).run(bound(PIPE, reader))
    again = Plan(QUERIES, kept=kept)
    changed = again.run(bound(PIPE.replace("rrf", "rrf(k=5)"), reader))
    assert again.calls == 2  # the other rrf, and group after it
    plain = Plan(QUERIES).run(bound(PIPE.replace("rrf", "rrf(k=5)"), reader))
    assert content(changed.need_run("a")) == content(plain.need_run("b"))


@pytest.mark.parametrize("what", ["queries", "syntax", "commit", "code", "filter"])
def test_another_question_finds_nothing_kept(reader: Reader, kept: KeptRuns, what: str) -> None:
    Plan(QUERIES, kept=kept).run(bound(PIPE, reader))
    queries = {"queries": asked(["ant bee", "cow", "x"]), "syntax": asked(list(QUERIES.texts), "operators")}
    where = parse_filter("year = 1") if what == "filter" else None
    with patch("findry.pipeline.kept._source", lambda: "another" if what == "code" else "this"):
        if what != "code":
            Plan(QUERIES, kept=kept).run(bound(PIPE, reader))
        if what == "commit":
            with build([Document("a", {"text": "ant"})], CHUNKED) as other:
                plan = Plan(QUERIES, kept=kept)
                plan.run(bound(PIPE, reader_of(other)))
        else:
            plan = Plan(queries.get(what, QUERIES), where=where, kept=kept)
            plan.run(bound(PIPE, reader))
    assert plan.calls == 7


def test_a_damaged_file_is_as_good_as_none(reader: Reader, kept: KeptRuns) -> None:
    run = Plan(QUERIES, kept=kept).run(bound(PIPE, reader)).need_run("a")
    for number, file in enumerate(kept.folder.glob("*.npz")):
        raw = bytearray(file.read_bytes())
        if number % 3:
            raw[len(raw) // 2] ^= 255
        file.write_bytes(raw[: len(raw) // 2] if number % 3 == 2 else bytes(raw) if number % 3 else b"")
    again = Plan(QUERIES, kept=kept)
    assert content(again.run(bound(PIPE, reader)).need_run("b")) == content(run)


def test_the_least_recently_used_are_dropped(reader: Reader, tmp_path: Path) -> None:
    kept = KeptRuns(tmp_path, most=6000)
    for k in range(1, 9):
        Plan(QUERIES, kept=kept).run(bound(f"bm25(k={k})", reader))
    assert 0 < sum(file.stat().st_size for file in tmp_path.iterdir()) <= 6000
    last = Plan(QUERIES, kept=kept)
    last.run(bound("bm25(k=8)", reader))
    assert last.calls == 0


def test_a_folder_that_cannot_be_written_is_passed_over(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    plan = Plan(QUERIES, kept=KeptRuns(tmp_path / "file" / "runs"))
    assert np.isfinite(plan.run(bound(PIPE, reader)).need_run("a").scores).all()
