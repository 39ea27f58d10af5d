from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError
from findry.text import Analyzer, marked, passage

ENGLISH = Analyzer()
texts = st.one_of(
    st.lists(st.sampled_from(["cat", "dog", "the", "Dr.", "end.", "\n\n", "日本語。", "x" * 20, "é"]), max_size=40).map(
        " ".join
    ),
    st.text(max_size=80),
)
terms = st.sets(st.sampled_from(["cat", "dog", "日本", "本語", "end", "x" * 20]))


@given(texts, terms, st.integers(1, 60))
def test_a_passage_is_a_part_of_the_text_with_its_terms_marked(text: str, wanted: set[str], width: int) -> None:
    found = passage(text, wanted, ENGLISH, width=width)
    assert found.text == text[found.start : found.end]
    assert len(found.text) <= width
    assert found.text == found.text.strip()
    assert all(a < b for a, b in found.marks)
    assert all(b < a for (_, b), (a, _) in zip(found.marks, found.marks[1:], strict=False))
    assert all(a >= 0 and b <= len(found.text) for a, b in found.marks)
    assert found.cut_before == bool(text[: found.start].strip())
    assert found.cut_after == bool(text[found.end :].strip())
    if any(token.term in wanted for token in ENGLISH.tokens(text)):
        assert found.marks
    plain = marked(found, "", "")
    assert plain.removeprefix("… ").removesuffix(" …") == found.text or "…" in text


@given(texts, terms)
def test_a_text_that_fits_is_shown_whole(text: str, wanted: set[str]) -> None:
    found = passage(text, wanted, ENGLISH, width=len(text) + 1)
    assert found.text == text.strip()
    assert not found.cut_before
    assert not found.cut_after


@given(texts, terms, st.integers(21, 60))
def test_no_window_holds_more_distinct_terms(text: str, wanted: set[str], width: int) -> None:
    found = passage(text, wanted, ENGLISH, width=width)
    tokens = [token for token in ENGLISH.tokens(text) if token.term in wanted]

    def distinct(start: int, end: int) -> int:
        return len({token.term for token in tokens if start <= token.start and token.end <= end})

    assert distinct(found.start, found.end) == max((distinct(t.start, t.start + width) for t in tokens), default=0)


def test_the_window_begins_and_ends_with_a_sentence_where_it_can() -> None:
    text = "Nothing here at all. The cat sat on the mat today. More words follow after that. And more."
    found = passage(text, {"cat", "mat"}, ENGLISH, width=40)
    assert found.text == "The cat sat on the mat today."
    assert marked(found, "<b>", "</b>") == "… The <b>cat</b> sat on the <b>mat</b> today. …"


def test_a_cut_falls_between_words() -> None:
    text = " ".join(f"word{i:02}" for i in range(50))
    found = passage(text, {"word25"}, ENGLISH, width=33)
    assert "word25" in found.text.split()
    assert set(found.text.split()) <= set(text.split())


def test_without_a_match_the_text_begins_the_passage() -> None:
    text = "First words of a text. " * 20
    found = passage(text, {"absent"}, ENGLISH, width=50)
    assert (found.start, found.marks, found.cut_before, found.cut_after) == (0, (), False, True)
    assert passage("", {"a"}, ENGLISH).text == ""


def test_overlapping_pairs_of_characters_are_one_mark() -> None:
    assert passage("東京の日本語学校", {"日本", "本語"}, Analyzer("ja")).marks == ((3, 6),)


def test_the_stem_marks_the_whole_word() -> None:
    assert marked(passage("Running runners ran", set(ENGLISH.terms("run")), ENGLISH)) == "**Running** runners ran"


def test_a_width_of_nothing_is_refused() -> None:
    with pytest.raises(InputError):
        passage("text", set(), ENGLISH, width=0)
