from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import IdentityMismatch, InputError
from findry.text import Analyzer, TokenBatch
from findry.text.analysis import surfaces

ANALYZERS = [
    Analyzer(),
    Analyzer("none"),
    Analyzer("fr"),
    Analyzer("tr"),
    Analyzer("de", fold_accents=False, bigrams=False, min_length=3),
    Analyzer(identifiers="whole", min_length=2),
]
# case, marks, joiners, apostrophes, compatibility forms, unspaced scripts, other planes, a lone surrogate
MIXED = (
    "aAbBeE0129 .'_-,\n\x00\u2019\u02bc\xad\u200dé\u0301\u0308ß\u0131İ\u017fŉ½①ﬁщйίάς\u0661"
    "日本語々ーガ\uff76\uff9e한\u1112\u1161กำที่हिन्दीẹ̀\U00020000\ud800\U0001f600㈱㊀"
)
texts = st.one_of(
    st.text(alphabet=st.sampled_from(MIXED), max_size=40),
    st.text(alphabet=st.sampled_from("aAbIiSs09 .'_-\n\x00\x1c"), max_size=40),
    st.text(max_size=40),
    st.text(alphabet=st.characters(), max_size=40),
)
analyzers = st.sampled_from(ANALYZERS)


def decoded(batch: TokenBatch) -> list[list[tuple[str, int]]]:
    return [
        list(zip(batch.text_terms(row), batch.positions[a:b].tolist(), strict=True))
        for row, (a, b) in enumerate(zip(batch.offsets[:-1], batch.offsets[1:], strict=True))
    ]


@given(analyzers, st.lists(texts, max_size=6))
def test_a_text_is_analysed_in_a_batch_as_it_is_alone(analyzer: Analyzer, batch: Sequence[str]) -> None:
    together = decoded(analyzer.analyze(batch))
    assert together == [decoded(analyzer.analyze([text]))[0] for text in batch]
    assert together == [[(t.term, t.position) for t in analyzer.tokens(text)] for text in batch]


@given(analyzers, texts)
def test_tokens_point_into_the_text_in_order(analyzer: Analyzer, text: str) -> None:
    tokens = analyzer.tokens(text)
    assert all(0 <= t.start < t.end <= len(text) and t.term for t in tokens)
    assert [(t.position, t.start) for t in tokens] == sorted((t.position, t.start) for t in tokens)
    assert analyzer.terms(text) == [t.term for t in tokens]


@given(analyzers, texts)
def test_what_a_token_points_at_gives_its_term_again(analyzer: Analyzer, text: str) -> None:
    for token in analyzer.tokens(text):
        assert token.term in analyzer.terms(text[token.start : token.end])


@given(analyzers, texts)
def test_the_surfaces_of_a_text_have_its_terms(analyzer: Analyzer, text: str) -> None:
    surfaces = analyzer.cut(text)
    assert [term for terms in analyzer.terms_of(surfaces) for term in terms] == analyzer.terms(text)


@given(analyzers, texts, st.data())
def test_occurrences_are_the_tokens_of_the_wanted_terms(analyzer: Analyzer, text: str, data: st.DataObject) -> None:
    tokens = analyzer.tokens(text)
    wanted = {token.term for token in tokens if data.draw(st.booleans())} | {"zebra"}
    expected = [(token.term, token.start, token.end) for token in tokens if token.term in wanted]
    assert analyzer.occurrences(text, wanted) == expected


