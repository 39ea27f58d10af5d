"""Terms are sorted by their bytes, whatever they hold, and found by their hashes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from findry.index.dictionary import dictionary, encoded, joined_terms, sorted_terms
from findry.index.strings import Strings

terms = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=12),
        st.text("ab", max_size=12),
        st.sampled_from(
            ["prefixes", "prefixes1", "prefixes\0", "prefixes\0\0", "", "\0", "\n", "\ud800", "\U0010ffff"]
        ),
    ),
    unique=True,
    max_size=40,
)


@given(terms)
@example([])
@example(["a\nb", "a"])
def test_terms_are_encoded_one_by_one(words: list[str]) -> None:
    assert encoded(words) == [word.encode("utf-8", "surrogatepass") for word in words]


@given(terms)
@example([])
def test_the_order_is_that_of_the_bytes(words: list[str]) -> None:
    raw = encoded(words)
    order, found = sorted_terms(dictionary(raw))
    strings = Strings(found.offsets, found.data)
    assert [raw[place] for place in order.tolist()] == sorted(raw)
    assert [strings.raw(number) for number in range(len(strings))] == sorted(raw)
    assert np.array_equal(found.hashes, np.array([xxh3_64_intdigest(word) for word in sorted(raw)], np.uint64))


@pytest.mark.parametrize("bits", [64, 2, 0])
@given(parts=st.lists(st.tuples(terms, st.sets(st.integers(0, 39))), max_size=4))
def test_dictionaries_are_joined_by_the_bytes_of_their_terms(
    bits: int, parts: list[tuple[list[str], set[int]]]
) -> None:
    """Whatever the hashes: with two bits of them most are the same, with none all are."""
    mask = np.uint64((1 << bits) - 1)
    given, kept = [], []
    for words, wanted in parts:
        _, found = sorted_terms(dictionary(encoded(words)))
        used = np.array(sorted(number for number in wanted if number < len(words)), np.int64)
        hashes = found.hashes & mask
        order = np.argsort(hashes, kind="stable")
        given.append((hashes[order], order.astype(np.int32), found.offsets, found.data, used))
        kept.append([sorted(encoded(words))[number] for number in used.tolist()])
    joined, places = joined_terms(given)
    strings = Strings(joined.offsets, joined.data)
    distinct = sorted(set().union(*kept))
    assert [strings.raw(number) for number in range(len(strings))] == distinct
    assert [[distinct[place] for place in of_it.tolist()] for of_it in places] == kept
