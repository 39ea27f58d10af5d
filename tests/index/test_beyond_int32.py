"""Postings, positions, vectors and bytes past the 2^31st of a segment are found, and only their blocks are read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray
from resident import COUNTED, mapped
from small_worlds import ONE_FIELD, Unflushed, asked, build, lists, reader_of, writer_of
from sparse_arrays import Holes, stretched, taken_up, write_sparse
from xxhash import xxh3_64_hexdigest

from findry.errors import IndexDamaged
from findry.index import Snapshot
from findry.index.arrays import DATA, ArrayFile
from findry.index.checksums import BLOCK
from findry.index.commit import current, publish
from findry.index.segment import Segment
from findry.index.strings import Strings, pack
from findry.records import Document, ragged
from findry.records.where import Compare

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files with holes, as POSIX has them")

GAP = 2**31 + 12_345
WORDS = ("ant", "bulk", "yak", "zebra", "zebu")  # between those of "bulk" and of "yak" lie GAP postings more
QUERIES = ["zebra", "zebu yak ant yak", '"yak zebra" ant', "zeb*", "+yak -zebu zebra", "yak* -ant", '-"zebra zebu" yak']
TOUCHED = 40  # blocks that asking everything may touch: one or two of each array in use


def some_documents(number: int = 200) -> Iterator[Document]:
    """Documents over five words; the first has each of them."""
    chance = np.random.default_rng(7)
    yield Document("d0", {"text": " ".join(WORDS)}, {"year": 0})
    for n in range(1, number):
        text = " ".join(chance.choice(WORDS, chance.integers(0, 9)))
        yield Document(f"d{n}", {"text": text}, {"year": n % 7})


@pytest.fixture
def plain() -> Iterator[Path]:
    """An index of one segment as it is written."""
    with build(some_documents()) as made:
        yield made.root


@pytest.fixture
def huge(plain: Path, tmp_path: Path) -> Path:
    """The same index; "bulk" has GAP more postings and positions, and document 0 GAP more bytes."""
    root = tmp_path / "huge"
    shutil.copytree(plain, root)
    commit = current(root)
    (entry,) = commit.segments
    segment = Segment(plain, entry, ONE_FIELD)
    held = {name: segment.arrays[name] for name in json.loads(segment.arrays.directory)["arrays"]}
    after_bulk = segment.postings["contents"].find("bulk") + 1
    arrays: dict[str, NDArray[Any] | Holes] = {**held}
    for offsets, stored, after in (
        ("lex0.start", ("lex0.rows", "lex0.rows32", "lex0.tf"), after_bulk),
        ("lex0.at", ("lex0.positions", "lex0.gaps"), after_bulk),
        ("docs.offsets", ("docs.data",), 1),
    ):
        arrays |= {name: stretched(held[name], int(held[offsets][after]), GAP) for name in stored if name in held}
        arrays[offsets] = held[offsets] + GAP * (np.arange(len(held[offsets])) >= after)
    stamps = write_sparse(root / "segments" / entry.name, arrays, segment.meta)
    segments = (replace(entry, files=stamps),)
    publish(root, replace(commit, number=commit.number + 1, segments=segments), Unflushed())
    return root


@contextmanager
def blocks_read() -> Iterator[list[int]]:
    """The sizes of the blocks that are compared meanwhile."""
    sizes: list[int] = []

    def compare(raw: memoryview) -> str:
        sizes.append(len(raw))
        return xxh3_64_hexdigest(raw)

    with patch("findry.index.arrays.xxh3_64_hexdigest", compare):
        yield sizes


def answers(snapshot: Snapshot) -> list[object]:
    """All questions that leave "bulk" alone, with and without a filter."""
    searcher, queries = reader_of(snapshot).lexical(), asked(QUERIES, "operators")
    found = [searcher.search(queries, 9), searcher.search(queries, 99, where=Compare("gte", "year", 3))]
    return [*map(lists, found), lists(searcher.score(queries, found[0])), searcher.df(["yak", "zebra", "zebu", "ant"])]


def test_postings_and_positions_past_int32_are_those_of_the_term(plain: Path, huge: Path) -> None:
    (small,), (large,) = Snapshot(plain).segments, Snapshot(huge).segments
    a, b = small.postings["contents"], large.postings["contents"]
    for name in ("start", "at"):
        assert large.arrays[f"lex0.{name}"][b.find("yak")] > 2**31
    for word in ("ant", "yak", "zebra", "zebu"):
        term = b.find(word)
        assert term == a.find(word) >= 0
        one: list[NDArray[Any]] = [*a.list(term), *a.occurrences(term)]
        other: list[NDArray[Any]] = [*b.list(term), *b.occurrences(term)]
        assert min(map(len, one)) > 0
        for small_one, large_one in zip(one, other, strict=True):
            np.testing.assert_array_equal(small_one, large_one, strict=True)


def test_searches_past_int32_answer_as_a_small_index_and_read_their_blocks_only(plain: Path, huge: Path) -> None:
    stored = huge / "segments" / current(huge).segments[0].name
    assert taken_up(stored) < 4 << 20
    assert (stored / DATA).stat().st_size > 6 * 2**31
    with blocks_read() as read:
        found = answers(Snapshot(huge))
    assert 0 < len(read) <= TOUCHED
    assert found == answers(Snapshot(plain))
    assert taken_up(stored) < 4 << 20


@pytest.mark.skipif(not COUNTED, reason="resident memory is counted on Linux")
def test_what_is_resident_of_a_huge_map_are_the_blocks_that_were_read(huge: Path) -> None:
    name = str(huge / "segments" / current(huge).segments[0].name / DATA)
    snapshot = Snapshot(huge)
    size, inside = mapped(name)
    assert (size > 6 * 2**31, inside) == (True, 0)
    answers(snapshot)
    assert 0 < mapped(name)[1] <= TOUCHED * BLOCK


def test_stored_documents_past_int32_bytes_come_back(huge: Path) -> None:
    snapshot = Snapshot(huge)
    assert snapshot.segments[0].arrays["docs.offsets"][1] > 2**31
    with blocks_read() as read:
        assert [snapshot.document(row) for row in range(1, 200)] == [*some_documents()][1:]
    assert len(read) <= 2


def test_a_writer_deletes_and_replaces_past_int32(plain: Path, huge: Path) -> None:
    for root in (plain, huge):
        with writer_of(root, "off") as writer:
            assert writer.delete([f"d{n}" for n in range(3, 200, 5)]) == 40
            writer.add([Document("d4", {"text": "zebra zebra yak"}, {"year": 5}), Document("new", {"text": "zebu"})])
    assert answers(Snapshot(huge)) == answers(Snapshot(plain))


def test_damage_past_int32_is_seen_where_it_is_touched(huge: Path) -> None:
    folder = huge / "segments" / current(huge).segments[0].name
    place = json.loads((folder / "arrays.json").read_bytes())["arrays"]["lex0.tf"]
    with open(folder / DATA, "r+b") as file:
        file.seek(place["offset"] + np.dtype(place["dtype"]).itemsize * place["shape"][0] - 1)
        last = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([last ^ 1]))
    searcher = reader_of(Snapshot(huge)).lexical()
    assert lists(searcher.search(asked(["ant"]), 9))[0][1]
    with pytest.raises(IndexDamaged, match=r"'lex0\.tf' is not what was written"):
        searcher.search(asked(["zebu"]), 9)


def test_vectors_past_int32_floats_and_bytes_are_those_of_their_rows(tmp_path: Path) -> None:
    chance, lines = np.random.default_rng(3), 2**26 + 5
    starts = [0, 2**23 - 1, 2**25 - 2, 2**26 - 1, lines - 2]  # bytes, then floats pass 2^31; floats pass 2^32
    pieces = {start: chance.normal(size=(2, 64)).astype(np.float32) for start in starts}
    stamps = write_sparse(tmp_path, {"vec0": Holes("<f4", (lines, 64), pieces)}, {})
    arrays = ArrayFile(tmp_path, stamps)
    with blocks_read() as read:
        for start, piece in pieces.items():
            part = arrays.part("vec0", start, start + 2)
            np.testing.assert_array_equal(part, piece, strict=True)
        np.testing.assert_array_equal(arrays.part("vec0", 2**25, 2**25 + 1), np.zeros((1, 64), np.float32))
    assert len(read) <= 2 * len(starts)
    assert taken_up(tmp_path) < 4 << 20


def test_strings_past_int32_bytes_are_found(tmp_path: Path) -> None:
    words = [f"word{n:03d}" for n in range(100)]
    offsets, data = pack(["", *words])
    offsets[2:] += GAP  # the first word is GAP bytes longer; no search below looks at it
    stamps = write_sparse(tmp_path, {"data": stretched(data, 7, GAP)}, {})
    strings = Strings(offsets, np.frombuffer(ArrayFile(tmp_path, stamps).data, np.uint8))
    assert [strings[n] for n in range(2, 101)] == words[1:] == strings.take(np.arange(2, 101))
    assert [strings.position(word) for word in words[60:]] == [*range(61, 101)]
    assert (strings.position("word0995"), strings.prefixed("word07")) == (-1, range(71, 81))
    assert strings.position("x") == -1


def test_offsets_are_counted_in_64_bits() -> None:
    offsets = ragged.counts_to_offsets(np.array([2**31 - 1, 2**31 - 1, 1], np.int32))
    assert offsets.dtype == np.int64
    assert offsets.tolist() == [0, 2**31 - 1, 2**32 - 2, 2**32 - 1]
