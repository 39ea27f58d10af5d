from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from file_strategies import documents, ids, texts, words
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import FormatError, InputError, MissingResource
from findry.formats import beir
from findry.formats.problems import Problems
from findry.records import Corpus, Document, Qrels, Queries


def corpus_file(folder: Path, *lines: object) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "corpus.jsonl").write_text(text, encoding="utf-8")
    return folder


@given(documents(), st.booleans())
def test_a_corpus_that_was_written_reads_as_the_same_documents(held: list[Document], compress: bool) -> None:
    with TemporaryDirectory() as folder:
        beir.write_corpus(Corpus.of(held), folder, compress=compress)
        corpus = beir.read_corpus(folder)
        assert list(corpus) == held
        assert list(corpus) == held  # streamed anew


@given(st.dictionaries(ids, texts, max_size=5), st.data())
def test_queries_that_were_written_read_as_the_same_queries(asked: dict[str, str], data: st.DataObject) -> None:
    language = [data.draw(st.sampled_from(["en", "yo", None])) for _ in asked]
    queries = Queries.of(asked, language=language) if any(language) else Queries.of(asked)
    with TemporaryDirectory() as folder:
        beir.write_queries(queries, folder)
        read = beir.read_queries(folder)
    assert (read.ids, read.texts, dict(read.columns)) == (queries.ids, queries.texts, dict(queries.columns))


@given(
    st.dictionaries(st.tuples(words, words), st.tuples(st.integers(-2, 4), st.booleans()), max_size=8),
    st.booleans(),
)
def test_judgments_that_were_written_read_as_the_same(
    rows: dict[tuple[str, str], tuple[int, bool]], named: bool
) -> None:
    triples = [(query, item, grade) for (query, item), (grade, _) in rows.items()]
    columns = {"ignore": [ignore for _, ignore in rows.values()]} if named and rows else None
    qrels = Qrels.of(triples, columns=columns)
    with TemporaryDirectory() as folder:
        beir.write_qrels(qrels, folder, "dev")
        assert beir.splits(folder) == ["dev"]
        read = beir.read_qrels(folder, "dev")
    assert read.triples() == qrels.triples()
    assert {n: c.tolist() for n, c in read.columns.items()} == {n: c.tolist() for n, c in qrels.columns.items()}


def test_the_empty_title_null_and_nested_objects_are_left_out(tmp_path: Path) -> None:
    row = {"_id": 7, "title": "", "text": "x", "n": None, "deep": {"a": 1}, "list": [{"a": 1}], "tags": ["a", 1]}
    (document,) = beir.read_corpus(corpus_file(tmp_path, row))
    assert document == Document("7", {"text": "x"}, {"tags": ["a", "1"]})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ('{"_id": "a", "text": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "a row must be an object"),
        ('{"text": "x"}', "no id in '_id'"),
        ('{"_id": "", "text": "x"}', "no id in '_id'"),
        ('{"_id": [1], "text": "x"}', "an id in '_id' that is neither text nor a number"),
        ('{"_id": true, "text": "x"}', "an id in '_id' that is neither text nor a number"),
        ('{"_id": "b", "text": 5}', "field 'text' must be text"),
        ('{"_id": "b"}', "no text field"),
        ('{"_id": "ok", "text": "again"}', "an id that an earlier row has"),
        ('{"_id": "b", "text": "\\ud800"}', "half of a surrogate pair in a text"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_or_skipped_and_reported(tmp_path: Path, line: str, reason: str) -> None:
    good = ({"_id": "ok", "text": "x"}, {"_id": "last", "text": "y"})
    corpus_file(tmp_path, good[0], "", line, good[1])
    with pytest.raises(FormatError) as caught:
        list(beir.read_corpus(tmp_path))
    assert (caught.value.what, caught.value.where) == (reason, f"{tmp_path / 'corpus.jsonl'}:3")
    problems = Problems()
    corpus = beir.read_corpus(tmp_path, on_error="skip", problems=problems)
    assert [document.id for document in corpus] == ["ok", "last"]
    assert [document.id for document in corpus] == ["ok", "last"]
    ((where, told),) = problems
    assert where.endswith(":3")
    assert told.startswith(reason)


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("q1\td1\t1\n", 1, "no header"),
        ("query-id\tcorpus-id\tscore\nq1\td1\n", 2, "3 cells with tabs between"),
        ("query-id\tcorpus-id\tscore\nq1\td1\thigh\n", 2, "a score must be a whole number"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td1\t0\n", 3, "a pair is judged twice"),
        ("query-id\tcorpus-id\tscore\n\td1\t1\n", 2, "an empty id"),
    ],
)
def test_bad_judgments_are_refused_with_their_line(tmp_path: Path, text: str, where: int, reason: str) -> None:
    path = tmp_path / "qrels" / "test.tsv"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        beir.read_qrels(tmp_path)
    assert (caught.value.what, caught.value.where) == (reason, f"{path}:{where}")


def test_an_unknown_split_names_the_nearest(tmp_path: Path) -> None:
    beir.write_qrels(Qrels.from_dict({"q": {"d": 1}}), tmp_path, "test")
    with pytest.raises(MissingResource, match="did you mean 'test'"):
        beir.read_qrels(tmp_path, "tset")


def test_a_field_that_beir_has_no_place_for_is_refused(tmp_path: Path) -> None:
    for document in (Document("a", {"body": "x"}), Document("a", {"text": "x"}, {"title": "y"})):
        with pytest.raises(InputError, match="write_jsonl"):
            beir.write_corpus(Corpus.of([document]), tmp_path)
    assert not (tmp_path / "corpus.jsonl").exists()


@pytest.mark.data
def test_every_row_of_a_real_collection_is_read(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("scifact")
    documents = list(beir.read_corpus(folder))
    assert len({document.id for document in documents}) == 5183
    assert len(beir.read_queries(folder)) == 1109
    qrels = beir.read_qrels(folder, "test")
    assert (len(qrels), len(qrels.rows)) == (300, 339)
    assert {item for _, item, _ in qrels.triples()} <= {document.id for document in documents}
