from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import IdentityMismatch, InputError
from findry.text import Chunker, Span, count_words, sentences
from findry.text.chunk import words
from findry.text.chunk.words import word_spans

PIECES = [
    *(
        "# A\n",
        "## B\n",
        "T\n===\n",
        "```\n",
        "~~~\n",
        "| a | b |\n|---|---|\n",
        "\n\n",
        "\n",
        " ",
        "\x00",
        "\x1c",
    ),
    *(
        "word",
        "Dr. ",
        "one. Two! ",
        "J. S. ",
        "日本。語",
        "ที่นี่",
        "हिन्दी। ",
        "\u0301",
        "\ud800",
        "x" * 30,
        "- item\n",
    ),
]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=80))
chunkers = st.builds(
    Chunker,
    st.sampled_from(["none", "structure", "sentences", "tokens", "auto"]),
    st.integers(3, 12),
    st.integers(0, 2),
    st.integers(0, 6),
)


def count_characters(texts: Sequence[str]) -> list[int]:
    """Not additive: white space between pieces counts too, and each text has two tokens more."""
    return [len(text) // 3 + 2 for text in texts]


counters = st.sampled_from([count_words, count_characters])


def ink(text: str) -> set[int]:
    return {at for at, char in enumerate(text) if not char.isspace()}


@given(st.text(st.characters(max_codepoint=127)))
def test_patterns_for_ascii_find_there_what_those_for_any_text_find(text: str) -> None:
    counted, pieces = words._patterns()
    assert count_words([text]) == [len(counted.findall(text))]
    assert word_spans(text, 0, len(text)) == [match.span() for match in pieces.finditer(text)]


@given(chunkers, texts, counters)
def test_every_character_but_white_space_is_covered_in_order(chunker: Chunker, text: str, count: object) -> None:
    spans = chunker.spans(text, count=count)  # type: ignore[arg-type]
    covered = [at for span in spans for at in range(span.start, span.end) if not text[at].isspace()]
    assert set(covered) == ink(text)
    if not chunker.overlap_tokens:
        assert len(covered) == len(set(covered))
    assert [s.start for s in spans] == sorted({s.start for s in spans})
    assert [s.end for s in spans] == sorted({s.end for s in spans})
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)
    assert chunker.spans(text, count=count) == spans  # type: ignore[arg-type]


@given(chunkers.filter(lambda chunker: chunker.by != "none"), texts, counters)
def test_no_chunk_is_longer_than_allowed_unless_it_is_one_word(chunker: Chunker, text: str, count: object) -> None:
    for start, end, _ in chunker.spans(text, count=count):  # type: ignore[arg-type]
        size = count([text[start:end]])[0]  # type: ignore[operator]
        assert size <= chunker.max_tokens or len(word_spans(text, start, end)) == 1


@given(texts)
def test_sentences_hold_every_character_once(text: str) -> None:
    covered = [at for start, end in sentences(text) for at in range(start, end) if not text[at].isspace()]
    assert covered == sorted(ink(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three! four", ["One.", "Two?", "Three! four"]),
        ('He said "Stop." Then left.', ['He said "Stop."', "Then left."]),
        ("Mr. A. Smith vs. Dr. Who. End.", ["Mr. A. Smith vs. Dr. Who.", "End."]),
        ("The answer is no. Then see no. 5.", ["The answer is no.", "Then see no. 5."]),
        ("At 3.14 p.m. today. Yes", ["At 3.14 p.m. today.", "Yes"]),
        ("你好。再见\uff01\n好", ["你好。", "再见\uff01", "好"]),
        ("यह है। वह था।", ["यह है।", "वह था।"]),
        ("a line\n\nanother", ["a line", "another"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


PAGE = """# Guide

Intro of six words is here.

## Install

Run this now please.

```
# not a heading
pip install it
```

## Use

| a | b |
|---|---|
| 1 | 2 |

Last words.
"""


def test_sections_become_chunks_under_their_headings() -> None:
    spans = Chunker("structure", max_tokens=20, min_tokens=0).spans(PAGE)
    assert [span.heading for span in spans] == ["Guide", "Guide > Install", "Guide > Use"]
    assert PAGE[spans[1].start : spans[1].end].startswith("## Install")
    assert "# not a heading" in PAGE[spans[1].start : spans[1].end]


def test_short_sections_are_joined_under_what_they_share() -> None:
    assert Chunker("structure", max_tokens=100, min_tokens=50).spans(PAGE) == [Span(0, len(PAGE) - 1, "Guide")]


def test_a_heading_goes_with_its_section() -> None:
    text = "# A\n\none two three four\n\n# B\n\nfive six seven eight"
    spans = Chunker("structure", max_tokens=6, min_tokens=6).spans(text)
    assert [text[s.start : s.end].split()[1] for s in spans] == ["A", "B"]


def test_code_and_tables_are_whole_when_they_fit_and_cut_between_lines_when_not() -> None:
    code = "```\n" + "\n".join(f"line {i} of code." for i in range(6)) + "\n```"
    text = "Some words before. And more.\n\n" + code
    whole = Chunker("structure", max_tokens=26).spans(text)
    assert code in [text[s.start : s.end] for s in whole]
    for span in Chunker("structure", max_tokens=9).spans(text)[1:]:
        assert re.fullmatch(r"(```\n)?(line \d of code\.\n?)*(```)?", text[span.start : span.end])


def test_auto_keeps_a_text_that_fits_whole() -> None:
    assert Chunker(max_tokens=100).spans(PAGE) == [Span(0, len(PAGE) - 1)]
    assert len(Chunker(max_tokens=10).spans(PAGE)) > 1


def test_chunks_overlap_by_the_sentences_that_fit() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve."
    spans = Chunker("sentences", max_tokens=9, overlap_tokens=3).spans(text)
    assert [text[s.start : s.end] for s in spans] == [
        "One two three. Four five six.",
        "Four five six. Seven eight nine. Ten eleven twelve.",
    ]


def test_an_underlined_line_is_a_heading() -> None:
    assert Chunker("structure", min_tokens=0).spans("Title\n=====\n\nText.")[0].heading == "Title"


@pytest.mark.parametrize(("line", "title"), [("# C#", "C#"), ("## A  b ##", "A b"), ("#", None), ("# ##", None)])
def test_the_signs_around_a_heading_are_no_part_of_it(line: str, title: str | None) -> None:
    assert Chunker("structure", min_tokens=0).spans(line + "\n\nText.")[0].heading == title


def test_a_hash_without_a_space_is_no_heading() -> None:
    assert Chunker("structure", min_tokens=0).spans("#tag\n\nText.")[0].heading is None


def test_a_card_gives_the_chunker_back() -> None:
    chunker = Chunker("sentences", 64, 8, 3)
    assert Chunker.from_card(chunker.card()) == chunker
    with pytest.raises(IdentityMismatch):
        Chunker.from_card(chunker.card() | {"version": 0})


@pytest.mark.parametrize(
    "settings",
    [{"by": "sentence"}, {"max_tokens": 0}, {"max_tokens": 5, "overlap_tokens": 5}, {"min_tokens": -1}],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Chunker(**settings)  # type: ignore[arg-type]
