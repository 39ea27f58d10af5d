from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from file_strategies import documents
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import FormatError, InputError, SyntaxProblem
from findry.formats import FieldMap, Problems, parse_fields, read_json, read_jsonl, write_jsonl
from findry.formats.rows import to_value
from findry.records import Corpus, Document


def lines(folder: Path, *rows: object) -> Path:
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@given(documents(), st.booleans())
def test_json_lines_that_were_written_read_as_the_same_documents(held: list[Document], packed: bool) -> None:
    with TemporaryDirectory() as folder:
        path = write_jsonl(Corpus.of(held), Path(folder) / ("a.jsonl.gz" if packed else "a.jsonl"))
        assert list(read_jsonl(path)) == held


@given(documents(), st.sampled_from([None, 2]))
def test_an_array_gives_the_same_documents_as_lines(held: list[Document], indent: int | None) -> None:
    rows = [{"_id": d.id, **d.text, **d.values} for d in held]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        path.write_text(json.dumps(rows, indent=indent), encoding="utf-8-sig")
        assert list(read_json(path)) == held
        write_jsonl(Corpus.of(held), path)
        assert list(read_json(path)) == held


def test_an_array_is_read_across_the_ends_of_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findry.formats.jsonrows.CHUNK", 3)
    path = tmp_path / "a.json"
    path.write_text(' [ {"id": 1, "text": "Ọdún ẹ"} , {"id": 22, "text": "b"}\n]\n', encoding="utf-8")
    assert [(d.id, d.text["text"]) for d in read_json(path)] == [("1", "Ọdún ẹ"), ("22", "b")]


@pytest.mark.parametrize("text", ['[{"id": 1, "text": "a"}', '[{"id": 1, "text": "a"} {"id": 2}]', "[{", '["a", nul]'])
def test_a_broken_array_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError):
        list(read_json(path, on_error="skip"))


def test_a_bad_item_of_an_array_is_named_and_can_be_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"id": 1, "text": "a"}, 5, {"id": 2, "text": "b"}]')
    problems = Problems()
    assert [d.id for d in read_json(path, on_error="skip", problems=problems)] == ["1", "2"]
    assert list(problems) == [(f"{path}:item 2", "a row must be an object (int)")]


def test_the_id_is_the_first_known_column_or_a_hash_of_the_row(tmp_path: Path) -> None:
    for column in ("_id", "id", "doc_id", "docno"):
        (document,) = read_jsonl(lines(tmp_path, {"text": "x", column: "a"}))
        assert document == Document("a", {"text": "x"})
    hashed = [d.id for d in read_jsonl(lines(tmp_path, {"text": "x", "n": 1}, {"text": "y"}, {"n": 1, "text": "x"}))]
    assert len(set(hashed)) == 3
    assert hashed[2] == f"{hashed[0]}-2"
    (path := tmp_path / "a.jsonl").write_text('{"text": "z"}\n\nbroken\n{"text": "x", "n": 1}\n')
    assert [d.id for d in read_jsonl(path, on_error="skip")][1] == hashed[0]


def test_a_field_map_says_what_is_text_and_what_is_a_value(tmp_path: Path) -> None:
    path = lines(tmp_path, {"k": "a", "heading": "H", "body": "B", "year": 1999, "lang": "en", "n": 1})
    (document,) = read_jsonl(path, fields=parse_fields("id=k title=heading text=body values=year,lang,other"))
    assert document == Document("a", {"heading": "H", "body": "B"}, {"year": 1999, "lang": "en"})
    (rest,) = read_jsonl(path, fields=FieldMap("k", ("body",)))
    assert rest.values == {"heading": "H", "year": 1999, "lang": "en", "n": 1}
    (none,) = read_jsonl(path, fields=FieldMap("k", ("body",), ()))
    assert none.values == {}


def test_field_maps_on_the_command_line() -> None:
    assert parse_fields("") == FieldMap()
    assert parse_fields("title=name") == FieldMap(None, ("name", "text"))
    assert parse_fields("id=a values=") == FieldMap("a", values=())
    assert parse_fields("values=rest") == FieldMap()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("txt=a", "did you mean text="),
        ("id", "does not parse"),
        ("id=a,b", "one column"),
        ("id=a id=b", "does not parse"),
    ],
)
def test_a_field_map_that_does_not_parse_is_refused(text: str, message: str) -> None:
    with pytest.raises(SyntaxProblem, match=message):
        parse_fields(text)
    with pytest.raises(InputError, match="needs a text field"):
        FieldMap(text=())


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (True, True),
        ([1, 2], [1, 2]),
        ([1, None, 2.5], [1.0, 2.5]),
        ([True, "a", 1], ["true", "a", "1"]),
        ([], []),
        (float("nan"), None),
        ({"a": 1}, None),
        ([[1]], None),
        (b"x", None),
        (Decimal("1.5"), 1.5),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.UTC), "2020-01-02T03:00:00+00:00"),
    ],
)
def test_values_are_scalars_or_lists_of_one_kind(raw: object, value: object) -> None:
    assert to_value(raw) == value
    assert type(to_value(raw)) is type(value)


def test_fields_of_one_name_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two fields of one name"):
        write_jsonl(Corpus.of([Document("a", {"text": "x"}, {"text": "y"})]), tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="JSON cannot hold"):
        write_jsonl(Corpus.of([Document("a", {"text": "x"}, {"n": float("nan")})]), tmp_path / "a.jsonl")
