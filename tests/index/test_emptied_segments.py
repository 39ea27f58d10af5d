"""A segment of which everything is deleted goes with the commit that deletes the last of it, without a merge."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from small_worlds import ONE_FIELD, Unflushed, asked, reader_of, writer_of

from findry.index import Snapshot, create
from findry.index.commit import current, stored
from findry.index.staging import Staging
from findry.index.writer import MergeMode
from findry.records import Document

MODES: list[MergeMode] = ["off", "now", "background"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three segments of two documents each."""
    create(tmp_path / "index", ONE_FIELD, Unflushed())
    for pair in ("ab", "cd", "ef"):
        with writer_of(tmp_path / "index", merge="off") as writer:
            writer.add([Document(id, {"text": f"ant {id}"}) for id in pair])
    return tmp_path / "index"


def held(root: Path) -> list[str]:
    return sorted(document.id for document in Snapshot(root))


@pytest.mark.parametrize("mode", MODES)
def test_it_is_not_named_any_more_and_its_files_go_with_the_last_commit_that_names_it(
    root: Path, mode: MergeMode
) -> None:
    with writer_of(root, merge=mode) as writer:
        before = {entry.name for entry in current(root).segments}
        assert writer.delete([*"cd"]) == 2
        commit = writer.commit()
        assert len(commit.segments) == 2
        assert not any(entry.deletes for entry in commit.segments)
        assert held(root) == ["a", "b", "e", "f"]
        assert {path.name for path in (root / "segments").iterdir()} == before  # the state before is kept
        assert [document.id for document in Snapshot(root, stored(root, commit.number - 1))] == list("abcdef")
        assert writer.delete("a") == 1
        writer.commit()
    assert len(list((root / "segments").iterdir())) == len(current(root).segments) == 2
    assert sorted(reader_of(Snapshot(root)).lexical().search(asked(["ant"]), 9).ids()) == ["b", "e", "f"]


@pytest.mark.parametrize("mode", MODES)
def test_an_index_of_which_everything_is_deleted_is_empty_and_takes_documents(root: Path, mode: MergeMode) -> None:
    with writer_of(root, merge=mode) as writer:
        assert writer.delete([*"abcdef"]) == 6
        assert writer.commit().segments == ()
        assert held(root) == []
        writer.add([Document("a", {"text": "bee"})])
    assert held(root) == ["a"]
    assert reader_of(Snapshot(root)).lexical().search(asked(["bee"]), 9).ids() == ["a"]


@pytest.mark.parametrize("mode", MODES)
def test_documents_that_are_added_and_deleted_in_one_commit_leave_nothing(root: Path, mode: MergeMode) -> None:
    with writer_of(root, merge=mode) as writer:
        writer.add([Document("g", {"text": "ant"})])
        assert writer.delete("g") == 1
        assert len(writer.commit().segments) == 3
        assert not writer.changed
    assert held(root) == list("abcdef")
    assert not list((root / "staging").iterdir())


def test_a_merge_is_taken_over_though_a_source_was_emptied_meanwhile(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, merge = threading.Event(), Staging.merge

    def later(self: Staging, *given: object) -> object:
        assert go.wait(60)
        return merge(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Staging, "merge", later)
    with writer_of(root, merge="background") as writer:
        writer.add([Document("g", {"text": "ant"})])
        assert len(writer.commit().segments) == 4  # its merge waits
        writer.delete([*"cdg"])
        assert len(writer.commit().segments) == 2
        go.set()
    assert held(root) == list("abef")
    (entry,) = current(root).segments
    assert (entry.docs, sum(stamp.length for stamp in entry.deletes.values())) == (7, 3 * 4)
    assert Snapshot(root).segments[0].deleted.tolist() == [2, 3, 6]
