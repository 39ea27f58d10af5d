from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from findry.errors import InputError, MissingExtra, MissingResource
from findry.formats import FieldMap, read_source
from findry.formats.irds import corpus_of, qrels_of, queries_of
from findry.formats.lines import writing
from findry.records import Document

ROW = {"id": "a", "text": "x", "n": 1}
EXPECTED = Document("a", {"text": "x"}, {"n": 1})


class Doc(NamedTuple):
    doc_id: str
    title: str
    text: str
    year: int


class Odd(NamedTuple):
    doc_id: str
    parts: tuple[str, ...]

    def default_text(self) -> str:
        return " ".join(self.parts)


class Query(NamedTuple):
    query_id: str
    text: str


class Topic(NamedTuple):
    query_id: str
    title: str
    description: str


class Judgment(NamedTuple):
    query_id: str
    doc_id: str
    relevance: int
    iteration: str


class Fake:
    """An object of the shape of ir_datasets."""

    def __init__(self, docs: list[object], queries: list[object], qrels: list[object]) -> None:
        self._parts = docs, queries, qrels

    def docs_iter(self) -> Iterator[object]:
        return iter(self._parts[0])

    def queries_iter(self) -> Iterator[object]:
        return iter(self._parts[1])

    def qrels_iter(self) -> Iterator[object]:
        return iter(self._parts[2])


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.ndjson", "a.json", "a.csv", "a.csv.gz", "a.tsv"])
def test_a_file_is_read_by_its_extension(tmp_path: Path, name: str) -> None:
    mark = "\t" if ".tsv" in name else ","
    text = json.dumps(ROW) if "json" in name else mark.join(ROW) + "\n" + mark.join(map(str, ROW.values()))
    with writing(tmp_path / name) as file:
        file.write(text + "\n")
    corpus = read_source(str(tmp_path / name))
    assert (corpus.name, list(corpus)) == ("a", [EXPECTED])
    assert list(read_source(str(tmp_path / name.removesuffix(".gz")))) == [EXPECTED]
    (mapped,) = read_source(str(tmp_path / name), fields=FieldMap("id", ("text",), ()))
    assert mapped.values == {}


def test_parquet_and_folders_are_read_too(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([ROW]), tmp_path / "a.parquet")
    assert list(read_source(str(tmp_path / "a.parquet"))) == [EXPECTED]
    beir, files = tmp_path / "beir", tmp_path / "files"
    with writing(beir / "corpus.jsonl.gz") as file:
        file.write('{"_id": "b", "text": "y"}\n')
    with writing(files / "note.txt") as file:
        file.write("z")
    assert [d.id for d in read_source(str(beir))] == ["b"]
    assert [d.id for d in read_source(str(files))] == ["note.txt"]
    with pytest.raises(InputError, match="field map"):
        read_source(str(files), fields=FieldMap())


def test_what_is_not_there_or_not_readable_is_told_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("")
    (tmp_path / "paper.pdf").write_bytes(b"")
    with pytest.raises(MissingResource, match=r"near it: corpus\.jsonl"):
        read_source(str(tmp_path / "corpsu.jsonl"))
    with pytest.raises(MissingResource, match="near it: paper"):
        read_source(str(tmp_path / "papr" / ".." / "papers.pdf"))
    with pytest.raises(InputError, match="in a folder"):
        read_source(str(tmp_path / "paper.pdf"))


def test_an_id_of_ir_datasets_needs_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "ir_datasets", None)
    with pytest.raises(MissingExtra, match=r"findry\[datasets\]"):
        read_source("beir/scifact/test")
    with pytest.raises(MissingResource, match="no file or folder"):
        read_source("scifact")


def test_objects_of_the_shape_of_ir_datasets_become_records() -> None:
    fake = Fake(
        [Doc("a", "", "x", 1999), Doc("b", "T", "y", 2000)],
        [Query("q2", "two"), Query("q1", "one")],
        [Judgment("q1", "a", -1, "0"), Judgment("q1", "b", 2, "1")],
    )
    corpus = corpus_of(fake, "fake")
    assert list(corpus) == [
        Document("a", {"text": "x"}, {"year": 1999}),
        Document("b", {"title": "T", "text": "y"}, {"year": 2000}),
    ]
    assert queries_of(fake).ids == ["q2", "q1"]
    qrels = qrels_of(fake)
    assert qrels.to_dict() == {"q1": {"a": -1, "b": 2}}
    assert qrels.columns["iteration"].tolist() == ["0", "1"]


def test_documents_and_topics_without_a_text_field_are_read_by_their_default_text() -> None:
    fake = Fake([Odd("a", ("x", "y"))], [Topic("q", "short", "long")], [])
    (document,) = corpus_of(fake, "fake")
    assert (document.text["text"], document.values) == ("x y", {"parts": ["x", "y"]})
    assert queries_of(fake).texts == ("short",)
    assert len(qrels_of(fake)) == 0
