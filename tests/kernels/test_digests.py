"""Tie keys by compiled code are those of hashlib, for any ids."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry import records
from findry.index import keys
from findry.index.strings import pack
from findry.kernels.digests import LANES, LONGEST, blake2b_8


def test_every_length_of_one_block_in_every_lane_has_its_digest() -> None:
    random = np.random.default_rng(5)
    for turn in range(LANES):
        texts = [random.bytes(length) for length in range(turn, LONGEST + 1)]
        found = blake2b_8(*pack(texts))
        assert found.tolist() == [int.from_bytes(blake2b(t, digest_size=8).digest(), "little") for t in texts]


@given(st.lists(st.text(max_size=200), max_size=40))
def test_keys_of_any_ids_are_those_of_each_alone(ids: list[str]) -> None:
    assert keys.packed_keys(ids, *pack(ids)).tolist() == [records.tie_key(id) for id in ids]


@pytest.mark.parametrize("n", [0, 1, keys.FEW - 1, keys.FEW, 1000])
@pytest.mark.parametrize("compiled", [False, True])
def test_keys_do_not_depend_on_how_they_are_computed(n: int, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "loaded", lambda: compiled)
    ids = [f"id {number} {'é' * (number % 90)}" for number in range(n)]
    assert keys.tie_keys(ids).tolist() == records.tie_keys(ids).tolist()
