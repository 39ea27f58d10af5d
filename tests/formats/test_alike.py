"""Rows that are read together give the documents, and the refusals, of rows that are read one by one."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from findry.errors import FindryError, InputError
from findry.formats import alike
from findry.formats.alike import documents_of
from findry.formats.rows import FieldMap, RowReader
from findry.records import Document, DocumentBatch

MAPS = [FieldMap(), FieldMap("key", ("body", "title"), ("year", "none")), FieldMap(text=("text", "text"), values=())]
ids = st.one_of(st.text(min_size=1, max_size=3), st.integers(), st.sampled_from(["", None, np.str_("n"), True, 1.5]))
usual = st.text(max_size=4)
texts = st.one_of(usual, st.sampled_from([None, np.str_("ant"), 7, ""]))
values = st.one_of(
    usual, st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers(), max_size=2), st.dates(),
    st.just({"a": 1}),
)  # fmt: skip
plain = st.fixed_dictionaries({"id": st.text(min_size=1, max_size=3), "text": st.text(min_size=1, max_size=4)})
odd = st.fixed_dictionaries(
    {}, optional={"id": ids, "key": ids, "title": texts, "text": texts, "body": texts, "year": values, "none": values}
)
items = st.one_of(
    plain,
    st.fixed_dictionaries({"id": st.text(min_size=1, max_size=3), "text": usual, "year": values}),
    odd,
    odd.map(MappingProxyType),
    st.just(Document("d", {"text": "x"})),
)
runs = st.lists(st.tuples(items, st.integers(1, 9)), max_size=6)


def one_by_one(rows: list[Any], fields: FieldMap) -> list[Document] | tuple[type, str]:
    reader, found = RowReader(fields, one_id=False), []
    try:
        for number, row in enumerate(rows, 1):
            found.append(row if isinstance(row, Document) else reader.document(f"row {number}", row))
    except FindryError as error:
        return type(error), str(error)
    return found


def together(rows: Any, fields: FieldMap) -> list[Document] | tuple[type, str]:
    found: list[Document] = []
    try:
        for made in documents_of(rows, fields):
            found.extend(made if isinstance(made, DocumentBatch) else [made])
    except FindryError as error:
        return type(error), str(error)
    return found


@given(runs, st.sampled_from(MAPS), st.sampled_from([2, 5, 64]))
@example([({"id": "a", "text": "x", "year": datetime.date(1999, 1, 1)}, 5)], MAPS[0], 64)
def test_rows_read_together_are_the_documents_of_each(
    drawn: list[tuple[Any, int]], fields: FieldMap, most: int
) -> None:
    rows = [row for row, times in drawn for _ in range(times)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "MOST", most)
        found, expected = together(rows, fields), one_by_one(rows, fields)
    assert repr(found) == repr(expected)  # nan is not itself


def test_usual_rows_come_in_batches_and_keep_their_order() -> None:
    rows = [{"id": str(n), "text": f"ant {n}", "year": n} for n in range(150)]
    made = list(documents_of(rows, FieldMap()))
    assert [len(batch) for batch in made if isinstance(batch, DocumentBatch)] == [64, 64, 22]
    assert [document.id for batch in made for document in batch] == [row["id"] for row in rows]  # type: ignore[union-attr]


def test_a_row_that_its_source_fills_anew_each_time_is_read_when_it_comes() -> None:
    def source() -> Iterator[Mapping[str, Any]]:
        row: dict[str, Any] = {}
        for n in range(10):
            row.update(id=str(n), text=f"ant {n}")
            yield row

    found = together(source(), FieldMap())
    assert [document.text["text"] for document in found] == [f"ant {n}" for n in range(10)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ids", "texts", "values"),
    [
        (["a"], [["x", "y"]], [None]),
        (["a"], [["x"], ["y"]], [None]),
        (["a"], [["x"]], []),
        ([""], [["x"]], [None]),
        (["a"], [[""]], [None]),
        ([7], [["x"]], [None]),
        (["a"], [[np.str_("x")]], [None]),
    ],
)
def test_a_batch_whose_columns_are_not_plain_text_of_one_length_is_refused(
    ids: list[Any], texts: list[Any], values: list[Any]
) -> None:
    with pytest.raises(InputError):
        DocumentBatch(ids, ("text",), texts, values)
