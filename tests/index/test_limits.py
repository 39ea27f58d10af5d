"""What is too large is refused as a whole, with the limit and the size; what is just as large as allowed is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_worlds import CHUNKED, ONE_FIELD, Unflushed, asked, lists, reader_of, writer_of

from findry.errors import InputError
from findry.index import Schema, Snapshot, create, merge, writer
from findry.index.commit import current
from findry.index.limits import Limits
from findry.index.merge import choose
from findry.records import Document, DocumentBatch

SMALL = Limits(rows=6, characters=12, id_bytes=4, values=3, fields=2)
ANT = Document("ant", {"text": "ant"}, {"year": 1})
BEE = Document("bee", {"text": "bee"})
TWELVE = Document("x", {"title": "é" * 5, "text": "bee 🐝🐝🐝"})
SIZES = {
    "characters of text": (TWELVE, Document("x", {"text": "a" * 13}), 12),
    "bytes of id": (Document("éé", {"text": "bee"}), Document("ééx", {"text": "bee"}), 4),
    "values": (Document("x", {}, {"year": 2, "a": 1, "b": 1}), Document("x", {}, dict.fromkeys("abcd", 1)), 3),
    "text fields": (Document("x", dict.fromkeys("ab", "bee")), Document("x", dict.fromkeys("abc", "bee")), 2),
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All limits so small that a test can reach them."""
    for room in (writer, merge):
        monkeypatch.setattr(room, "LIMITS", SMALL)
    return monkeypatch


def index(root: Path, schema: Schema = ONE_FIELD) -> Path:
    """An index with one document."""
    create(root, schema, Unflushed())
    with writer_of(root) as made:
        made.add([ANT])
    return root


