"""Terms are sorted by their bytes, whatever they hold, and found by their hashes."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from findry.index.build import _line
from findry.index.dictionary import dictionary, encoded, sorted_terms
from findry.index.strings import Strings
from findry.records import Document, Value

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


values = st.dictionaries(st.text(max_size=4), st.one_of(st.text(max_size=4), st.integers(), st.booleans()), max_size=2)


@given(
    st.text(st.characters(), min_size=1, max_size=5), st.dictionaries(st.text(max_size=4), st.text(max_size=9)), values
)
def test_a_stored_document_is_json(id: str, texts: dict[str, str], held: dict[str, Value]) -> None:
    line = _line(Document(id, texts, held))
    assert line == json.dumps([id, texts, held], ensure_ascii=False, separators=(",", ":"))
    assert json.loads(line) == [id, texts, held]
