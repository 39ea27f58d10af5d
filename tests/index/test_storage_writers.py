"""One writer at a time, all or nothing, and nothing left behind by one that died."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from small_worlds import CHUNKED, ENCODER, ONE_FIELD, Unflushed, asked, lists, reader_of, writer_of

from findry.errors import IdentityMismatch, IndexLocked, InputError
from findry.index import Schema, Snapshot, Writer, create
from findry.index.commit import commit_numbers, current, stored
from findry.models import HashEncoder
from findry.records import Document
from findry.search import DenseSearcher

ANT, BEE = Document("a", {"text": "ant"}, {"year": 1}), Document("b", {"text": "bee"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An index of one document."""
    place = tmp_path / "index"
    create(place, ONE_FIELD, Unflushed())
    with writer_of(place) as writer:
        writer.add([ANT])
    return place


def held(root: Path) -> list[str]:
    return sorted(document.id for document in Snapshot(root))


def test_a_second_writer_is_refused_and_told_who_holds_the_index(root: Path) -> None:
    with writer_of(root), pytest.raises(IndexLocked, match=f"pid {os.getpid()} on "):
        writer_of(root)
    writer_of(root).close()


def test_a_writer_of_another_process_holds_the_lock_until_it_is_killed(root: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from findry.index import Writer; from findry.models import *\n"
        "from findry.records import Document\n"
        f"w = Writer(Path({str(root)!r}), {{'vectors': HashEncoder(16)}})\n"
        "w.add([Document('z', {'text': 'never committed'})]); print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert len(list((root / "staging").iterdir())) == 1
        with pytest.raises(IndexLocked, match=f"pid {other.pid} "):
            writer_of(root)
        assert held(root) == ["a"]
        other.kill()
    with writer_of(root) as writer:
        assert not list((root / "staging").iterdir())
        writer.add([BEE])
    assert held(root) == ["a", "b"]


def test_leaving_by_an_exception_leaves_the_last_commit(root: Path) -> None:
    before = current(root)

    def leave() -> None:
        with writer_of(root) as writer:
            writer.add([BEE])
            writer.delete(["a"])
            raise KeyError("out")

    with pytest.raises(KeyError, match="out"):
        leave()
    assert current(root) == before
    assert held(root) == ["a"]
    assert not list((root / "staging").iterdir())


def test_what_a_dead_writer_left_is_cleaned_and_does_not_block(root: Path) -> None:
    commit = current(root)
    left = [root / "segments" / "000002" / "arrays.bin", root / "staging" / "99-dead" / "segments" / "x"]
    left += [root / "deletes" / "000003-000001.i4", root / "commits" / "000003.json", root / "commits" / "000003.part"]
    left += [root / "CURRENT.part"]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    assert held(root) == ["a"]
    with writer_of(root) as writer:
        assert current(root) == commit
        assert not any(path.exists() for path in left[:4])
        writer.add([BEE])
        writer.commit()
        writer.delete(["a"])
    assert held(root) == ["b"]
    assert current(root).number == 4
    assert not any(path.suffix == ".part" for path in root.rglob("*"))


def test_a_reader_keeps_its_commit_through_commits_merges_and_deletes(root: Path) -> None:
    with writer_of(root) as writer:
        writer.add([BEE, Document("c", {"text": "ant ant bee"})])
        writer.delete(["a"])
    snapshot = Snapshot(root)

    def answers(snapshot: Snapshot) -> object:
        reader = reader_of(snapshot)
        found = [lists(s.search(asked(["ant bee", "bee"]), 9)) for s in (reader.lexical(), reader.dense())]
        return found, [document.id for document in snapshot]

    before = answers(Snapshot(root))
    for number in range(4):
        with writer_of(root) as writer:
            writer.add([Document(f"n{number}", {"text": "ant bee cow"}), Document("b", {"text": "cow"})])
            writer.delete(["c"])
            writer.commit()
            writer.optimize()
    assert answers(snapshot) == before
    assert answers(Snapshot(root)) != before
    assert "c" not in held(root)


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_the_last_commits_are_kept_and_all_that_only_others_use_goes(root: Path, keep: int) -> None:
    for number in range(5):
        with Writer(root, {"vectors": ENCODER}, keep=keep, files=Unflushed()) as writer:
            writer.add([Document(f"n{number}", {"text": "ant"})])
            writer.commit()
            writer.delete([f"n{number - 1}"])
            writer.commit()
            writer.optimize()
    kept = [stored(root, number) for number in commit_numbers(root)]
    newest = current(root)
    assert kept[-1] == newest
    assert [commit.version for commit in kept] == list(range(newest.version - keep + 1, newest.version + 1))
    for commit in kept:
        assert {"n4", "n3"} & {document.id for document in Snapshot(root, commit)}
    with Writer(root, {"vectors": ENCODER}, keep=1, files=Unflushed()):
        pass
    assert [path.name for path in (root / "segments").iterdir()] == [e.name for e in current(root).segments]
    assert not list((root / "deletes").iterdir())


def test_a_commit_without_changes_makes_no_commit(root: Path) -> None:
    before = current(root)
    with writer_of(root) as writer:
        assert writer.delete(["unknown"]) == 0
        assert writer.add([]) == 0
        assert writer.commit() == before
        assert writer.optimize() == before
    assert current(root) == before


@pytest.mark.parametrize(
    ("encoders", "error", "told"),
    [
        ({"vectors": HashEncoder(8)}, IdentityMismatch, "dimension: index has 16, this encoder has 8"),
        ({"other": HashEncoder(16)}, InputError, "needs the encoder of vector field 'vectors'"),
        (None, InputError, "needs the encoder of vector field 'vectors'"),
    ],
)
def test_adding_with_another_encoder_or_none_is_refused_and_deleting_needs_none(
    root: Path, encoders: dict[str, HashEncoder] | None, error: type[Exception], told: str
) -> None:
    with writer_of(root) as writer:
        writer.add([BEE])
    with Writer(root, encoders, files=Unflushed()) as writer:
        with pytest.raises(error, match=told):
            writer.add([Document("c", {"text": "cow"})])
        writer.delete(["a"])
        writer.optimize()
    assert held(root) == ["b"]
    assert lists(reader_of(Snapshot(root)).dense().search(asked(["bee"]), 5)) == [("1", [("b", 1.0)])]


def test_searching_with_another_encoder_is_refused_with_the_differences(root: Path) -> None:
    with pytest.raises(IdentityMismatch, match="dimension: index has 16, this encoder has 8"):
        DenseSearcher(Snapshot(root), HashEncoder(8))


class Broken(HashEncoder):
    """An encoder whose vectors are not numbers."""

    def encode(self, texts: list[str], side: str, *, progress: bool = False) -> np.ndarray:  # noqa: ARG002
        return np.full((len(texts), 16), np.nan, np.float32)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (Document("c", {"text": "x"}, {"year": "1999"}), "document 'c', value 'year'"),
        (Document("c", {"text": "x"}, {"year": [1]}), "keep its kind"),
        (Document("c", {"text": "x"}, {"year": 2**70}), "64 bits"),
        (Document("c", {"text": "x"}, {"tags": ["a", 1]}), "one kind"),
        (Document("c", {"text": "x"}, {"tags": [None]}), "one kind"),  # type: ignore[list-item]
        (Document("c", {"text": "x"}, {"at": object()}), "must be text"),  # type: ignore[dict-item]
        ({"id": "c", "text": "x"}, "only documents"),
    ],
)
def test_a_batch_with_one_bad_row_is_refused_whole_and_the_writer_goes_on(root: Path, bad: object, told: str) -> None:
    with writer_of(root) as writer:
        writer.add([Document("before", {"text": "kept"})])
        with pytest.raises(InputError, match=told):
            writer.add([BEE, Document("a", {"text": "not this one"}), bad])  # type: ignore[list-item]
        writer.add([Document("after", {"text": "kept"}, {"colour": "red"})])
    assert held(root) == ["a", "after", "before"]
    assert next(d for d in Snapshot(root) if d.id == "a") == ANT
    assert current(root).columns == {"year": "int", "colour": "str"}