def files(root: Path) -> dict[str, bytes]:
    """All that is on disk, what a writer has not committed left out."""
    found = {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {str(path): raw for path, raw in found.items() if path.parts[0] not in ("staging", "write.lock")}


def held(root: Path) -> dict[str, Document]:
    return {document.id: document for document in Snapshot(root, files=Unflushed())}


def found(root: Path, words: str) -> set[str]:
    """The documents that have any of some words."""
    (_, hits), *_ = lists(reader_of(Snapshot(root)).lexical().search(asked([words]), 99))
    return {id.split("#")[0] for id, _ in hits}


def require_refused(root: Path, documents: list[Document]) -> InputError:
    """The whole call is refused; nothing of it is taken, not even by the next commit; the writer goes on."""
    before, stored = current(root), files(root)
    with writer_of(root) as made:
        with pytest.raises(InputError, match="too many") as caught:
            made.add(documents)
        assert not made.changed
        assert made.commit() == before
        assert files(root) == stored
        assert made.add([BEE]) == 1
    assert held(root) == {"ant": ANT, "bee": BEE}
    assert found(root, "bee") == {"bee"}
    return caught.value


@pytest.mark.parametrize("flush", [1, 100_000])
@pytest.mark.parametrize("what", SIZES)
def test_a_document_over_a_limit_refuses_its_whole_call(
    tmp_path: Path, small: pytest.MonkeyPatch, what: str, flush: int
) -> None:
    small.setattr(writer, "FLUSH_DOCUMENTS", flush)
    root, (fits, over, most) = index(tmp_path / "index"), SIZES[what]
    replaced = Document("ant", {"text": "bee"})
    error = require_refused(root, [fits, replaced, over, BEE])
    assert error.what == f"a document has too many {what}"
    assert (error.expected, error.received) == (f"at most {most}", str(most + 1))
    assert error.where == f"document {over.id!r}"


@pytest.mark.parametrize("flush", [1, 3, 100_000])
@pytest.mark.parametrize("what", ["characters of text", "bytes of id", "values"])
def test_a_document_over_a_limit_is_found_in_a_batch(
    tmp_path: Path, small: pytest.MonkeyPatch, what: str, flush: int
) -> None:
    small.setattr(writer, "FLUSH_DOCUMENTS", flush)
    root, (fits, over, most) = index(tmp_path / "index"), SIZES[what]
    rows = [Document(f"{number}", {"text": "bee"}) for number in range(2)]

    def batch(documents: list[Document]) -> DocumentBatch:
        columns = [["".join(document.text.values()) or "bee" for document in documents]]
        values = [document.values or None for document in documents]
        return DocumentBatch([document.id for document in documents], ("text",), columns, values)

    with writer_of(root) as made:
        with pytest.raises(InputError, match=f"too many {what}") as caught:
            made.add([batch([*rows, over, BEE])])
        assert not made.changed
        assert made.add([batch([*rows, fits, BEE])]) == 4
    assert (caught.value.expected, caught.value.where) == (f"at most {most}", f"document {over.id!r}")
    assert len(held(root)) == 5


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("what", SIZES)
def test_a_document_at_a_limit_is_taken_and_comes_back(tmp_path: Path, what: str) -> None:
    root, (fits, _, _) = index(tmp_path / "index"), SIZES[what]
    with writer_of(root) as made:
        assert made.add([fits]) == 1
    with writer_of(root) as made:
        made.add([BEE])
        made.optimize()
    assert held(root) == {"ant": ANT, "bee": BEE, fits.id: fits}
    assert len(Snapshot(root).segments) == 1
    assert found(root, "bee") == ({"bee", fits.id} if fits.text else {"bee"})


def test_the_where_of_an_error_stays_short(tmp_path: Path) -> None:
    root = index(tmp_path / "index")
    error = require_refused(root, [Document("é" * 2**14 + "x", {"text": "bee"})])
    assert (error.expected, error.received) == ("at most 32,768", "32,769")
    assert error.where == f"document {'é' * 80!r}"


@pytest.mark.parametrize("flush", [1, 100_000])
def test_too_many_columns_refuse_the_call(tmp_path: Path, small: pytest.MonkeyPatch, flush: int) -> None:
    small.setattr(writer, "FLUSH_DOCUMENTS", flush)
    root = index(tmp_path / "index")
    error = require_refused(root, [Document(name, {}, {name: 1}) for name in "abc"])
    assert error.what == "the index would have too many filter columns"
    assert (error.expected, error.received) == ("at most 3", "4")
    with writer_of(root) as made:
        made.add([Document(name, {}, {name: 1}) for name in "ab"])
    assert sorted(current(root).columns) == ["a", "b", "year"]


@pytest.mark.parametrize("flush", [1, 100_000])
@pytest.mark.parametrize(("schema", "text"), [(ONE_FIELD, "bee"), (CHUNKED, "bee ant cow ant")])
def test_too_many_rows_refuse_the_call(
    tmp_path: Path, small: pytest.MonkeyPatch, schema: Schema, text: str, flush: int
) -> None:
    small.setattr(writer, "FLUSH_DOCUMENTS", flush)
    small.setattr(writer, "LIMITS", Limits(rows=6, characters=99))
    root, rows = index(tmp_path / "index", schema), 2 if schema is CHUNKED else 1
    documents = [Document(f"x{n}", {"text": text}) for n in range(6)]
    error = require_refused(root, documents)
    assert error.what == "the index would have too many rows"
    assert (error.expected, error.received) == ("at most 6", str(1 + rows * (6 if flush > 1 else 6 // rows)))
    with writer_of(root) as made:
        made.add(documents[: 4 // rows])
    snapshot = Snapshot(root)
    assert (snapshot.live_rows, len(held(root))) == (6, 2 + 4 // rows)


@pytest.mark.usefixtures("small")
def test_rows_that_are_deleted_make_room_when_they_are_merged_away(tmp_path: Path) -> None:
    root = index(tmp_path / "index")
    with writer_of(root, "off") as made:
        made.add([Document(f"x{n}", {"text": "bee"}) for n in range(5)])
        made.commit()
        made.delete([f"x{n}" for n in range(5)])
        with pytest.raises(InputError, match="too many rows"):
            made.add([BEE])
        made.optimize()
        made.add([BEE])
    assert held(root) == {"ant": ANT, "bee": BEE}


def test_the_merge_policy_never_makes_more_rows_than_a_segment_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    for rows in (7, 8):
        monkeypatch.setattr(merge, "LIMITS", Limits(rows=rows))
        chosen = choose([2, 2, 2, 2, 3], [2, 2, 2, 2, 3])
        assert chosen == ([0, 1, 2, 3] if rows == 8 else [])
    assert choose([3, 3, 3, 3, 500, 500, 500, 500], [3, 3, 3, 3, 500, 500, 500, 500]) == []


@pytest.mark.parametrize("schema", [ONE_FIELD, CHUNKED])
def test_segments_stay_within_the_limit_in_any_history(
    tmp_path: Path, small: pytest.MonkeyPatch, schema: Schema
) -> None:
    for room in (writer, merge):
        small.setattr(room, "LIMITS", Limits(rows=9))
    root, chance, refused = index(tmp_path / "index", schema), np.random.default_rng(5), 0
    for _ in range(60):
        with writer_of(root) as made:
            try:
                names = chance.choice(12, chance.integers(1, 4), replace=False).tolist()
                made.add([Document(f"x{n}", {"text": "bee ant cow"}) for n in names])
            except InputError:
                refused += 1
                made.delete([f"x{n}" for n in names])
        snapshot = Snapshot(root)
        assert all(segment.rows <= 9 for segment in snapshot.segments)
        assert int(snapshot.row_base[-1]) <= 9
    assert 5 <= refused <= 55
