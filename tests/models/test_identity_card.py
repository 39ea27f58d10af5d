from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import IdentityMismatch
from findry.models import card_hash, require_same_card
from findry.models.card import differences, identity, make_card

KEYS = st.sampled_from(["model", "weights", "pooling", "max_tokens", "made_with"])
CARDS = st.dictionaries(KEYS, st.sampled_from(["a", "b", ""]), max_size=5)


@given(CARDS, CARDS)
def test_hashes_are_equal_exactly_when_nothing_differs(one: dict[str, str], other: dict[str, str]) -> None:
    assert (card_hash(one) == card_hash(other)) == (not differences(one, other))


@given(CARDS)
def test_what_an_encoder_was_made_with_is_not_compared(card: dict[str, str]) -> None:
    require_same_card(card, card | {"made_with": "elsewhere"}, "kb")


def test_every_difference_is_spelled_out_with_the_next_step() -> None:
    stored = make_card(kind="transformer", model="a", weights="1", dimension=4, normalise=True, pooling="mean")
    offered = make_card(
        kind="transformer", model="b", weights="2", dimension=4, normalise=True, pooling="cls", query_prompt="q: "
    )
    with pytest.raises(IdentityMismatch) as caught:
        require_same_card(stored, offered, "kb.findry")
    message = str(caught.value)
    assert "pooling: index has 'mean', this encoder has 'cls'" in message
    assert "query_prompt: index has '', this encoder has 'q: '" in message
    assert "weights: index has '1', this encoder has '2'" in message
    assert "where: kb.findry" in message
    assert "from_card" in message
    assert "dimension" not in message


def test_a_name_counts_only_where_there_is_no_digest() -> None:
    assert differences({"model": "a", "weights": "1"}, {"model": "b", "weights": "1"}) == []
    assert differences({"model": "a"}, {"model": "b"}) == ["model: index has 'a', this encoder has 'b'"]


def test_a_key_that_one_side_lacks_differs() -> None:
    assert differences({}, {"pooling": "cls"}) == ["pooling: index has none, this encoder has 'cls'"]


def test_unknown_values_are_left_out_of_a_card() -> None:
    card = make_card(kind="http", model="m", dimension=3, normalise=False)
    assert "weights" not in card
    assert list(identity(card)) == sorted(card)
