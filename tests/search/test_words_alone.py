"""Queries of words alone take a shorter way; it gives what the long one gives, to the last bit."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import CHUNKED, ONE_FIELD, TWO_FIELDS, asked, build, documents, plain_queries, reader_of, writer_of

import findry.kernels.compiled  # noqa: F401 - the short way is that of compiled kernels; without them there is a plain one
from findry.index import Schema, Snapshot, create
from findry.index.strings import MANY, Strings, pack
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
    assert strings.take(np.array(asked_for)) == [texts[index] for index in asked_for]
