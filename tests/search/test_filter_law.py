"""A filter inside the search is the filter applied to the whole ranking, against an evaluator written here."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import CHUNKED, ONE_FIELD, asked, build, documents, lists, reader_of

from findry.errors import InputError
from findry.index import Schema
from findry.records import Document
from findry.records.where import And, Compare, Contains, Exists, Member, Not, Or, Where

# It makes every column known.
ANCHOR = Document("anchor", {"text": "ant"}, {"year": 9, "lang": "xx", "open": False, "tags": ["w"]})
ORDER = {"eq": "eq", "ne": "ne", "gt": "gt", "gte": "ge", "lt": "lt", "lte": "le"}
single = {
    "year": st.sampled_from([0, 1, 2, 2.5, 3, 10**20, -0.5]),
    "lang": st.sampled_from(["en", "fr", "", "é", "f", "zz"]),
    "open": st.booleans(),
}


def holds(where: Where, values: dict[str, Any]) -> bool:
    """The meaning of a filter, one document at a time."""
    match where:
        case And(parts):
            return all(holds(part, values) for part in parts)
        case Or(parts):
            return any(holds(part, values) for part in parts)
        case Not(part):
            return not holds(part, values)
    value = values.get(where.key)
    if value is None or value == []:
        return False
    match where:
        case Exists():
            return True
        case Contains(_, wanted):
            return wanted in value
        case Member(op, _, wanted):
            return (value in wanted) == (op == "in")
        case Compare(op, _, wanted):
            return bool(getattr(operator, ORDER[op])(value, wanted))


def _leaves(key: str) -> st.SearchStrategy[Where]:
    if key == "tags":
        return st.builds(Contains, st.just(key), st.sampled_from(["x", "y", "none"])) | st.just(Exists(key))
    return st.one_of(
        st.builds(Compare, st.sampled_from(list(ORDER)), st.just(key), single[key]),
        st.builds(Member, st.sampled_from(["in", "nin"]), st.just(key), st.lists(single[key], max_size=3).map(tuple)),
        st.just(Exists(key)),
    )


leaves = st.sampled_from(["year", "lang", "open", "tags"]).flatmap(_leaves)
filters = leaves | st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=5,
)


@settings(max_examples=60)
@given(
    documents(),
    st.lists(filters, min_size=2, max_size=2),
    st.lists(st.integers(0, 3), max_size=2),
    st.sampled_from([ONE_FIELD, CHUNKED]),
    st.lists(st.lists(st.sampled_from("abcx"), max_size=3), min_size=3, max_size=3),
    st.integers(0, 6),
)
def test_a_filter_inside_the_search_is_the_filter_on_the_whole_ranking(
    held: list[Document],
    wheres: list[Where | None],
    layout: list[int],
    schema: Schema,
    exclude: list[list[str]],
    k: int,
) -> None:
    queries, wheres = asked(["ant bee", "the cow ants", "-bee ant"], "operators"), [*wheres, None]
    with build([*held, ANCHOR], schema, layout=layout) as snapshot:
        values = {document.id: dict(document.values) for document in snapshot}
        for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
            whole = lists(searcher.search(queries, 1000))
            found = lists(searcher.search(queries, k, where=wheres, exclude=exclude))
            for (_, hits), (_, all_hits), where, out in zip(found, whole, wheres, exclude, strict=True):
                kept = [
                    (id, score)
                    for id, score in all_hits
                    if (document := id.split("#")[0]) not in out and (where is None or holds(where, values[document]))
                ]
                assert hits == kept[:k]
            for one in wheres:
                assert lists(searcher.search(queries, k, where=one)) == lists(
                    searcher.search(queries, k, where=[one] * 3)
                )


def _every_leaf() -> Iterator[Where]:
    for key in ("year", "lang", "open"):
        given = {
            "year": [0, 1, 2, 2.5, 3, 10**20, -0.5],
            "lang": ["en", "fr", "", "é", "f", "zz"],
            "open": [True, False],
        }
        for value in given[key]:
            yield from (Compare(op, key, value) for op in ORDER)  # type: ignore[arg-type]
            for op in ("in", "nin"):
                yield Member(op, key, (value,))  # type: ignore[arg-type]
                yield Member(op, key, (value, given[key][0]))  # type: ignore[arg-type]
        yield from (Member("in", key, ()), Member("nin", key, ()), Exists(key))
    yield from (Exists("tags"), Contains("tags", "x"), Contains("tags", "none"))


@pytest.mark.parametrize("layout", [[], [3, 2]])
def test_every_operator_on_every_kind_of_value_is_what_it_means(layout: list[int]) -> None:
    rows = [
        *({"year": year} for year in (0, 1, 2, 2.5, 3)),
        *({"lang": lang} for lang in ("en", "fr", "", "é")),
        *({"open": True}, {"open": False}, {"tags": ["x", "x", "y"]}, {"tags": []}, {}),
    ]
    held = [ANCHOR, *(Document(f"d{n}", {"text": "ant"}, values) for n, values in enumerate(rows))]
    values = {document.id: dict(document.values) for document in held}
    with build(held, layout=layout) as snapshot:
        searcher = reader_of(snapshot).lexical()
        for leaf in _every_leaf():
            for where in (leaf, Not(leaf), Or((leaf, Exists("open"))), And((leaf, Not(Exists("lang"))))):
                found = {id for id, _ in lists(searcher.search(asked(["ant"]), 100, where=where))[0][1]}
                assert found == {id for id in values if holds(where, values[id])}, where
        assert [len(lists(searcher.search(asked(["ant"]), 100, where=w))[0][1]) for w in (And(()), Or(()))] == [15, 0]


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        (Compare("eq", "yaer", 1), "year"),
        (Compare("eq", "year", "1"), None),
        (Compare("eq", "lang", 1), None),
        (Compare("eq", "open", 1), None),
        (Compare("eq", "year", True), None),
        (Compare("eq", "tags", "x"), "contains"),
        (Member("in", "tags", ("x",)), "contains"),
        (Contains("year", 1), "= or in"),
        (Member("in", "year", (1, "a")), None),
    ],
)
def test_a_filter_that_does_not_fit_its_column_is_refused(where: Where, hint: str | None) -> None:
    with build([ANCHOR]) as snapshot:
        for query in ("ant", "nothing there"):
            with pytest.raises(InputError) as caught:
                reader_of(snapshot).dense().search(asked([query]), 5, where=where)
            assert hint is None or hint in str(caught.value)


def test_an_empty_list_is_no_value_whatever_stands_beside_it() -> None:
    bare, other = Document("a", {"text": "ant"}, {"tags": []}), Document("b", {"text": "ant"}, {"tags": ["x"]})
    for layout in ([], [1]):
        with build([bare, other], layout=layout) as snapshot:
            searcher = reader_of(snapshot).lexical()
            found = lists(searcher.search(asked(["ant"]), 5, where=Exists("tags")))
            assert [id for id, _ in found[0][1]] == ["b"]
