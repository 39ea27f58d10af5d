"""What is stored can be verified, copied while it changes, and opened again at an older commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_worlds import CHUNKED, ENCODER, TWO_FIELDS, Unflushed, asked, lists, reader_of, writer_of

from findry.errors import IndexDamaged, InputError, MissingResource
from findry.index import Snapshot, Writer, create
from findry.index.backup import backup
from findry.index.commit import commit_numbers, current, stored
from findry.index.verify import verify
from findry.records import Document

FILES = Unflushed()


def told(text: str, *ids: str) -> list[Document]:
    return [Document(id, {"title": id, "text": text}) for id in ids]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Commits 1 to 4, of which 3 and 4 are kept; two segments with deletes in the first."""
    root = tmp_path / "kb"
    create(root, TWO_FIELDS, FILES)
    for change in (told("ant bee", "a", "b", "c"), told("cow", "b"), told("ant", "d")):
        with writer_of(root, "off") as writer:
            writer.add(change)
    return root


def found(snapshot: Snapshot) -> object:
    reader = reader_of(snapshot)
    return [lists(searcher.search(asked(["ant", "cow b"]), 9)) for searcher in (reader.lexical(), reader.dense())]


def ids(snapshot: Snapshot) -> list[str]:
    return sorted(document.id for document in snapshot)


def test_an_intact_index_verifies_and_every_byte_is_counted(root: Path) -> None:
    seen: dict[str, int] = {}
    report = verify(root, FILES, seen=seen.__setitem__)
    assert report.good
    assert report.newest == 4
    assert report.intact == commit_numbers(root) == [3, 4]
    stored_bytes = sum(f.stat().st_size for part in ("segments", "deletes") for f in (root / part).rglob("*.*"))
    assert (
        sum(seen.values())
        == stored_bytes
        == report.bytes - sum((root / "commits" / f"{n:06d}.json").stat().st_size for n in report.intact)
    )
    assert report.unused == []


@pytest.mark.parametrize("place", ["segments/000001/arrays.bin", "segments/000003/arrays.json", "deletes", "commits"])
def test_verify_names_what_is_damaged_and_which_commits_are_whole(root: Path, place: str) -> None:
    path = root / place
    path = sorted(path.iterdir())[-1] if path.is_dir() else path
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 4
    path.write_bytes(raw)
    report = verify(root, FILES)
    assert not report.good
    assert any(str(path) in str(error.where) for error in report.damage)
    assert report.intact == ([3] if "000003" in place or place == "commits" else report.intact)
    assert 4 not in report.intact or place == "deletes"


def test_damage_that_two_commits_share_is_told_once(root: Path) -> None:
    (root / "segments" / "000001" / "arrays.bin").write_bytes(b"")
    report = verify(root, FILES)
    assert len(report.damage) == 1
    assert report.intact == []


def test_what_no_commit_names_is_no_damage(root: Path) -> None:
    (root / "segments" / "000099").mkdir()
    report = verify(root, FILES)
    assert (report.good, report.unused) == (True, ["segments/000099"])


def test_there_must_be_an_index_to_verify(tmp_path: Path) -> None:
    with pytest.raises(MissingResource):
        verify(tmp_path, FILES)


def test_a_backup_answers_as_the_index_did(root: Path, tmp_path: Path) -> None:
    done = backup(root, tmp_path / "copy", files=FILES)
    assert (done.commit, done.kept) == (4, 0)
    assert found(Snapshot(tmp_path / "copy")) == found(Snapshot(root))
    assert verify(tmp_path / "copy", FILES).good
    with writer_of(tmp_path / "copy") as writer:
        writer.add(told("dog", "e"))
    assert ids(Snapshot(tmp_path / "copy")) == ["a", "b", "c", "d", "e"]


def test_a_second_backup_copies_what_is_new_only(root: Path, tmp_path: Path) -> None:
    first = backup(root, tmp_path / "copy", files=FILES)
    with writer_of(root, "off") as writer:
        writer.add(told("dog", "e"))
    second = backup(root, tmp_path / "copy", files=FILES)
    assert second.kept >= first.copied - sum(f.stat().st_size for f in (root / "deletes").iterdir())
    assert 0 < second.copied < first.copied
    assert found(Snapshot(tmp_path / "copy")) == found(Snapshot(root))
    assert commit_numbers(tmp_path / "copy") == [second.commit] == [5]


