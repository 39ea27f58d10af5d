from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.text import Clause, parse_query

typed = st.one_of(st.text(max_size=60), st.text(alphabet='ab+-*":. “”\n', max_size=30))


@given(typed)
def test_whatever_is_typed_gives_a_query(text: str) -> None:
    query = parse_query(text, fields=("a", "title"))
    clauses = query.should + query.must + query.must_not
    assert all(clause.text.strip() for clause in clauses)
    assert bool(query.scored) == bool(query.text)
    assert query.has_operators or query.must_not == ()


@given(st.lists(st.text(alphabet="abcé日", min_size=1), max_size=6))
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    query = parse_query("  ".join(words))
    assert query.text == " ".join(words)
    assert query.should == ((Clause("words", query.text),) if words else ())
    assert not query.has_operators


@given(st.one_of(st.text(max_size=60), st.text(alphabet="ab?!. \x1c\n", max_size=30)))
def test_text_without_operators_is_the_same_clause_beside_one(text: str) -> None:
    beside = parse_query(f"{text} +zz")
    assert beside.must[-1] == Clause("words", "zz")
    if not set('+-:*"“”„') & set(text):
        assert parse_query(text).should == beside.should
        assert parse_query(text).text == beside.text.removesuffix("zz").rstrip()


@given(typed, st.text(alphabet="xyz", min_size=1, max_size=5))
def test_an_excluded_word_is_no_part_of_the_text(text: str, word: str) -> None:
    query = parse_query(f"{text.replace(chr(34), '').replace('“', '').replace('”', '')} -{word}")
    assert query.must_not[-1] == Clause("words", word)
    assert parse_query(query.text).text.split() == query.text.split() or query.has_operators


@pytest.mark.parametrize(
    "text",
    [
        "state-of-the-art",
        'a 5" pipe',
        '"never closed',
        "- alone",
        "C++ a+b",
        "*",
        '""',
        "http://x.y/z",
        "a - b",
        '"a"b',
    ],
)
def test_signs_inside_text_are_text(text: str) -> None:
    query = parse_query(text, fields=("title",))
    assert not query.has_operators
    assert query.text == text


@pytest.mark.parametrize(
    ("text", "must", "must_not", "should"),
    [
        ("+a b", [Clause("words", "a")], [], [Clause("words", "b")]),
        ('"a  b" c', [Clause("phrase", "a b")], [], [Clause("words", "c")]),
        ("“a b”", [Clause("phrase", "a b")], [], []),
        ('-"a b" -c', [], [Clause("phrase", "a b"), Clause("words", "c")], []),
        ("+ab* cd*", [Clause("prefix", "ab")], [], [Clause("prefix", "cd")]),
        ('title:"a b"', [Clause("phrase", "a b", "title")], [], []),
        ("-title:a title:b*", [], [Clause("words", "a", "title")], [Clause("prefix", "b", "title")]),
        ("body:a x", [], [], [Clause("words", "body:a x")]),
        ('body:"a b"', [], [], [Clause("words", 'body:"a b"')]),
        ("", [], [], []),
    ],
)
def test_operators_are_read(text: str, must: list[Clause], must_not: list[Clause], should: list[Clause]) -> None:
    query = parse_query(text, fields=("title",))
    assert (list(query.must), list(query.must_not), list(query.should)) == (must, must_not, should)


def test_phrases_and_prefixes_to_find_are_listed_without_the_excluded_ones() -> None:
    query = parse_query('"a b" -"c d" e* -f* +g*')
    assert [clause.text for clause in query.phrases] == ["a b"]
    assert [clause.text for clause in query.prefixes] == ["g", "e"]
    assert query.text == "a b e g"
