from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from findry.errors import CapabilityError, InputError, MissingResource
from findry.models.sentence_folder import read_sentence_folder

Tiny = Callable[..., Path]


def set_pooling(folder: Path, config: dict[str, Any]) -> Path:
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))
    return folder


def set_modules(folder: Path, *kinds: str) -> Path:
    modules = [{"idx": i, "path": "", "type": f"sentence_transformers.models.{kind}"} for i, kind in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(modules))
    return folder


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_pooling_is_read_in_both_spellings(tiny: Tiny, pooling: str) -> None:
    folder = tiny("bert", pooling=pooling)
    assert read_sentence_folder(folder).pooling == pooling
    assert read_sentence_folder(set_pooling(folder, {"pooling_mode": pooling})).pooling == pooling


@pytest.mark.parametrize(
    "config",
    [
        {"pooling_mode": "lasttoken"},
        {"pooling_mode_weightedmean_tokens": True},
        {"pooling_mode_mean_sqrt_len_tokens": True},
        {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True},
        {"pooling_mode": ["mean", "max"]},
        {"pooling_mode": "mean", "include_prompt": False},
    ],
)
def test_other_poolings_are_refused(tiny: Tiny, config: dict[str, Any]) -> None:
    with pytest.raises(CapabilityError, match="pooling"):
        read_sentence_folder(set_pooling(tiny("bert"), config))


def test_a_normalising_module_is_seen(tiny: Tiny) -> None:
    assert read_sentence_folder(tiny("bert")).normalise
    assert not read_sentence_folder(tiny("bert", normalise=False)).normalise


@pytest.mark.parametrize("kinds", [("Transformer", "Pooling", "Dense", "Normalize"), ("StaticEmbedding",)])
def test_other_modules_are_refused(tiny: Tiny, kinds: tuple[str, ...]) -> None:
    with pytest.raises(CapabilityError, match=kinds[-1]):
        read_sentence_folder(set_modules(tiny("bert"), *kinds))


def test_shortened_vectors_are_refused(tiny: Tiny) -> None:
    folder = tiny("bert")
    (folder / "config_sentence_transformers.json").write_text('{"truncate_dim": 8}')
    with pytest.raises(CapabilityError, match="truncate_dim 8"):
        read_sentence_folder(folder)


def test_a_bare_transformer_needs_its_pooling_said(tiny: Tiny) -> None:
    folder = tiny("bert")
    (folder / "modules.json").unlink()
    with pytest.raises(CapabilityError, match="pooling="):
        read_sentence_folder(folder)
    read = read_sentence_folder(folder, pooling="cls", normalise=True)
    assert (read.pooling, read.normalise) == ("cls", True)


def test_a_pooling_that_is_none_is_refused(tiny: Tiny) -> None:
    with pytest.raises(InputError, match="no such pooling"):
        read_sentence_folder(tiny("bert"), pooling="mean+max")


def test_the_transformer_may_stand_in_its_own_folder(tiny: Tiny) -> None:
    folder = tiny("bert")
    inner = folder / "0_Transformer"
    inner.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json", "sentence_bert_config.json"):
        (folder / name).rename(inner / name)
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["path"] = "0_Transformer"
    (folder / "modules.json").write_text(json.dumps(modules))
    read = read_sentence_folder(folder)
    assert (read.transformer, read.max_tokens) == (inner, 16)


@pytest.mark.parametrize(
    ("prompts", "query", "document"),
    [
        (None, "", ""),
        ({"query": "q: "}, "q: ", ""),
        ({"query": "q: ", "passage": "p: "}, "q: ", "p: "),
        ({"document": "d: ", "corpus": "c: "}, "", "d: "),
        ({"classification": "x: "}, "", ""),
    ],
)
def test_prompts_come_from_the_folder_and_are_not_guessed(
    tiny: Tiny, prompts: dict[str, str] | None, query: str, document: str
) -> None:
    read = read_sentence_folder(tiny("bert", prompts=prompts))
    assert (read.query_prompt, read.document_prompt) == (query, document)


def test_a_folder_without_a_config_is_a_missing_resource(tiny: Tiny) -> None:
    folder = tiny("bert")
    (folder / "config.json").unlink()
    with pytest.raises(MissingResource, match=r"config\.json"):
        read_sentence_folder(folder)
