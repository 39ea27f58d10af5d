from __future__ import annotations

import csv
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import FormatError, InputError, MissingExtra
from findry.formats import FieldMap, Problems, read_csv, read_parquet, read_tsv
from findry.formats.delimited import column_kind
from findry.records import Document

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)


def table(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5), st.sampled_from([",", ";", "\t", "|"]))
def test_a_csv_that_python_wrote_gives_the_same_texts(rows: list[tuple[str, str]], delimiter: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
            writer.writerows([("id", "text"), *((f"{n}{first}", text) for n, (first, text) in enumerate(rows))])
        read = [(d.id, d.text["text"]) for d in read_csv(path, delimiter=delimiter)]
    assert read == [(f"{n}{first}", text) for n, (first, text) in enumerate(rows)]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["1", "-2", "0"], "int"),
        (["1", "2.50", "-.5", "1e-3"], "float"),
        (["true", "", "FALSE"], "bool"),
        (["007", "1"], "string"),
        (["1", "x"], "string"),
        (["1", "true"], "string"),
        (["4111111111111111111111"], "string"),
        (["nan"], "string"),
        (["1e999"], "string"),
        (["1_000"], "string"),
        (["+5"], "string"),
        (["-0"], "string"),
        (["", ""], "empty"),
    ],
)
def test_a_column_has_the_one_kind_that_all_its_cells_have(column: list[str], kind: str) -> None:
    assert column_kind(column) == kind
    assert column_kind(column[::-1]) == kind


def test_kinds_are_those_of_the_whole_file_and_empty_cells_are_missing(tmp_path: Path) -> None:
    text = "id,title,text,year,price,code,new\n01,A,x,1999,1,7,true\n02,,y,,2.5,x,false\n"
    first, second = read_csv(table(tmp_path, text))
    assert first == Document("01", {"title": "A", "text": "x"}, {"year": 1999, "price": 1.0, "code": "7", "new": True})
    assert second == Document("02", {"text": "y"}, {"price": 2.5, "code": "x", "new": False})


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header_and_the_first_records(tmp_path: Path, mark: str) -> None:
    text = mark.join(("id", "text", "n")) + "\n" + mark.join(("a", '"x, y; z | w"', "1")) + "\n"
    (document,) = read_csv(table(tmp_path, text))
    assert document == Document("a", {"text": "x, y; z | w"}, {"n": 1})


def test_line_ends_in_quotes_are_text_and_very_long_cells_are_fine(tmp_path: Path) -> None:
    long = "x" * 300_000
    (document,) = read_csv(table(tmp_path, f'id,text\r\na,"one\r\ntwo ""2"" {long}"\r\n'))
    assert document.text["text"] == f'one\r\ntwo "2" {long}'


def test_tabs_separate_and_quotes_are_ordinary_in_tsv(tmp_path: Path) -> None:
    path = table(tmp_path, 'docno\ttext\n7\t"so" it said\n', "a.tsv")
    assert list(read_tsv(path)) == [Document("7", {"text": '"so" it said'})]


def test_rows_without_an_id_column_are_named_by_their_content(tmp_path: Path) -> None:
    path = table(tmp_path, 'text,n\n"a\nb",1\n\nbad\nc,2\n')
    problems = Problems()
    documents = list(read_csv(path, on_error="skip", problems=problems))
    assert [d.values for d in documents] == [{"n": 1}, {"n": 2}]
    assert len({d.id for d in documents}) == 2
    assert list(read_csv(path, on_error="skip")) == documents
    assert list(problems) == [(f"{path}:5", "2 cells are needed, as in the header (1)")]


@pytest.mark.parametrize(
    ("text", "where"),
    [("id,text\na,x\nb,y,z\n", 3), ('id,text\na,x\nb,"y"z\n', 3), ('id,text\nb,"open\n\n', 3), ("id,text\n,x\n", 2)],
)
def test_a_bad_record_is_refused_with_its_line(tmp_path: Path, text: str, where: int) -> None:
    path = table(tmp_path, text)
    with pytest.raises(FormatError) as caught:
        list(read_csv(path))
    assert caught.value.where == f"{path}:{where}"


@pytest.mark.parametrize("text", ["", "\n", "id,id\na,b\n", "id,,text\na,b,c\n"])
def test_a_header_needs_distinct_names(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match="header"):
        list(read_csv(table(tmp_path, text)))


def test_columns_that_are_not_there_are_refused_with_the_nearest(tmp_path: Path) -> None:
    path = table(tmp_path, "docid,heading,body\na,b,c\n")
    with pytest.raises(InputError, match="no text column"):
        list(read_csv(path))
    with pytest.raises(InputError, match="did you mean 'heading'"):
        list(read_csv(path, fields=FieldMap(text=("headng",))))


def test_parquet_gives_the_same_documents_as_the_rows_it_was_made_of(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = [{"id": n, "title": f"T{n}" if n else "", "text": "x", "tags": ["a", "b"], "f": n / 2} for n in range(5000)]
    pq.write_table(pa.Table.from_pylist(rows), path)
    corpus = read_parquet(path)
    assert corpus.size == 5000
    documents = list(corpus)
    assert documents[0] == Document("0", {"text": "x"}, {"tags": ["a", "b"], "f": 0.0})
    assert documents[4999] == Document("4999", {"title": "T4999", "text": "x"}, {"tags": ["a", "b"], "f": 2499.5})
    (first, *_) = read_parquet(path, fields=FieldMap("id", ("text",), ("f",)))
    assert first == Document("0", {"text": "x"}, {"f": 0.0})


def test_bad_parquet_rows_and_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["a", "a", None], "text": ["x", "y", "z"]}), path)
    problems = Problems()
    assert len(list(read_parquet(path, on_error="skip", problems=problems))) == 1
    assert [where for where, _ in problems] == [f"{path}:row 2", f"{path}:row 3"]
    path.write_bytes(b"PAR1 no")
    with pytest.raises(FormatError, match="not a Parquet file"):
        read_parquet(path)


def test_parquet_without_arrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"findry\[arrow\]"):
        read_parquet(tmp_path / "a.parquet")
