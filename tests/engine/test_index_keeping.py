"""Filling an index from rows and folders, and looking things up in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import findry
from findry.errors import FormatError, InputError
from findry.formats import FieldMap, Problems
from findry.records import Document


@pytest.fixture(autouse=True)
def _unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda handle: None)  # noqa: ARG005


@pytest.fixture
def index(tmp_path: Path) -> findry.Index:
    return findry.create(tmp_path / "kb", encoder="hash:16")


def test_rows_of_named_columns_become_documents(index: findry.Index) -> None:
    rows = [{"key": 7, "headline": "Ants", "body": "carry leaves", "year": 1999, "extra": {"a": 1}}]
    assert index.add(rows, fields=FieldMap(id="key", text=("headline", "body"))) == 1
    assert index.get("7") == Document("7", {"headline": "Ants", "body": "carry leaves"}, {"year": 1999})
    assert index.add([Document("x", {"text": "bees"}), {"id": "y", "text": "cows"}]) == 2
    assert sorted(document.id for document in index) == ["7", "x", "y"]


@pytest.mark.parametrize("bad", [{"id": "z"}, {"id": "", "text": "x"}, {"id": "z", "text": 3}, "text", 5])
def test_one_bad_row_refuses_the_whole_call(index: findry.Index, bad: object) -> None:
    index.add([{"id": "a", "text": "ants"}])
    with pytest.raises(InputError, match="row 2"):
        index.add([{"id": "b", "text": "bees"}, bad])  # type: ignore[list-item]
    assert [document.id for document in index] == ["a"]
    assert index.info()["commit"] == 2


def test_looking_up_counting_and_deleting(index: findry.Index) -> None:
    index.add([{"id": id, "text": "ants"} for id in ("a", "b", "ọ")])
    assert (len(index), "b" in index, "c" in index, index.get("c")) == (3, True, False, None)
    assert index.delete(["b", "c", "b"]) == 1
    assert index.delete("ọ") == 1
    assert (len(index), "b" in index, index.get("b"), [d.id for d in index]) == (1, False, None, ["a"])
    index.add([{"id": "a", "text": "bees"}])
    assert (len(index), index.get("a")) == (1, Document("a", {"text": "bees"}))
    index.optimize()
    assert (len(index), index.info()["segments"], index.info()["deleted"]) == (1, 1, 0)
    assert repr(index) == f"Index({str(index.root)!r}: 1 documents, commit {index.info()['commit']})"


def test_a_writer_commits_many_changes_at_once(index: findry.Index) -> None:
    with index.writer() as writer:
        writer.add([Document("a", {"text": "ants"}), Document("b", {"text": "bees"})])
        assert len(index) == 0
        writer.delete(["a"])
    assert [document.id for document in index] == ["b"]


def test_an_open_index_sees_what_others_commit(index: findry.Index) -> None:
    other = findry.open(index.root)
    index.add([{"id": "a", "text": "ants"}])
    assert other.search("ants").ids == ["a"]
    assert len(other) == 1


def test_an_index_made_anew_in_the_same_place_is_seen(index: findry.Index) -> None:
    index.add([{"id": "a", "text": "ants"}])
    assert len(index) == 1
    shutil.rmtree(index.root)
    findry.create(index.root, encoder="hash:16").add([{"id": "b", "text": "ants"}])
    assert index.search("ants").ids == ["b"]


def test_info_is_plain_and_true(index: findry.Index) -> None:
    import json

    index.add([{"id": "a", "text": "ants", "year": 1}, {"id": "b", "text": ""}])
    index.delete("b")
    info = json.loads(json.dumps(index.info()))
    assert (info["documents"], info["deleted"], info["rows"], info["unit"]) == (1, 1, 1, "document")
    assert info["columns"] == {"year": "int"}
    assert info["bytes"] == sum(path.stat().st_size for path in index.root.glob("segments/*/*"))


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")


def test_sync_adds_replaces_and_drops_in_one_commit(index: findry.Index, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    write(folder, a="ants", b="bees", c="cows")
    index.add([{"id": "by hand", "text": "stays"}])
    report = findry.sync(index, folder)
    assert (report.added, report.replaced, report.dropped, report.unchanged) == (3, 0, 0, 0)
    commit = index.info()["commit"]
    report = findry.sync(index, folder)
    assert (report.added, report.replaced, report.dropped, report.unchanged) == (0, 0, 0, 3)
    assert index.info()["commit"] == commit
    write(folder, b="dogs", d="elks", c="")
    (folder / "a.txt").unlink()
    report = findry.sync(index, folder)
    assert (report.added, report.replaced, report.dropped, report.unchanged) == (1, 1, 2, 0)
    assert index.info()["commit"] == commit + 1
    assert sorted(document.id for document in index) == ["b.txt", "by hand", "d.txt"]
    assert index.get("b.txt").text["text"] == "dogs"  # type: ignore[union-attr]


def test_sync_refuses_or_skips_a_file_it_cannot_read(index: findry.Index, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    write(folder, a="ants", b="bees")
    findry.sync(index, folder)
    write(folder, a="more ants")
    (folder / "b.pdf").write_bytes(b"no pdf")
    with pytest.raises(FormatError, match=r"b\.pdf"):
        findry.sync(index, folder)
    assert index.get("a.txt").text["text"] == "ants"  # type: ignore[union-attr]
    problems = Problems()
    report = findry.sync(index, folder, on_error="skip", problems=problems)
    assert (report.added, report.replaced, report.dropped) == (0, 1, 0)
    assert len(problems) == 1
