"""The compiled scanner of words against regular expressions and plain Python."""

from __future__ import annotations

import re
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.kernels.words import enlarge, place_terms, put_rows
from findry.text.analysis.numbering import WordNumbers

ASCII = "aAbsSUxZz059 ..''__-,\t\n\x00\x1c\x7f"
BEYOND = "é\u0301\u2019\u201c\u2014\u00a0日本。ー\u0e01\u0e34\ud800\U0001f600\U00020000"
LANGUAGES = ("english", "german", "french", "turkish")
texts = st.lists(st.text(alphabet=st.sampled_from(ASCII), max_size=30), max_size=5)
mixed = st.lists(st.text(alphabet=st.sampled_from(ASCII + BEYOND), max_size=30), max_size=5)


def spelled(text: str, language: str, underscore: bool) -> list[str]:
    """The ASCII words of an ASCII text, spelled as the scanner spells them."""
    letter = "[A-Za-z0-9_]" if underscore else "[A-Za-z0-9]"
    tails = "" if language == "french" else f"(?:'{letter}+)*"
    acronym = r"(?<![A-Za-z0-9.])[A-Za-z](?:\.[A-Za-z])+(?!\.[A-Za-z])(?![A-Za-z0-9])"
    words = []
    for word in re.findall(rf"{acronym}|{letter}+{tails}", text):
        kept = word.replace(".", "") if language == "turkish" else word.replace(".", "").lower()
        if language == "turkish":
            kept = kept.partition("'")[0]
        elif language == "english":
            kept = kept.removesuffix("'s")
        words.append(kept.replace("'", ""))
    return words


def chunks(text: str, language: str, underscore: bool) -> list[str]:
    """The words of any text: chunks that hold a character beyond ASCII as they are."""
    inner = "[A-Za-z0-9.'_]" if underscore else "[A-Za-z0-9.']"
    ended = "\u201c\u2014\u00a0。\ud800"
    words: list[str] = []
    for chunk in re.findall(rf"(?:{inner}|[^\x00-\x7f{ended}])+", text):
        words += spelled(chunk, language, underscore) if chunk.isascii() else [chunk]
    return words


def scanned(numbers: WordNumbers, batch: list[str], known: list[str], *, plain: bool) -> list[list[str]]:
    """The words of each text by the scanner; `known` grows by the new ones."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in batch]
    lengths = np.array([len(text) for text in encoded], np.int64)
    found = numbers.number(b"\n".join((b"", *encoded, b"")), lengths, plain)
    known += found.fresh.decode("utf-8", "surrogatepass").split("\n")[:-1]
    ends = np.cumsum(found.counts)
    return [[known[word] for word in part] for part in np.split(found.words, ends)[: len(batch)]]


@given(texts, texts, st.sampled_from(LANGUAGES), st.booleans())
def test_ascii_words_are_those_of_the_expressions(
    first: list[str], second: list[str], language: str, underscore: bool
) -> None:
    numbers, known = WordNumbers(language, underscore=underscore), list[str]()
    for batch in (first, second):
        expected = [spelled(text, language, underscore) for text in batch]
        assert scanned(numbers, batch, known, plain=True) == expected
        assert scanned(numbers, batch, known, plain=False) == expected
    assert known == list(dict.fromkeys(known))


@given(mixed, st.sampled_from(LANGUAGES), st.booleans())
def test_what_is_not_ascii_is_handed_over_as_it_stands(batch: list[str], language: str, underscore: bool) -> None:
    numbers, known = WordNumbers(language, underscore=underscore), list[str]()
    assert scanned(numbers, batch, known, plain=False) == [chunks(text, language, underscore) for text in batch]
    assert known == list(dict.fromkeys(known))


def test_more_words_than_the_table_holds_make_it_larger_within_a_text() -> None:
    numbers, known = WordNumbers("none", underscore=False), list[str]()
    words = [f"w{number}" for number in range(10_000)] + [f"{'x' * 50}{number}" for number in range(10_000)]
    batch = [" ".join(words[:7]), " ".join(words), "w3"]
    assert scanned(numbers, batch, known, plain=True) == [words[:7], words, ["w3"]]
    assert known == words


def test_words_of_one_key_are_told_apart_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, known = WordNumbers("none", underscore=False), list[str]()
    monkeypatch.setattr(numbers, "_factor", np.uint64(1))  # the key is then the exclusive or of the bytes
    words = ["".join(order) + "abcde" for order in permutations("fghij")] * 2
    assert scanned(numbers, [" ".join(words)], known, plain=True) == [words]


@pytest.mark.parametrize("length", [1, 7, 8, 9, 100_000])
def test_a_word_of_any_length_is_one_word(length: int) -> None:
    word = "a" * length
    for text in (word, f" {word} {word}a {word[1:]}b", f"{word}'{word}", f"\u2019{word}"):
        numbers, known = WordNumbers("none", underscore=False), list[str]()
        assert scanned(numbers, [text], known, plain=False) == [chunks(text, "none", False)]


def test_an_enlarged_table_holds_the_same_entries() -> None:
    factor, keys = np.uint64(0x9E3779B97F4A7C15), np.arange(1, 6, dtype=np.uint64) << np.uint64(40)
    small, large = np.zeros(16, np.uint64), np.zeros(64, np.uint64)
    small[:10:2], small[1:10:2] = keys, np.arange(5)
    enlarge(small, large, factor, np.uint64(59))
    entries = large.reshape(-1, 2)
    assert sorted(map(tuple, entries[entries[:, 0] > 0].tolist())) == [(int(key), n) for n, key in enumerate(keys)]


@given(st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=4))
def test_terms_stand_at_their_positions(batch: list[list[int]]) -> None:
    meaning: list[list[int]] = [[4], [-1], [0], [1, -1, 2], [], [-1, 3]]  # the terms of each word, -1 dropped
    terms = np.array([4, -1, 0, -2, -3, -4], np.int32)
    begins, pieces = np.array([0, 3, 3, 5], np.int64), np.array([1, -1, 2, -1, 3], np.int32)
    words = np.array([word for text in batch for word in text], np.int32)
    counts = np.array([len(text) for text in batch], np.int64)
    found, positions, lengths = place_terms(words, counts, terms, begins, pieces)
    spans = [[term for word in text for term in meaning[word]] for text in batch]
    expected = [(term, at) for span in spans for at, term in enumerate(span) if term >= 0]
    total = int(lengths.sum())
    assert list(zip(found[:total].tolist(), positions[:total].tolist(), strict=True)) == expected
    assert lengths.tolist() == [sum(term >= 0 for term in span) for span in spans]


def test_rows_are_put_at_their_places() -> None:
    out = np.zeros(5, np.int32)
    offsets = np.array([0, 2, 2, 3, 5], np.int64)
    put_rows(np.array([7, 8, 9], np.int32), np.array([1, 2, 3], np.int64), offsets, out)
    put_rows(np.array([5, 6], np.int32), np.array([0], np.int64), offsets, out)
    assert out.tolist() == [5, 6, 7, 8, 9]