@given(st.lists(texts, min_size=1, max_size=6), st.data())
def test_occurrences_are_found_whatever_is_forgotten_in_between(batch: list[str], data: st.DataObject) -> None:
    analyzer, other = Analyzer(), Analyzer("none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surfaces, "_MAX_CACHED", data.draw(st.integers(0, 5)))
        for text in batch:
            wanted = {*data.draw(st.lists(st.sampled_from(other.terms(text) or ["a"]), max_size=3))}
            expected = [(token.term, token.start, token.end) for token in analyzer.tokens(text) if token.term in wanted]
            assert analyzer.occurrences(text, wanted) == expected


@given(analyzers, st.lists(texts, max_size=4))
def test_the_arrays_fit_together(analyzer: Analyzer, batch: Sequence[str]) -> None:
    found = analyzer.analyze(batch)
    assert [array.dtype.name for array in (found.terms, found.positions, found.offsets)] == [
        "int32",
        "int32",
        "int64",
    ]
    assert len(found) == len(batch)
    assert found.offsets[0] == 0
    assert found.offsets[-1] == len(found.terms) == len(found.positions)
    assert sorted(set(found.terms.tolist())) == list(range(len(found.vocabulary)))
    assert len(set(found.vocabulary)) == len(found.vocabulary)


@given(st.text(max_size=30))
def test_joining_with_a_space_keeps_the_terms(text: str) -> None:
    analyzer = Analyzer()
    assert analyzer.terms(text + " " + text) == analyzer.terms(text) * 2


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("en", "The runners were running", ["runner", "were", "run"]),
        ("en", "O'Reilly's don\u2019t", ["oreilli", "dont"]),
        ("en", "U.S. e.g. p.m, J.Smith 3.14", ["us", "eg", "pm", "j", "smith", "3", "14"]),
        (
            "en",
            "os.path.join snake_case_name camelCase",
            ["os", "path", "join", "snake", "case", "name", "camelcas"],
        ),
        ("en", "naïve café \uff26\uff35\uff2c\uff2c ﬁne co\xadop", ["naiv", "cafe", "full", "fine", "coop"]),
        ("fr", "L'avion n\u2019est pas là", ["l", "avion", "n", "est", "pas", "la"]),
        ("none", "Straße İstanbul", ["strasse", "istanbul"]),
        ("tr", "KIŞ'ta", ["kis"]),
        ("none", "日本語abc猫 한국어", ["日本", "本語", "abc", "猫", "한국", "국어"]),
        ("none", "ที่นี่", ["ที่นี่"]),
        ("none", "हिन्दी में", ["हिन्दी", "में"]),
        ("none", "Yorùbá ẹ̀kọ́ ẹ\u0300", ["yoruba", "eko", "e"]),
        ("none", "كِتَاب", ["كتاب"]),
    ],
)
def test_words_are_found_as_the_language_writes_them(language: str, text: str, terms: list[str]) -> None:
    assert Analyzer(language).terms(text) == terms


def test_positions_count_the_stop_words() -> None:
    assert [(t.term, t.position) for t in Analyzer().tokens("state of the art")] == [("state", 0), ("art", 3)]


def test_half_width_and_decomposed_letters_are_the_same_term_as_the_usual_form() -> None:
    plain = Analyzer("none")
    assert plain.terms("\uff76\uff9e\uff7d") == plain.terms("ガス")
    assert plain.terms("\u1112\u1161\u11ab\u1100\u116e\u11a8") == plain.terms("한국")


def test_settings_are_spelled_one_way() -> None:
    assert Analyzer("en-US") == Analyzer("English") == Analyzer()
    assert hash(Analyzer("en")) == hash(Analyzer())
    assert Analyzer("zh", stem=True) == Analyzer("none", stem=False, stopwords=False)
    assert Analyzer("de", stopwords=["und", "der"]) == Analyzer("de", stopwords=("der", "und", "der"))  # type: ignore[arg-type]


def test_own_stop_words_are_normalised_like_the_text() -> None:
    assert Analyzer("none", stopwords=("Über", "don't")).terms("über Don't all") == ["all"]


def test_a_stop_list_alone_gives_no_terms() -> None:
    assert Analyzer().terms("to be or not to be") == []


@pytest.mark.parametrize("analyzer", [*ANALYZERS, Analyzer("es", stopwords=("el",)), Analyzer(stopwords=False)])
def test_a_card_gives_the_analyzer_back(analyzer: Analyzer) -> None:
    assert Analyzer.from_card(analyzer.card()) == analyzer
    assert pickle.loads(pickle.dumps(analyzer)) == analyzer


@pytest.mark.parametrize("part", ["version", "snowball"])
def test_a_card_of_another_version_is_refused(part: str) -> None:
    with pytest.raises(IdentityMismatch):
        Analyzer.from_card(Analyzer().card() | {part: "0"})


@pytest.mark.parametrize(
    "settings",
    [{"language": "klingon"}, {"min_length": 0}, {"stopwords": "the"}],
    ids=lambda s: next(iter(s)),
)
def test_a_setting_that_cannot_be_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Analyzer(**settings)  # type: ignore[arg-type]


def test_a_long_text_and_more_surfaces_than_the_cache_holds_are_fine() -> None:
    text = " ".join(f"w{i}" for i in range(70_000))
    batch = Analyzer("none").analyze([text, "w1", text])
    assert len(batch.vocabulary) == 70_000
    assert batch.positions[-1] == 69_999
    assert batch.lengths.tolist() == [70_000, 1, 70_000]


def test_marks_without_end_take_linear_time() -> None:
    assert len(Analyzer("none").tokens("e\u0301" * 50_000)) == 1


def test_an_identifier_is_its_parts_or_one_word_as_asked() -> None:
    assert Analyzer("none").terms("read_csv_file __init__") == ["read", "csv", "file", "init"]
    assert Analyzer("none", identifiers="whole").terms("read_csv_file __init__") == ["read_csv_file", "__init__"]


def test_an_acronym_of_an_unspaced_script_ends_with_its_last_letter() -> None:
    assert [(t.start, t.end) for t in Analyzer("none").tokens("x 本.語 y")] == [(0, 1), (2, 5), (6, 7)]
