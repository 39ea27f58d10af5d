"""A reader that goes on to a newer commit uses the segments again that it has opened, with the new deletes."""

from __future__ import annotations

from pathlib import Path

import findry
from findry.index import Snapshot


def kb(place: Path) -> findry.Index:
    index = findry.create(place / "kb", encoder=None)
    index.add({"id": f"d{n}", "text": f"ant bee{n}"} for n in range(5))
    return index


def test_after_an_add_the_old_segment_is_the_same_object(tmp_path: Path) -> None:
    index = kb(tmp_path)
    (before,) = index.reader.snapshot.segments
    index.add([{"id": "new", "text": "ant cow"}])
    assert index.reader.snapshot.segments[0] is before
    assert set(index.search("ant", 10).ids) == {"d0", "d1", "d2", "d3", "d4", "new"}


def test_after_a_delete_its_arrays_are_shared_and_its_deletes_are_not(tmp_path: Path) -> None:
    index = kb(tmp_path)
    earlier = index.reader
    (before,) = earlier.snapshot.segments
    assert before.live_rows is None
    index.delete(["d1", "d3"])
    (after,) = index.reader.snapshot.segments
    assert after is not before
    assert after.arrays is before.arrays
    assert after.deleted.tolist() == [1, 3]
    assert after.live_docs.tolist() == [True, False, True, False, True]
    assert before.deleted.tolist() == []
    assert before.live_rows is None
    assert sorted(index.search("ant", 10).ids) == ["d0", "d2", "d4"]
    assert earlier.lexical().search(findry.Queries.of("ant"), 10).rows.size == 5


def test_deletes_of_several_commits_add_up(tmp_path: Path) -> None:
    index = kb(tmp_path)
    with index.writer(merge="off") as writer:
        for id in ("d4", "d0", "d2"):
            writer.delete(id)
            writer.commit()
            assert id not in index.search("ant", 10).ids
    (segment,) = index.reader.snapshot.segments
    assert segment.deleted.tolist() == [0, 2, 4]
    assert sorted(index.search("ant", 10).ids) == ["d1", "d3"]


def test_another_index_in_the_same_place_is_read_anew(tmp_path: Path) -> None:
    index = kb(tmp_path)
    before = index.reader.snapshot
    other = kb(tmp_path / "other")
    found = Snapshot(other.root, before=before)
    assert found.segments[0].name == before.segments[0].name
    assert found.segments[0] is not before.segments[0]
