"""The analysis of many texts, compiled, gives what the regular expressions give."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from gzip import open as open_gzip
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.text import Analyzer, TokenBatch
from findry.text.analysis import bulk

ANALYZERS = [
    Analyzer(),
    Analyzer("none"),
    Analyzer("fr"),
    Analyzer("tr", stopwords=("ve", "istanbul")),
    Analyzer("de", fold_accents=False, bigrams=False, min_length=3),
    Analyzer("porter", identifiers="whole", min_length=2),
]
SOUP = "aAbBiIsStUu019 ..''__-,\t\n\r\x00\x01\x1c\x7f"
BEYOND = (
    "\u2019\u02bc\xad\u200d\u201c\u201d\u2013\xa0éÉ\u0301ßİ\u017fŉ½①ﬁйά\u0661日本語。ガ\uff9e한กำहि\ud800\U0001f600㈱"
)
words = st.sampled_from(["U.S.", "don't", "O'Neill's", "snake_case", "the", "os.path", "x" * 300, "l'avion", "KIŞ'ta"])
soup = st.text(alphabet=st.sampled_from(SOUP), max_size=40)
anything = st.one_of(
    st.lists(words, max_size=6).map(" ".join), soup, st.text(alphabet=st.sampled_from(SOUP + BEYOND), max_size=40),
    st.text(alphabet=st.characters(), max_size=30),
)  # fmt: skip
analyzers = st.sampled_from(ANALYZERS)


def assert_same(found: TokenBatch, expected: TokenBatch) -> None:
    assert found.vocabulary == expected.vocabulary
    for name in ("terms", "positions", "offsets"):
        array, reference = getattr(found, name), getattr(expected, name)
        assert array.dtype == reference.dtype, name
        assert np.array_equal(array, reference), name


def compiled(analyzer: Analyzer, texts: Sequence[str]) -> TokenBatch:
    analysis = analyzer.in_parts()
    analysis.take(texts)
    return analysis.finish()


@given(analyzers, st.lists(anything, max_size=6))
def test_the_compiled_analysis_gives_what_the_expressions_give(analyzer: Analyzer, texts: list[str]) -> None:
    assert_same(compiled(analyzer, texts), analyzer._by_patterns(texts))


@given(analyzers, anything)
def test_the_terms_of_one_text_are_those_of_its_tokens(analyzer: Analyzer, text: str) -> None:
    expected = [token.term for token in analyzer.tokens(text)]
    assert analyzer.terms(text) == expected
    assert analyzer.terms(text) == expected


def test_texts_of_many_blocks_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_BLOCK_CHARS", 60)
    texts = [f"Wörter {n} words {'of text ' * (n % 5)} U.S. {'naïve 日本語' * (n % 3 == 0)}" for n in range(40)]
    texts += ["", "plain " * 50, "\u2014"]
    for chosen in (texts, [text for text in texts if text.isascii()], ["é", *texts[:3]]):
        assert_same(compiled(Analyzer(), chosen), Analyzer()._by_patterns(chosen))


def test_many_texts_are_analysed_by_the_compiled_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analyzer, "_by_patterns", None)
    batch = Analyzer().analyze(["The runners' U.S. visas"] * 4000)
    assert batch.vocabulary == ["runner", "us", "visa"]
    assert batch.positions[:6].tolist() == [1, 2, 3, 1, 2, 3]


def test_threads_that_share_an_analyzer_get_the_same_terms() -> None:
    texts = [" ".join(f"w{(n * m) % 997}ing" for m in range(1, 30)) for n in range(300)]
    expected = [Analyzer("en")._by_patterns([text]).text_terms(0) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(Analyzer("en").terms, texts)) == expected
        for batch in pool.map(lambda _: compiled(Analyzer("en"), texts), range(4)):
            assert [batch.text_terms(row) for row in range(len(texts))] == expected


@pytest.mark.data
@pytest.mark.parametrize("name", ["cranfield", "cosqa", "scifact", "miracl-yo", "xquad", "cmrc2018"])
def test_real_texts_give_what_the_expressions_give(name: str, shared_data: Callable[[str], Path]) -> None:
    texts: list[str] = []
    for path in sorted(shared_data(name).rglob("corpus*.jsonl.gz")):
        with open_gzip(path, "rt", encoding="utf-8") as lines:
            texts += [" ".join(map(str, json.loads(line).values())) for line in islice(lines, 30)]
    assert texts
    for analyzer in (Analyzer(), Analyzer("fr", identifiers="whole")):
        assert_same(compiled(analyzer, texts), analyzer._by_patterns(texts))