def test_a_batch_whose_source_fails_is_refused_whole(root: Path) -> None:
    def source() -> Iterator[Document]:
        yield BEE
        raise OSError("the line broke")

    with writer_of(root) as writer:
        with pytest.raises(OSError, match="broke"):
            writer.add(source())
        assert not writer.changed
    assert held(root) == ["a"]


def test_vectors_that_are_not_numbers_leave_the_index_as_it_was(root: Path) -> None:
    writer = Writer(root, {"vectors": Broken(16)}, files=Unflushed())
    with pytest.raises(InputError, match="unusable vectors"):
        writer.add([BEE])
    assert not writer.changed
    writer.close()
    assert held(root) == ["a"]


@pytest.mark.parametrize(("id", "text"), [("", "x"), (3, "x"), (None, "x"), ("x", 3), ("x", None), ("x", b"x")])
def test_ids_and_texts_of_other_types_are_refused(id: object, text: object) -> None:
    with pytest.raises(InputError):
        Document(id, {"text": text})  # type: ignore[arg-type, dict-item]


def test_a_batch_written_in_several_pieces_is_still_taken_whole_or_not_at_all(root: Path) -> None:
    many = [Document(f"{n % 5}", {"text": f"ant {n}"}) for n in range(13)]
    with patch("findry.index.writer.FLUSH_DOCUMENTS", 2), writer_of(root) as writer:
        with pytest.raises(InputError):
            writer.add([*many, Document("a", {"text": "x"}), Document("c", {"text": "x"}, {"year": "1999"})])
        assert not writer.changed
        writer.add(many)
    assert held(root) == ["0", "1", "2", "3", "4", "a"]
    assert sorted(d.text["text"] for d in Snapshot(root)) == ["ant", "ant 10", "ant 11", "ant 12", "ant 8", "ant 9"]


