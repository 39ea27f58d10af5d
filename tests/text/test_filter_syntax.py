from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import SyntaxProblem
from findry.records.where import And, Compare, Contains, Exists, Member, Not, Or, Where, from_dict, to_dict
from findry.text import format_filter, parse_filter

A, B, C = Exists("a"), Exists("b"), Exists("c")
keys = st.text(min_size=1, max_size=8) | st.sampled_from(["year", "a.b", "in", "NOT", "true", "a-b", "`", "é"])
values = st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
leaves: st.SearchStrategy[Where] = st.one_of(
    st.builds(Compare, st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]), keys, values),
    st.builds(Member, st.sampled_from(["in", "nin"]), keys, st.lists(values, max_size=3)),
    st.builds(Exists, keys),
    st.builds(Contains, keys, values),
)


def trees(smallest: int) -> st.SearchStrategy[Where]:
    return st.recursive(
        leaves | st.sampled_from([And(()), Or(())]),
        lambda part: st.one_of(
            st.builds(And, st.lists(part, min_size=smallest, max_size=3)),
            st.builds(Or, st.lists(part, min_size=smallest, max_size=3)),
            st.builds(Not, part),
        ),
        max_leaves=8,
    )


@given(trees(2))
def test_a_filter_written_as_text_reads_back_the_same(where: Where) -> None:
    assert repr(parse_filter(format_filter(where))) == repr(where)


@given(trees(0))
def test_the_written_form_is_stable(where: Where) -> None:
    text = format_filter(where)
    assert format_filter(parse_filter(text)) == text


@given(trees(0))
def test_a_filter_written_as_json_reads_back_the_same(where: Where) -> None:
    assert repr(from_dict(to_dict(where))) == repr(where)


@given(st.text(max_size=40) | st.text(alphabet="a1='\"`()<>!,. \\andotr", max_size=40))
def test_any_text_gives_a_filter_or_a_syntax_problem(text: str) -> None:
    try:
        where = parse_filter(text)
    except SyntaxProblem as problem:
        assert "^" in str(problem)  # noqa: PT017
    else:
        assert repr(parse_filter(format_filter(where))) == repr(where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a exists or b exists and c exists", Or((A, And((B, C))))),
        ("(exists a or exists b) AND EXISTS c", And((Or((A, B)), C))),
        ("c == -3.5e2", Compare("eq", "c", -350.0)),
        ("not not exists a", Not(Not(Exists("a")))),
        ("a exists", Exists("a")),
        ('a <> "it\'s"', Compare("ne", "a", "it's")),
        (r"a = 'it\'s \u00e9\n'", Compare("eq", "a", "it's é\n")),
        ("a.b not in ('x', 2, TRUE)", Member("nin", "a.b", ("x", 2, True))),
        ("a in ()", Member("in", "a", ())),
        ("`not` contains 'x'", Contains("not", "x")),
        ("published >= '2024-05-31'", Compare("gte", "published", "2024-05-31")),
    ],
)  # fmt: skip
def test_filters_are_read(text: str, where: Where) -> None:
    assert repr(parse_filter(text)) == repr(where)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("year >> 2020", 6, "a number"),
        ("lang = en", 7, "quoted text"),
        ("lang = 'en", 7, "closing '"),
        ("a = 1 b = 2", 6, "'and'"),
        ("a = 1 and", 9, "a key"),
        ("(a = 1", 6, "')'"),
        ("in = 1", 0, "a key"),
        ("a not = 1", 6, "'in'"),
        ("a = 1e999", 4, "a number"),
        ("a = " + "9" * 5000, 4, "a number"),
        ("", 0, "a key"),
        ("a & b", 2, "operator"),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, place: int, expected: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_filter(text)
    assert expected in str(caught.value.expected)
    shown, caret = str(caught.value.where).splitlines()
    assert text.startswith(shown)
    assert caret == " " * (len("  where: ") + place) + "^"


def test_a_place_far_in_a_long_filter_is_shown_too() -> None:
    text = " and ".join(["a = 1"] * 50) + " nad b = 2"
    with pytest.raises(SyntaxProblem) as caught:
        parse_filter(text)
    shown, caret = str(caught.value.where).splitlines()
    assert shown[len(caret) - 1 - len("  where: ") :] == "nad b = 2"


def test_too_many_levels_are_a_syntax_problem() -> None:
    with pytest.raises(SyntaxProblem):
        parse_filter("(" * 5000 + "a = 1" + ")" * 5000)
