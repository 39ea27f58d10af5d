from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError
from findry.models import Encoder, HashEncoder


def test_it_keeps_the_port() -> None:
    assert isinstance(HashEncoder(), Encoder)
    assert HashEncoder().dimension == 64
    assert HashEncoder(8).encode([], "query").shape == (0, 8)


def test_the_vectors_are_those_of_every_machine() -> None:
    signs = HashEncoder(dimension=8).encode(["cat", "Dog", "?"], "query") > 0
    firsts = [0x06, 0xCC, 0x78]  # first byte of `printf WORD | b2sum` for cat, dog and the empty word
    assert np.packbits(signs).tolist() == firsts


@given(st.lists(st.text(max_size=40), max_size=8), st.integers(1, 700))
def test_every_row_has_unit_length_and_stands_alone(texts: list[str], dimension: int) -> None:
    encoder = HashEncoder(dimension)
    vectors = encoder.encode(texts, "document")
    assert vectors.shape == (len(texts), dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for row, text in enumerate(texts):
        np.testing.assert_array_equal(encoder.encode([text], "query")[0], vectors[row])


def test_shared_words_bring_texts_together() -> None:
    query, near, far = HashEncoder(512).encode(["red fox runs", "the red fox", "green tea leaves"], "document")
    assert query @ near > 0.5 > query @ far


def test_words_are_counted_and_placed() -> None:
    encoder = HashEncoder()
    assert encoder.count_tokens(["", "a b-c", "\u65e5\u672c \u8a9e"], "query") == [0, 3, 2]
    assert encoder.token_spans(" ab, c") == [(1, 3), (5, 6)]


def test_a_dimension_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="at least 1"):
        HashEncoder(0)
