"""Tiny random model folders, a plain NumPy forward pass, and a cache folder of the tests' own."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tokenizers
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

WORDS = [*"aubdo", "the", "cat", "sat", "on", "mat", "dog", "ran", "far", "away", "red", "blue", "##s"]
Array = NDArray[np.float64]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("FINDRY_CACHE", str(folder))
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a model folder of one type with random weights."""

    def write(model_type: str = "bert", **options: Any) -> Path:
        folder = tmp_path / f"{model_type}-{len(list(tmp_path.iterdir()))}"
        write_folder(folder, model_type, **options)
        return folder

    return write


@pytest.fixture
def config_of() -> Callable[[str], dict[str, Any]]:
    """The config.json of a tiny model by type."""
    return tiny_config


@pytest.fixture
def reference() -> Callable[..., Array]:
    """The plain forward pass: (folder, id rows, pooling) to unit vectors."""
    return reference_vectors


def write_folder(
    folder: Path,
    model_type: str,
    *,
    pooling: str = "mean",
    normalise: bool = True,
    prompts: dict[str, str] | None = None,
    max_seq_length: int | None = 16,
    seed: int = 0,
    config: dict[str, Any] | None = None,
) -> None:
    folder.mkdir(parents=True)
    write_tokenizer(folder, roberta=model_type in {"roberta", "xlm-roberta", "mpnet"})
    stated = tiny_config(model_type) | (config or {})
    dump(folder / "config.json", stated)
    save_file(random_weights(stated, seed), folder / "model.safetensors", {"format": "pt"})
    kinds = ["Transformer", "Pooling", *(["Normalize"] if normalise else [])]
    paths = ["", "1_Pooling", "2_Normalize"]
    modules = [
        {"idx": i, "name": str(i), "path": paths[i], "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    dump(folder / "modules.json", modules)
    (folder / "1_Pooling").mkdir()
    dump(folder / "1_Pooling" / "config.json", pooling_config(pooling))
    if max_seq_length is not None:
        dump(folder / "sentence_bert_config.json", {"max_seq_length": max_seq_length, "do_lower_case": False})
    if prompts is not None:
        dump(folder / "config_sentence_transformers.json", {"prompts": prompts})


def dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def pooling_config(pooling: str, width: int = 24) -> dict[str, Any]:
    keys = {"cls": "pooling_mode_cls_token", "max": "pooling_mode_max_tokens", "mean": "pooling_mode_mean_tokens"}
    return {"word_embedding_dimension": width} | {key: name == pooling for name, key in keys.items()}


def write_tokenizer(folder: Path, *, roberta: bool) -> None:
    special = ["<s>", "<pad>", "</s>", "<unk>"] if roberta else ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    first, pad, last, unknown = special if roberta else (special[2], special[0], special[3], special[1])
    vocabulary = {word: number for number, word in enumerate([*special, *WORDS])}
    built = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token=unknown))
    built.normalizer = tokenizers.normalizers.BertNormalizer()
    built.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    built.post_processor = tokenizers.processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, vocabulary[first]), (last, vocabulary[last])]
    )
    built.add_special_tokens(special)
    built.enable_truncation(5)
    built.enable_padding(length=9, pad_id=vocabulary[pad], pad_token=pad)
    built.save(str(folder / "tokenizer.json"))
    named = {"pad_token": pad, "unk_token": unknown, "cls_token": first, "sep_token": last, "model_max_length": 20}
    dump(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"} | named)


def tiny_config(model_type: str) -> dict[str, Any]:
    roberta = model_type in {"roberta", "xlm-roberta", "mpnet"}
    shared = {"model_type": model_type, "vocab_size": 4 + len(WORDS), "pad_token_id": 1 if roberta else 0}
    if model_type == "distilbert":
        sizes = {"dim": 24, "n_layers": 2, "n_heads": 3, "hidden_dim": 40}
        return shared | sizes | {"activation": "gelu", "max_position_embeddings": 40, "sinusoidal_pos_embds": False}
    sizes = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 40}
    rest = {"hidden_act": "gelu", "layer_norm_eps": 1e-5, "max_position_embeddings": 42 if roberta else 40}
    types = {"type_vocab_size": 1 if roberta else 2}
    return shared | sizes | rest | types | ({"relative_attention_num_buckets": 32} if model_type == "mpnet" else {})


