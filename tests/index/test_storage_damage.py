"""Files on disk are what a commit says, and anything else is one clear error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from small_worlds import ENCODER, ONE_FIELD, Unflushed, asked, lists, reader_of, writer_of
from xxhash import xxh3_128

from findry.errors import CapabilityError, IndexDamaged, MissingResource
from findry.index import Snapshot, Writer, create
from findry.index.commit import Commit, current, publish
from findry.records import Document


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An index of two segments, a delete file and three commits."""
    place = tmp_path / "index"
    create(place, ONE_FIELD, Unflushed())
    for held in (["a", "b"], ["c", "d"]):
        with writer_of(place) as writer:
            writer.add([Document(id, {"text": f"ant {id}"}, {"name": id}) for id in held])
    with writer_of(place) as writer:
        writer.delete(["a"])
    return place


def use(root: Path) -> None:
    """Open an index and read from every part of it."""
    snapshot = Snapshot(root, files=Unflushed())
    assert [document.id for document in snapshot] == ["b", "c", "d"]
    for searcher in (reader_of(snapshot).lexical(), reader_of(snapshot).dense()):
        assert len(lists(searcher.search(asked(["ant"]), 9))[0][1]) == 3


def test_every_file_is_what_the_commit_says(root: Path) -> None:
    commit = current(root)
    stamps = {Path("segments", e.name, name): stamp for e in commit.segments for name, stamp in e.files.items()}
    stamps |= {Path("deletes", name): stamp for e in commit.segments for name, stamp in e.deletes.items()}
    assert len(stamps) == 5
    for path, stamp in stamps.items():
        raw = (root / path).read_bytes()
        assert (len(raw), xxh3_128(raw).hexdigest()) == (stamp.length, stamp.checksum), path
    use(root)
    for segment in Snapshot(root).segments:
        segment.arrays.verify()


def _files(root: Path) -> list[Path]:
    commit = current(root)
    last = max((root / "commits").glob("*.json"))
    return [root / "CURRENT", last, *sorted((root / "segments").glob("*/*")), *sorted((root / "deletes").iterdir())][
        : 2 + 2 * len(commit.segments) + 1
    ]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def other(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x55
    path.write_bytes(bytes(raw))


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff\xfe[[[")


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("number", range(7))
@pytest.mark.parametrize("harm", [cut, empty, longer, other, garbage, folder_instead, missing])
def test_a_harmed_file_is_reported_as_damage(root: Path, number: int, harm: Callable[[Path], None]) -> None:
    path = _files(root)[number]
    harm(path)
    if path.name == "arrays.bin" and harm is other:  # an array is compared when it is first needed
        segments = Snapshot(root).segments
        with pytest.raises(IndexDamaged):
            [segment.arrays.verify() for segment in segments]
        return
    with pytest.raises(IndexDamaged):
        use(root)
    with pytest.raises(IndexDamaged):
        writer_of(root).close()


def test_verify_finds_bytes_that_changed_in_the_data(root: Path) -> None:
    path = min((root / "segments").glob("*/arrays.bin"))
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1  # of the vectors
    path.write_bytes(bytes(raw))
    with pytest.raises(IndexDamaged, match="is not what was written"):
        Snapshot(root).segments[0].arrays.verify()


@pytest.mark.parametrize("gone", ["segments", "commits", "deletes"])
def test_a_missing_folder_is_reported_as_damage(root: Path, gone: str) -> None:
    shutil.rmtree(root / gone)
    with pytest.raises(IndexDamaged):
        use(root)
    (root / gone).write_text("no folder")
    with pytest.raises(IndexDamaged):
        use(root)


def test_a_missing_segment_folder_is_reported_as_damage(root: Path) -> None:
    shutil.rmtree(next((root / "segments").iterdir()))
    with pytest.raises(IndexDamaged):
        use(root)


def test_a_format_of_the_future_is_named(root: Path) -> None:
    with patch("findry.index.commit.FORMAT", 99):
        publish(root, current(root), Unflushed())
    with pytest.raises(CapabilityError, match="format 99"):
        use(root)


def test_a_commit_file_reads_back(root: Path) -> None:
    commit = current(root)
    assert Commit.from_json(commit.to_json(), "here") == commit


def test_no_index_is_a_missing_resource_and_not_damage(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(MissingResource, match="findry index"):
            Snapshot(place)
        with pytest.raises(MissingResource):
            Writer(place, {"vectors": ENCODER})
    assert not (tmp_path / "write.lock").exists()
