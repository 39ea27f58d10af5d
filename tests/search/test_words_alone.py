"""Queries of words alone take a shorter way; it gives what the long one gives, to the last bit."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import CHUNKED, ONE_FIELD, TWO_FIELDS, asked, build, documents, plain_queries, reader_of, writer_of

import findry.kernels.compiled  # noqa: F401 - the short way is that of compiled kernels; without them there is a plain one
from findry.index import Schema, Snapshot, create
from findry.index.strings import MANY, MOST_HELD, OFTEN, Strings, pack
from findry.records import Document, Queries, Run
from findry.search import spreading
from findry.search import words as rooms

layouts = st.lists(st.integers(0, 3), max_size=2)
syntaxes = st.sampled_from(["plain", "operators"])


def same(one: Run, other: Run) -> bool:
    return (
        one.offsets.tolist() == other.offsets.tolist()
        and one.rows.tolist() == other.rows.tolist()
        and one.scores.tobytes() == other.scores.tobytes()
    )


@settings(max_examples=80)
@given(
    documents(),
    plain_queries,
    layouts,
    st.sampled_from([ONE_FIELD, TWO_FIELDS, CHUNKED]),
    st.sampled_from([1, 2, 1000]),
)
def test_the_short_way_gives_what_the_long_way_gives(
    held: list[Document], queries: list[str], layout: list[int], schema: Schema, k: int
) -> None:
    with build(held, schema, layout=layout) as snapshot:
        searcher = reader_of(snapshot).lexical()
        for syntax in ("plain", "operators"):
            batch = Queries.of(queries or ["ant"], syntax=syntax)  # type: ignore[arg-type]
            short = searcher.search(batch, k)
            assert searcher._words.best(batch, k) is not None or syntax == "operators"
            assert same(short, searcher.search(batch, k, exclude=[[] for _ in batch.texts]))
            assert same(short, searcher.search(batch, k))  # what it learnt changes nothing


def test_deleted_rows_neither_come_back_nor_count(tmp_path: Path) -> None:
    create(tmp_path / "kb", ONE_FIELD)
    with writer_of(tmp_path / "kb") as writer:
        writer.add([Document(str(n), {"text": f"ant bee{n} {'cow ' * n}"}) for n in range(9)])
    with writer_of(tmp_path / "kb") as writer:
        writer.delete(["3", "8"])
    searcher = reader_of(Snapshot(tmp_path / "kb")).lexical()
    found = searcher.search(asked(["ant cow bee3"]), 20)
    assert sorted(found.ids()) == ["0", "1", "2", "4", "5", "6", "7"]
    assert same(found, searcher.search(asked(["ant cow bee3"]), 20, exclude=[[]]))


def test_more_terms_than_are_kept_are_looked_up_again(monkeypatch: object) -> None:
    held = [Document(str(n), {"text": f"w{n} w{n + 1} all"}) for n in range(600)]
    queries = Queries.of([f"all w{n}" for n in range(600)])
    with build(held) as snapshot:
        searcher = reader_of(snapshot).lexical()
        before = searcher.search(queries, 3)
        for threads in (1, 2, 5):
            assert same(before, searcher.search(queries, 3, threads=threads))
            assert same(before, searcher.search(queries, 3, threads=threads, exclude=[[]] * 600))
        assert len(searcher._words.known) == 601
        monkeypatch.setattr(spreading, "MOST", 7)  # type: ignore[attr-defined]
        for threads in (1, 3):
            assert same(before, searcher.search(queries, 3, threads=threads))
        monkeypatch.setattr(rooms, "KEPT", 100)  # type: ignore[attr-defined]
        assert same(before, searcher.search(queries, 3))
        assert same(
            searcher.search(Queries.of("all w7"), 3), reader_of(snapshot).lexical().search(Queries.of("all w7"), 3)
        )
        assert len(searcher._words.known) == 2


@pytest.mark.parametrize("schema", [ONE_FIELD, TWO_FIELDS])
def test_surfaces_with_no_term_one_or_several_ask_for_all_they_stand_for(schema: Schema) -> None:
    held = [Document(str(n), {"text": text}) for n, text in enumerate(["the ant", "日本語 ant", "日本", "本語 bee"])]
    with build(held, schema) as snapshot:
        searcher = reader_of(snapshot).lexical()
        queries = ["the", "日本語", "ant", "the 日本語 ant unknown", "日本 the", "ant 日本語 日本語"]
        for text in [*queries, *queries, " ".join(queries)]:
            short, long = (searcher.search(Queries.of(text), 9, exclude=e) for e in (None, [[]]))
            assert same(short, long)
            assert len(short.rows) == {"the": 0, "ant": 2, "日本語": 3, "日本 the": 2}.get(text, len(short.rows))
        known = searcher._words.known
        assert not known.worth[0]
        assert known._surfaces[0]["the"] == 0 < known._surfaces[0]["ant"]
        assert len(known._several[0]["日本語"]) == 2


def test_what_a_search_reads_outlives_what_others_learn_meanwhile() -> None:
    held = [Document(str(n), {"text": f"w{n} all"}) for n in range(600)]
    with build(held) as snapshot:
        searcher = reader_of(snapshot).lexical()
        wanted = searcher.search(Queries.of("all w7"), 3)
        words, known = searcher._words, searcher._words.known
        answer, read, seen = words._answer, weakref.ref(known.lists), list[bool]()

        def answered(*given: object) -> object:
            known.asked([" ".join(f"w{n}" for n in range(600))])  # as another thread does
            gc.collect()
            seen.append(known.lists is not read() is not None)
            return answer(*given)

        words.__dict__["_answer"] = answered
        assert same(wanted, searcher.search(Queries.of("all w7"), 3))
        assert seen == [True]


@given(st.lists(st.text(max_size=4), min_size=1, max_size=6), st.data())
def test_many_strings_at_once_are_each_of_them(texts: list[str], data: st.DataObject) -> None:
    strings = Strings(*pack(texts))
    asked_for = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=MANY, max_size=2 * MANY))
    for _ in range(3):  # later from what is held
        assert strings.take(np.array(asked_for)) == [texts[index] for index in asked_for]
    assert strings._held == texts


def test_only_strings_that_are_asked_for_often_and_are_few_are_held() -> None:
    few, many = ([f"id{n}" for n in range(count)] for count in (4000, MOST_HELD + 1))
    for texts, held in ((few, True), (many, False)):
        strings = Strings(*pack(texts))
        assert strings.take(np.arange(100)) == texts[:100]
        assert strings._held is None
        wanted = np.arange(len(texts) // OFTEN)
        assert strings.take(wanted) == strings.take(wanted) == texts[: len(wanted)]
        assert (strings._held is not None) == held