def test_an_older_commit_can_be_backed_up(root: Path, tmp_path: Path) -> None:
    assert backup(root, tmp_path / "copy", 3, FILES).commit == 3
    assert ids(Snapshot(tmp_path / "copy")) == ["a", "b", "c"]
    with pytest.raises(MissingResource, match="not kept"):
        backup(root, tmp_path / "other", 2, FILES)


def test_a_backup_goes_only_to_a_new_folder_or_a_backup_of_the_same_index(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="something in this folder"):
        backup(root, tmp_path / "other", files=FILES)
    create(tmp_path / "stranger", TWO_FIELDS, FILES)
    with pytest.raises(InputError, match="another index"):
        backup(root, tmp_path / "stranger", files=FILES)
    with pytest.raises(InputError, match="another index or a newer commit"):
        backup(root, root.parent / "stranger", 3, FILES)


def test_a_damaged_commit_is_not_backed_up(root: Path, tmp_path: Path) -> None:
    backup(root, tmp_path / "copy", files=FILES)
    before = found(Snapshot(tmp_path / "copy"))
    with writer_of(root, "off") as writer:
        writer.add(told("dog", "e"))
    raw = bytearray((root / "segments" / "000004" / "arrays.bin").read_bytes())
    raw[-1] ^= 1
    (root / "segments" / "000004" / "arrays.bin").write_bytes(raw)
    with pytest.raises(IndexDamaged):
        backup(root, tmp_path / "copy", files=FILES)
    assert found(Snapshot(tmp_path / "copy")) == before


def test_a_backup_that_ended_midway_is_taken_up_again(root: Path, tmp_path: Path) -> None:
    class Full(Unflushed):
        left = 3

        def write(self, path: Path, pieces: object) -> int:
            self.left -= 1
            if not self.left:
                raise OSError(28, "No space left on device")
            return super().write(path, pieces)  # type: ignore[arg-type]

    with pytest.raises(OSError, match="No space"):
        backup(root, tmp_path / "copy", files=Full())
    done = backup(root, tmp_path / "copy", files=FILES)
    assert done.kept > 0
    assert found(Snapshot(tmp_path / "copy")) == found(Snapshot(root))


def test_a_backup_is_of_one_commit_while_a_writer_goes_on(root: Path, tmp_path: Path) -> None:
    with writer_of(root, "now") as writer:
        steps = 0

        class Busy(Unflushed):
            def read(self, path: Path) -> bytes:
                nonlocal steps
                if steps < 8 and path.is_relative_to(root):
                    steps += 1
                    writer.add(told(f"step {steps}", "a", f"n{steps}"))
                    writer.commit()
                return super().read(path)

        done = backup(root, tmp_path / "copy", files=Busy())
        assert steps >= 3
    copy = Snapshot(tmp_path / "copy")
    assert copy.commit.number == done.commit > 4
    texts = {document.id: document.text["text"] for document in copy}
    assert texts["a"] == f"step {len(texts) - 4}"


def test_the_last_states_are_kept_and_open_for_reading(tmp_path: Path) -> None:
    root, held = tmp_path / "kb", []
    create(root, CHUNKED, FILES)
    for n in range(6):
        with Writer(root, {"vectors": ENCODER}, keep=3, merge="off", files=FILES) as writer:
            writer.add(told("ant", f"d{n}"))
            held.append(writer.commit().number)
    assert commit_numbers(root) == held[-3:]
    for number, count in zip(held[-3:], (4, 5, 6), strict=True):
        snapshot = Snapshot(root, stored(root, number))
        assert snapshot.live_documents == count
        assert len(lists(reader_of(snapshot).lexical().search(asked(["ant"]), 99))[0][1]) == count


def test_a_merge_does_not_push_an_older_state_out(tmp_path: Path) -> None:
    root = tmp_path / "kb"
    create(root, CHUNKED, FILES)
    for n in range(3):
        with writer_of(root, "off") as writer:
            writer.add(told("ant", f"d{n}"))
    for _ in range(3):
        with writer_of(root, "off") as writer:
            writer.optimize()
    counts = [Snapshot(root, stored(root, number)).live_documents for number in commit_numbers(root)]
    assert counts == [2, 3]
    assert len(current(root).segments) == 1


def test_a_commit_file_names_its_files_with_lengths_and_checksums(root: Path) -> None:
    content = json.loads((root / "commits" / "000004.json").read_bytes())
    for entry in content["segments"]:
        for name, stamp in entry["files"].items():
            assert (root / "segments" / entry["name"] / name).stat().st_size == stamp["length"]
