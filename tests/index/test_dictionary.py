"""Terms are sorted by their bytes, whatever they hold, and found by their hashes."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from findry.index.dictionary import dictionary, encoded, sorted_terms
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
