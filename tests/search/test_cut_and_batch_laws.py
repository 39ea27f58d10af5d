"""Depth and batch mates change nothing: the first k of a ranking are the ranking at k, for each query alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import asked, build, documents, lists, plain_queries, reader_of, schemas

from findry.errors import InputError
from findry.index import Schema
from findry.records import Document, Queries
from findry.records.where import Compare

layouts = st.lists(st.integers(0, 3), max_size=2)


@settings(max_examples=20)
@given(documents(), plain_queries, layouts, schemas, st.integers(-1, 12))
def test_searching_at_k_is_searching_deeply_and_cutting(
    held: list[Document], queries: list[str], layout: list[int], schema: Schema, k: int
) -> None:
    with build(held, schema, layout=layout) as snapshot:
        for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
            assert lists(searcher.search(asked(queries), k)) == lists(searcher.search(asked(queries), 10_000).cut(k))


@settings(max_examples=20)
@given(documents(), plain_queries, layouts, st.randoms(use_true_random=False), st.integers(1, 5))
def test_permuting_or_splitting_a_batch_changes_no_hit_and_no_score(
    held: list[Document], texts: list[str], layout: list[int], random: object, k: int
) -> None:
    queries = Queries.of(dict(zip("pqrs", texts, strict=False)), syntax="operators")
    order = list(range(len(queries)))
    random.shuffle(order)  # type: ignore[attr-defined]
    with build(held, layout=layout) as snapshot:
        for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
            whole = dict(lists(searcher.search(queries, k)))
            assert dict(lists(searcher.search(queries.take(order), k))) == whole
            alone = [lists(searcher.search(queries.take([row]), k))[0] for row in order]
            assert dict(alone) == whole


@pytest.mark.parametrize("query", ["", " ", "the of", "unknown", "-ant", "+unknown", '"the"', "?!"])
def test_a_query_that_asks_for_nothing_that_is_there_finds_nothing_by_words(query: str) -> None:
    with build([Document("a", {"text": "ant"})]) as snapshot:
        run = reader_of(snapshot).lexical().search(asked([query], "operators"), 5)
        assert lists(run) == [("1", [])]


def test_an_empty_index_and_an_empty_batch_are_fine() -> None:
    with build([]) as empty, build([Document("a", {"text": "ant"})]) as one:
        for snapshot, queries in ((empty, ["ant", ""]), (one, [])):
            for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
                run = searcher.search(asked(queries), 5)
                assert [hits for _, hits in lists(run)] == [[] for _ in queries]
                assert lists(searcher.score(asked(queries), run)) == lists(run)


def test_filters_and_exclusions_must_be_as_many_as_the_queries() -> None:
    with build([Document("a", {"text": "ant"}, {"year": 1})]) as snapshot:
        searcher = reader_of(snapshot).lexical()
        with pytest.raises(InputError, match="one each"):
            searcher.search(asked(["ant"]), 5, where=[None, Compare("eq", "year", 1)])
        with pytest.raises(InputError, match="one list a query"):
            searcher.search(asked(["ant"]), 5, exclude=[])
