from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from findry.datasets import Dataset, dataset
from findry.errors import InputError, MissingExtra, MissingResource
from findry.formats import Problems, beir
from findry.records import Corpus, Document, Qrels, Queries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "ants"
    beir.write_corpus(Corpus.of([Document("d1", {"text": "x"}), Document("d2", {"text": "y"})]), root)
    beir.write_queries(Queries.of({"q3": "three", "q1": "one", "q2": "two"}), root)
    beir.write_qrels(Qrels.from_dict({"q1": {"d1": 1}, "q3": {"d2": 1}}), root, "test")
    beir.write_qrels(Qrels.from_dict({"q2": {"d2": 1}}), root, "dev", compress=True)
    return root


def test_a_split_gives_its_judged_queries_in_the_order_of_the_file(folder: Path) -> None:
    ants = dataset(folder)
    assert (ants.name, list(ants.qrels), len(ants.queries)) == ("ants", ["dev", "test"], 3)
    queries, qrels = ants.split("test")
    assert (queries.ids, queries.texts, queries.space.name) == (["q3", "q1"], ("three", "one"), "test")
    assert qrels.to_dict() == {"q1": {"d1": 1}, "q3": {"d2": 1}}
    assert ants.split("dev")[0].ids == ["q2"]
    assert repr(ants) == "Dataset('ants': 3 queries, judged: dev 1, test 2)"


def test_an_unknown_split_names_the_nearest(folder: Path) -> None:
    with pytest.raises(MissingResource, match="did you mean 'dev'"):
        dataset(folder).split("dve")


def test_a_judged_query_without_text_is_refused() -> None:
    broken = Dataset("x", Corpus.of([]), Queries.of({}), {"test": Qrels.from_dict({"q9": {"d": 1}})})
    with pytest.raises(InputError, match="q9"):
        broken.split()


def test_an_unknown_name_names_the_nearest(folder: Path) -> None:
    with pytest.raises(MissingResource, match="did you mean 'python-docs'"):
        dataset("python-doc")
    with pytest.raises(MissingResource, match="did you mean 'ants'"):
        dataset(folder.parent / "atns")
    with pytest.raises(InputError, match="data sets inside it: ants"):
        dataset(folder.parent)


def test_an_id_of_ir_datasets_needs_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "ir_datasets", None)
    with pytest.raises(MissingExtra, match=r"findry\[datasets\]"):
        dataset("beir/scifact/test")


def test_the_built_in_collection_judges_only_what_this_python_has() -> None:
    problems = Problems()
    docs = dataset("python-docs", problems=problems)
    documents = {document.id: document for document in docs.corpus}
    assert documents["textwrap.dedent"].values == {"kind": "function", "module": "textwrap"}
    assert len(documents) == docs.corpus.size
    for part in ("dev", "test"):
        queries, qrels = docs.split(part)
        assert len(queries) == len(qrels) > 0
        assert {item for _, item, _ in qrels.triples()} <= set(documents)


def test_a_collection_of_ir_datasets_has_one_split_called_as_its_last_part(monkeypatch: pytest.MonkeyPatch) -> None:
    class Row(SimpleNamespace):
        def _asdict(self) -> dict[str, Any]:
            return vars(self)

    fake = SimpleNamespace(
        docs_iter=lambda: iter([Row(doc_id="d", text="x")]),
        queries_iter=lambda: iter([Row(query_id="q", text="ask")]),
        qrels_iter=lambda: iter([Row(query_id="q", doc_id="d", relevance=1)]),
    )
    monkeypatch.setattr("findry.formats.irds.load", lambda _: fake)
    found = dataset("sets/ants/test")
    assert (found.name, list(found.qrels)) == ("sets/ants/test", ["test"])
    assert found.split("test")[1].to_dict() == {"q": {"d": 1}}
    assert [document.id for document in found.corpus] == ["d"]

    def offline() -> None:
        raise ConnectionError("no network")

    fake.queries_iter = offline
    with pytest.raises(MissingResource, match="could not fetch"):
        dataset("sets/ants/test")


@pytest.mark.data
def test_every_split_of_the_real_collections_opens(shared_data: Callable[[str], Path]) -> None:
    for name in ("adi", "scifact", "cranfield", "pubmedqa"):
        found = dataset(shared_data(name))
        for split in found.qrels:
            queries, qrels = found.split(split)
            assert len(queries) == len(qrels) > 0
