from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from findry.errors import IdentityMismatch, InputError, MissingExtra, MissingResource
from findry.models import HashEncoder, HttpEncoder, OnnxEncoder, encoder, from_card

Tiny = Callable[..., Path]


def test_a_folder_opens_with_onnx(tiny: Tiny) -> None:
    folder = tiny("bert")
    for spec in (str(folder), f"onnx:{folder}"):
        assert isinstance(encoder(spec, threads=1), OnnxEncoder)


def test_one_text_opens_one_encoder_a_process(tiny: Tiny) -> None:
    folder = str(tiny("bert"))
    assert encoder(folder, threads=1) is encoder(folder, threads=1)
    assert encoder(folder, threads=1) is not encoder(folder, threads=2)


def test_prefixes_name_the_back_end() -> None:
    assert encoder("hash").dimension == 64
    assert encoder("hash:8").dimension == 8
    remote = encoder("http:https://example.test/v1#some-model", dimensions=4, query_prompt="q: ")
    assert isinstance(remote, HttpEncoder)
    assert repr(remote) == "HttpEncoder('https://example.test/v1', 'some-model')"
    assert repr(encoder("http://localhost:8000/v1#m")) == "HttpEncoder('http://localhost:8000/v1', 'm')"


def test_an_encoder_is_given_back_as_it_is() -> None:
    own = HashEncoder()
    assert encoder(own) is own
    with pytest.raises(InputError, match="dimension"):
        encoder(own, dimension=3)


@pytest.mark.parametrize("spec", ["hash:many", "http:https://example.test", "tourch:minilm", 7])
def test_what_names_no_encoder_is_refused(spec: str) -> None:
    with pytest.raises(InputError):
        encoder(spec)


def test_a_misspelt_prefix_or_option_is_answered_with_the_nearest(tiny: Tiny) -> None:
    with pytest.raises(InputError, match="did you mean 'torch'"):
        encoder("tourch:minilm")
    with pytest.raises(InputError, match="did you mean 'max_tokens'"):
        encoder(str(tiny("bert")), max_token=8)


def test_an_unknown_name_is_a_missing_resource(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(MissingResource, match="someone/absent"):
        encoder("someone/absent")


def test_the_torch_prefix_without_torch_names_the_extra(monkeypatch: pytest.MonkeyPatch, tiny: Tiny) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra, match=r"findry\[torch\]"):
        encoder(f"torch:{tiny('bert')}")


def test_a_card_brings_back_its_encoder(tiny: Tiny) -> None:
    folder = tiny("bert", pooling="cls", prompts={"query": "red "})
    made = OnnxEncoder(folder, max_tokens=9, document_prompt="far ", threads=1)
    again = from_card(json.loads(json.dumps(made.card)), "kb", threads=1)
    assert again.card == made.card
    np.testing.assert_array_equal(again.encode(["cat"], "document"), made.encode(["cat"], "document"))


def test_a_model_in_use_is_shared_by_those_who_open_its_card(tiny: Tiny) -> None:
    card = json.loads(json.dumps(OnnxEncoder(tiny()).card))
    first = from_card(card, "kb")
    assert from_card(card, "another kb") is first
    assert from_card(card, "kb", threads=1) is not first
    assert from_card(OnnxEncoder(tiny(seed=7)).card, "kb") is not first


def test_a_card_with_overruled_pooling_brings_it_back(tiny: Tiny) -> None:
    made = OnnxEncoder(tiny("bert"), pooling="max", normalise=False)
    assert encoder(made.card).card == made.card


def test_a_card_falls_back_on_the_folder_it_was_made_with(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    card = OnnxEncoder(tiny("bert")).card | {"model": "someone/renamed"}
    assert from_card(card, "kb").card["weights"] == card["weights"]


def test_changed_weights_under_the_same_name_are_refused(tiny: Tiny) -> None:
    folder, other = tiny("bert"), tiny("bert", seed=9)
    card = OnnxEncoder(folder).card
    shutil.copy(other / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(IdentityMismatch, match="weights: index has"):
        from_card(card, "kb")


def test_cards_of_the_other_kinds_come_back() -> None:
    for made in (HashEncoder(16), HttpEncoder("https://example.test", "m", dimensions=4, api_key_env="K")):
        again = from_card(json.loads(json.dumps(made.card)), "kb")
        assert again.card == made.card


def test_a_remote_card_may_be_opened_elsewhere() -> None:
    card = HttpEncoder("https://example.test", "m", dimensions=4).card
    assert "elsewhere" in repr(from_card(card, "kb", base_url="https://elsewhere.test"))


def test_a_card_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="hash, http or transformer"):
        from_card({"kind": "oracle"}, "kb")
