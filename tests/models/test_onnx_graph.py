from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from findry.errors import CapabilityError, FormatError
from findry.models.bert_family import read_architecture
from findry.models.onnx_session import VectorSession, open_session
from findry.models.sentence_folder import read_sentence_folder

TYPES = ["bert", "roberta", "xlm-roberta", "distilbert", "mpnet"]
Tiny = Callable[..., Path]
Reference = Callable[..., np.ndarray]
ConfigOf = Callable[[str], dict[str, object]]


def opened(folder: Path) -> VectorSession:
    return open_session(read_sentence_folder(folder), threads=1)


def id_rows(count: int, length: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(4, 20, (count, length)).astype(np.int64)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
@pytest.mark.parametrize("model_type", TYPES)
def test_the_graph_agrees_with_a_plain_forward_pass(
    tiny: Tiny, model_type: str, pooling: str, reference: Reference
) -> None:
    folder = tiny(model_type, pooling=pooling)
    for length in (2, 5, 30):
        ids = id_rows(3, length)
        expected = reference(folder, ids.tolist(), pooling)
        np.testing.assert_allclose(opened(folder)(ids, np.ones_like(ids)), expected, atol=2e-6)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
@pytest.mark.parametrize("model_type", TYPES)
def test_a_padding_token_changes_nothing(tiny: Tiny, model_type: str, pooling: str) -> None:
    folder = tiny(model_type, pooling=pooling)
    run, ids = opened(folder), id_rows(4, 7)
    pad = 1 if model_type in {"roberta", "xlm-roberta", "mpnet"} else 0
    wide = np.pad(ids, [(0, 0), (0, 9)], constant_values=pad)
    mask = np.pad(np.ones_like(ids), [(0, 0), (0, 9)])
    np.testing.assert_allclose(run(wide, mask), run(ids, np.ones_like(ids)), atol=1e-6)


def test_vectors_keep_their_length_where_the_folder_does_not_normalise(tiny: Tiny) -> None:
    plain, unit = tiny("bert", normalise=False), tiny("bert")
    ids = id_rows(2, 6)
    long, short = opened(plain)(ids, np.ones_like(ids)), opened(unit)(ids, np.ones_like(ids))
    assert not np.allclose(np.linalg.norm(long, axis=1), 1)
    np.testing.assert_allclose(long / np.linalg.norm(long, axis=1, keepdims=True), short, atol=1e-6)


@pytest.mark.parametrize("activation", ["relu", "gelu_new"])
def test_other_activations_give_other_vectors(tiny: Tiny, activation: str) -> None:
    ids = id_rows(1, 6)
    exact, other = opened(tiny("bert")), opened(tiny("bert", config={"hidden_act": activation}))
    assert not np.allclose(exact(ids, np.ones_like(ids)), other(ids, np.ones_like(ids)), atol=1e-7)


def test_a_head_prefix_and_old_norm_names_are_read_through(tiny: Tiny) -> None:
    folder = tiny("bert")
    ids = id_rows(2, 5)
    before = opened(folder)(ids, np.ones_like(ids))
    renamed = {}
    for name, array in load_file(folder / "model.safetensors").items():
        old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        renamed["bert." + old] = array
    save_file(renamed, folder / "model.safetensors")
    np.testing.assert_array_equal(opened(folder)(ids, np.ones_like(ids)), before)


def test_half_precision_weights_are_widened(tiny: Tiny, reference: Reference) -> None:
    folder = tiny("bert")
    ids = id_rows(2, 5)
    half = {name: array.astype(np.float16) for name, array in load_file(folder / "model.safetensors").items()}
    save_file(half, folder / "model.safetensors")
    expected = reference(folder, ids.tolist())
    np.testing.assert_allclose(opened(folder)(ids, np.ones_like(ids)), expected, atol=2e-6)


def test_integer_weights_are_refused(tiny: Tiny) -> None:
    folder = tiny("bert")
    stored = load_file(folder / "model.safetensors")
    name = "embeddings.LayerNorm.bias"
    save_file(stored | {name: stored[name].astype(np.int8)}, folder / "model.safetensors")
    with pytest.raises(CapabilityError, match="floating-point"):
        opened(folder)


def test_a_weight_file_without_a_tensor_is_named(tiny: Tiny) -> None:
    folder = tiny("bert")
    stored = load_file(folder / "model.safetensors")
    del stored["encoder.layer.1.output.dense.bias"]
    save_file(stored, folder / "model.safetensors")
    with pytest.raises(FormatError, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        opened(folder)


@pytest.mark.parametrize(
    "changed",
    [
        {"model_type": "qwen3"},
        {"hidden_act": "silu"},
        {"position_embedding_type": "relative_key"},
        {"is_decoder": True},
    ],
)
def test_what_is_not_built_is_refused_with_the_torch_extra(changed: dict[str, object], config_of: ConfigOf) -> None:
    with pytest.raises(CapabilityError, match=r"findry\[torch\]"):
        read_architecture(config_of("bert") | changed, "here")


def test_a_config_without_a_size_is_refused(config_of: ConfigOf) -> None:
    config = config_of("bert")
    del config["hidden_size"]
    with pytest.raises(CapabilityError, match="hidden_size"):
        read_architecture(config, "here")


@pytest.mark.parametrize(("model_type", "longest"), [("bert", 40), ("distilbert", 40), ("roberta", 40), ("mpnet", 40)])
def test_positions_that_padding_takes_are_not_counted(model_type: str, longest: int, config_of: ConfigOf) -> None:
    assert read_architecture(config_of(model_type), "here").longest == longest


def test_a_folder_with_pickled_weights_only_is_refused(tiny: Tiny) -> None:
    folder = tiny("bert")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CapabilityError, match=r"pytorch_model\.bin"):
        opened(folder)


def test_a_model_beyond_the_limit_is_refused(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findry.models.onnx_session._LARGEST_BYTES", 1000)
    with pytest.raises(CapabilityError, match="too large"):
        opened(tiny("bert"))


def test_a_damaged_graph_in_the_cache_is_built_again(tiny: Tiny, cache: Path) -> None:
    folder = tiny("bert")
    ids = id_rows(2, 5)
    before = opened(folder)(ids, np.ones_like(ids))
    (stored,) = (cache / "graphs").iterdir()
    whole = stored.read_bytes()
    stored.write_bytes(whole[:-7] + b"damaged")
    np.testing.assert_array_equal(opened(folder)(ids, np.ones_like(ids)), before)
    assert stored.read_bytes() == whole


def test_the_cached_graph_holds_no_weights_and_serves_other_weights(
    tiny: Tiny, cache: Path, reference: Reference
) -> None:
    ids = id_rows(2, 5)
    first, second = tiny("bert", seed=1), tiny("bert", seed=2)
    one, two = (opened(folder)(ids, np.ones_like(ids)) for folder in (first, second))
    assert len(list((cache / "graphs").iterdir())) == 1
    np.testing.assert_allclose(two, reference(second, ids.tolist()), atol=2e-6)
    assert not np.allclose(one, two, atol=1e-3)


def test_another_epsilon_is_another_graph(tiny: Tiny, cache: Path) -> None:
    for epsilon in (1e-5, 1e-2):
        opened(tiny("bert", config={"layer_norm_eps": epsilon}))
    assert len(list((cache / "graphs").iterdir())) == 2


def test_the_config_is_read_as_json(tiny: Tiny, config_of: ConfigOf) -> None:
    folder = tiny("bert")
    (folder / "config.json").write_text(json.dumps(config_of("bert"))[:-1])
    with pytest.raises(FormatError, match=r"config\.json"):
        read_sentence_folder(folder)