@pytest.mark.parametrize("bad", range(0, 10, 2))
def test_an_error_in_a_segment_that_is_built_beside_the_reading_refuses_the_whole_batch(root: Path, bad: int) -> None:
    read = []

    def source() -> Iterator[Document]:
        for n in range(10):
            read.append(n)
            yield Document(f"{n}", {"text": "ant"}, {"year": "no number" if n == bad else 1999})

    with patch("findry.index.writer.FLUSH_DOCUMENTS", 2), writer_of(root) as writer:
        with pytest.raises(InputError, match="year"):
            writer.add(source())
        assert not writer.changed
        assert len(read) >= bad + 2
        writer.add([BEE])
    assert held(root) == ["a", BEE.id]


def test_a_source_that_fails_while_a_segment_is_built_is_refused_whole(root: Path) -> None:
    def source() -> Iterator[Document]:
        yield from (Document(f"{n}", {"text": "ant"}) for n in range(5))
        raise OSError("the line broke")

    with patch("findry.index.writer.FLUSH_DOCUMENTS", 2), writer_of(root) as writer:
        with pytest.raises(OSError, match="broke"):
            writer.add(source())
        assert not writer.changed
    assert held(root) == ["a"]
    assert [path.name for path in (root / "staging").iterdir()] == []


def test_of_several_documents_with_one_id_the_last_stands(root: Path) -> None:
    texts = ["ant", "bee", "cow"]
    with writer_of(root) as writer:
        assert writer.add([Document("a", {"text": text}) for text in texts]) == 3
        writer.add([Document("a", {"text": "dog"})])
        writer.add([Document("z", {"text": "x"}), Document("z", {"text": "y"})])
    assert [(d.id, d.text["text"]) for d in sorted(Snapshot(root), key=lambda d: d.id)] == [("a", "dog"), ("z", "y")]
    assert reader_of(Snapshot(root)).lexical().df(["ant", "cow", "dog"]) == [0, 0, 1]


def test_a_closed_writer_takes_nothing(root: Path) -> None:
    writer = writer_of(root)
    writer.close()
    writer.close()
    for change in (lambda: writer.add([BEE]), lambda: writer.delete(["a"]), writer.commit, writer.optimize):
        with pytest.raises(InputError, match="closed"):
            change()
    assert held(root) == ["a"]


def test_an_index_is_made_in_an_empty_folder_only(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="something in this folder"):
        create(root, Schema())
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "x").write_text("x")
    with pytest.raises(InputError, match="something in this folder"):
        create(tmp_path / "file", CHUNKED)


def test_ids_find_their_rows_and_back(tmp_path: Path) -> None:
    ids = ["a", "a#1", "#", "ọ", "x" * 300, "a#0#1"]
    create(tmp_path / "k", CHUNKED, Unflushed())
    with writer_of(tmp_path / "k") as writer:
        writer.add([Document(id, {"text": "ant bee cow dog elk"}) for id in ids[:3]])
        writer.add([Document(id, {"text": ""}) for id in ids[3:]])
    snapshot = Snapshot(tmp_path / "k")
    for space in (snapshot.documents, snapshot.rows):
        rows = np.arange(len(space))
        assert space.ids.find(space.ids.take(rows)).tolist() == rows.tolist()
        assert space.ids.find(["unknown", "a#7", "a#x", ""]).tolist() == [-1] * 4
    assert len(snapshot.rows) > len(ids)


def test_merges_of_large_segments_side_by_side_give_what_one_after_another_do(tmp_path: Path) -> None:
    found = []
    for large in (1, 1000):
        place = tmp_path / str(large)
        create(place, Schema())
        with (
            patch("findry.index.merging.LARGE", large),
            patch("findry.index.writer.FLUSH_DOCUMENTS", 5),
            patch("findry.index.merging.ThreadPoolExecutor", wraps=ThreadPoolExecutor) as pool,
            Writer(place, merge="now") as writer,
        ):
            writer.add(Document(f"{n % 60}", {"text": f"ant {n}"}) for n in range(80))
        assert pool.called == (large == 1)
        snapshot = Snapshot(place)
        found.append(sorted((one.id, one.text["text"]) for one in snapshot))
        assert len(snapshot.segments) <= 3
    assert found[0] == found[1]
    assert len(found[0]) == 60
