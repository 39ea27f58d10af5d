from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from findry.models.batching import equal_length_batches

LENGTHS = st.lists(st.integers(1, 20), max_size=60)


@given(LENGTHS, st.integers(1, 50))
def test_every_text_goes_once(lengths: list[int], budget: int) -> None:
    rows = [row for batch in equal_length_batches(lengths, budget) for row in batch.tolist()]
    assert sorted(rows) == list(range(len(lengths)))


@given(LENGTHS, st.integers(1, 50))
def test_a_batch_has_one_length_and_keeps_the_budget(lengths: list[int], budget: int) -> None:
    for batch in equal_length_batches(lengths, budget):
        sizes = np.asarray(lengths)[batch]
        assert len(set(sizes)) == 1
        assert len(batch) == 1 or sizes.sum() <= budget