def layer_names(model_type: str, layer: int) -> list[str]:
    """Query, key, value, attention output, its norm, wide, narrow, last norm."""
    if model_type == "distilbert":
        base = f"transformer.layer.{layer}."
        ends = ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm"]
        return [base + end for end in [*ends, "ffn.lin1", "ffn.lin2", "output_layer_norm"]]
    base = f"encoder.layer.{layer}."
    ends = [f"attention.self.{name}" for name in ("query", "key", "value")]
    ends += ["attention.output.dense", "attention.output.LayerNorm"]
    if model_type == "mpnet":
        ends = [f"attention.attn.{name}" for name in "qkvo"] + ["attention.LayerNorm"]
    return [base + end for end in [*ends, "intermediate.dense", "output.dense", "output.LayerNorm"]]


def random_weights(config: dict[str, Any], seed: int) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    kind, width = config["model_type"], config.get("dim", config.get("hidden_size"))
    wide = config.get("hidden_dim", config.get("intermediate_size"))
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], width),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    if kind not in {"distilbert", "mpnet"}:
        shapes["embeddings.token_type_embeddings.weight"] = (config["type_vocab_size"], width)
    if kind == "mpnet":
        shapes["encoder.relative_attention_bias.weight"] = (32, config["num_attention_heads"])
    for layer in range(config.get("n_layers", config.get("num_hidden_layers"))):
        *dense, up, down, last = layer_names(kind, layer)
        sizes = dict.fromkeys(dense[:4], (width, width)) | {dense[4]: (width,), last: (width,)}
        for name, size in (sizes | {up: (wide, width), down: (width, wide)}).items():
            shapes |= {name + ".weight": size, name + ".bias": size[:1]}
    made = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    return {name: array + (array.ndim == 1 and name.endswith("weight")) for name, array in made.items()}


def reference_vectors(folder: Path, rows: list[list[int]], pooling: str = "mean") -> Array:
    """Unit vectors of id rows, one row at a time in float64: no batch, no padding, no mask."""
    config = json.loads((folder / "config.json").read_text())
    stored = load_file(folder / "model.safetensors")
    weights = {name: array.astype(np.float64) for name, array in stored.items()}
    return np.stack([_forward(config, weights, np.array(row), pooling) for row in rows])


def _forward(config: dict[str, Any], w: dict[str, Array], ids: NDArray[np.int64], pooling: str) -> Array:
    kind, heads = config["model_type"], config.get("n_heads", config.get("num_attention_heads"))
    epsilon = config.get("layer_norm_eps", 1e-12)

    def norm(x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        return (
            centred / np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon) * w[name + ".weight"] + w[name + ".bias"]
        )

    def dense(x: Array, name: str) -> Array:
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    first = 2 if kind in {"roberta", "xlm-roberta", "mpnet"} else 0
    x = w["embeddings.word_embeddings.weight"][ids]
    x = x + w["embeddings.position_embeddings.weight"][first : first + len(ids)]
    if "embeddings.token_type_embeddings.weight" in w:
        x = x + w["embeddings.token_type_embeddings.weight"][0]
    x = norm(x, "embeddings.LayerNorm")
    bias = np.zeros((heads, len(ids), len(ids)))
    if kind == "mpnet":
        table = w["encoder.relative_attention_bias.weight"]
        for i in range(len(ids)):
            for j in range(len(ids)):
                bias[:, i, j] = table[_bucket(j - i)]
    for layer in range(config.get("n_layers", config.get("num_hidden_layers"))):
        q, k, v, out, out_norm, up, down, last = layer_names(kind, layer)
        parts = [dense(x, name).reshape(len(ids), heads, -1).swapaxes(0, 1) for name in (q, k, v)]
        scores = parts[0] @ parts[1].swapaxes(1, 2) / math.sqrt(parts[0].shape[-1]) + bias
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (shares / shares.sum(-1, keepdims=True)) @ parts[2]
        x = norm(x + dense(mixed.swapaxes(0, 1).reshape(x.shape), out), out_norm)
        x = norm(x + dense(_gelu(dense(x, up)), down), last)
    pooled = {"mean": x.mean(0), "cls": x[0], "max": x.max(0)}[pooling]
    return pooled / np.sqrt(pooled @ pooled)


def _gelu(x: Array) -> Array:
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def _bucket(distance: int) -> int:
    size, half = abs(distance), 16 if distance > 0 else 0
    if size < 8:
        return half + size
    return half + min(15, 8 + int(math.log(size / 8) / math.log(16) * 8 + 1e-9))
