"""An id of the largest size that is allowed works everywhere."""

from __future__ import annotations

import pytest
from small_worlds import CHUNKED, ONE_FIELD, asked, build, lists, reader_of, writer_of

from findry.index import Schema, Snapshot
from findry.index.limits import LIMITS
from findry.records import Document


@pytest.mark.parametrize("schema", [ONE_FIELD, CHUNKED])
def test_an_id_of_the_largest_size_is_added_found_merged_replaced_and_deleted(schema: Schema) -> None:
    longest, twin = "é" * 2**14, "é" * (2**14 - 1) + "ab"
    assert len(longest.encode()) == len(twin.encode()) == LIMITS.id_bytes
    documents = [Document(id, {"text": "ant bee cow"}, {"name": id}) for id in ("ant", longest, "z", twin)]
    first_row = "{}#0" if schema is CHUNKED else "{}"
    with build(documents, schema, layout=[1, 1, 1]) as made:
        root = made.root

        def require(*ids: str) -> None:
            snapshot = Snapshot(root)
            assert {d.id: d.values["name"] for d in snapshot} == {id: id for id in ("ant", *ids)}
            assert snapshot.documents.ids.take(snapshot.documents.ids.find(ids)) == [*ids]
            rows = [first_row.format(id) for id in ids]
            assert snapshot.rows.ids.take(snapshot.rows.ids.find(rows)) == rows
            assert (snapshot.documents.ids.find([longest])[0] >= 0) == (longest in ids)
            for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
                hits = lists(searcher.search(asked(["ant bee"]), 99))[0][1]
                assert {*rows, first_row.format("ant")} <= {id for id, _ in hits}

        require(longest, "z", twin)
        with writer_of(root) as writes:
            writes.optimize()
        require(longest, "z", twin)
        with writer_of(root, "off") as writes:
            writes.add(documents[1:2])
        require(longest, "z", twin)
        with writer_of(root, "off") as writes:
            assert writes.delete([longest]) == 1
        require("z", twin)
        with writer_of(root) as writes:
            writes.optimize()
        require("z", twin)
