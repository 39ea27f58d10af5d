"""Search by signs: recall against all rows, the same scores, and the laws that hold for every way of searching."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from clustered import clustered, given_index, given_queries, reader_of_given
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import ENCODER, Unflushed, asked, build, documents, lists, plain_queries, reader_of

from findry.engine import Index
from findry.errors import InputError
from findry.index import Snapshot, Writer
from findry.index.depths import measure
from findry.kernels.eights import in_eights
from findry.kernels.signs import pack_signs
from findry.records import Document, Queries, Run
from findry.records.where import Compare, Member, Where
from findry.search import DenseSearcher, Reader
from findry.stages import dense

ROWS, DIMENSION, QUERIES = 8000, 100, 60


class World(NamedTuple):
    root: Path
    reader: Reader
    queries: Queries
    clusters: np.ndarray

    def searcher(self, scan: str = "signs", depth: int = 0) -> DenseSearcher:
        return self.reader.dense(scan=scan, depth=depth)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("signs") / "index"
    vectors, clusters = clustered(ROWS + QUERIES, DIMENSION, 80)
    encoder = given_index(root, vectors[:ROWS], clusters[:ROWS] % 10)
    return World(root, reader_of_given(root, encoder), given_queries(vectors[ROWS:]), clusters[ROWS:])


def recall(found: Run, wanted: Run) -> float:
    """The mean share of what is wanted that was found."""
    pairs = zip(found.to_dict().values(), wanted.to_dict().values(), strict=True)
    return float(np.mean([len(got.keys() & right.keys()) / max(len(right), 1) for got, right in pairs]))


# The filters: none, a tenth of the rows at random, and rows of other clusters than the query's.
@pytest.mark.parametrize("k", [1, 10, 100])
@pytest.mark.parametrize("kind", ["none", "clusters", "others"])
def test_recall_reaches_what_is_promised_and_scores_are_exact(world: World, kind: str, k: int) -> None:
    wheres: dict[str, list[Where | None]] = {
        "none": [None] * QUERIES,
        "clusters": [Member("in", "group", (3, 4))] * QUERIES,
        "others": [Compare("ne", "group", int(cluster) % 10) for cluster in world.clusters],
    }
    found = world.searcher().search(world.queries, k, where=wheres[kind])
    wanted = world.searcher("exact").search(world.queries, k, where=wheres[kind])
    assert recall(found, wanted) >= 0.99
    again = world.searcher().score(world.queries, found)
    assert lists(again) == lists(found)


def test_recall_holds_with_deleted_and_with_excluded_documents(world: World, tmp_path: Path) -> None:
    vectors = np.stack([variants[0].vector for variants in world.queries.plan])  # type: ignore[arg-type]
    matrix = world.reader.dense().vectors(np.arange(ROWS))
    encoder = given_index(tmp_path / "index", matrix)
    best = world.searcher("exact").search(world.queries, 5)
    with Writer(tmp_path / "index", {"vectors": encoder}, merge="off", files=Unflushed()) as writer:
        writer.delete(best.ids())
    reader = reader_of_given(tmp_path / "index", encoder)
    exclude = [ids[:3] for ids in map(list, best.to_dict().values())]
    for one, excluded in ((reader, None), (world.reader, exclude)):
        found = one.dense(scan="signs").search(given_queries(vectors), 10, exclude=excluded)
        wanted = one.dense(scan="exact").search(given_queries(vectors), 10, exclude=excluded)
        assert recall(found, wanted) >= 0.99
    gone = set(best.ids())
    assert not gone & set(reader.dense(scan="signs").search(given_queries(vectors), 50).ids())


def test_a_batch_finds_what_its_queries_find_alone(world: World) -> None:
    wheres: list[Where | None] = [None, Compare("lt", "group", 5), Compare("eq", "group", 3)] * (QUERIES // 3)
    for scan in ("signs", "exact"):
        whole = lists(world.searcher(scan).search(world.queries, 20, where=wheres))
        alone = [
            lists(world.searcher(scan).search(world.queries.take([row]), 20, where=where))[0]
            for row, where in enumerate(wheres)
        ]
        assert whole == alone
        plain = lists(world.searcher(scan).search(world.queries, 20))
        assert plain == [lists(world.searcher(scan).search(world.queries.take([row]), 20))[0] for row in range(QUERIES)]


def test_threads_that_share_a_searcher_find_the_same(world: World) -> None:
    wanted = lists(world.searcher().search(world.queries, 10))
    fresh = reader_of_given(world.root, world.reader.dense().encoder)  # type: ignore[arg-type]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: lists(fresh.dense(scan="signs").search(world.queries, 10)), range(8)))
    assert found == [wanted] * 8


def test_a_given_depth_is_the_number_of_rows_that_are_scored(world: World) -> None:
    recalls = [
        recall(world.searcher(depth=depth).search(world.queries, 10), world.searcher("exact").search(world.queries, 10))
        for depth in (10, 50, 400)
    ]
    assert recalls == sorted(recalls)
    assert recalls[0] < 0.8 < 0.99 < recalls[-1]


@settings(max_examples=25)
@given(documents(), plain_queries, st.integers(0, 9), st.integers(0, 9), st.lists(st.integers(0, 3), max_size=2))
def test_where_few_rows_are_allowed_all_are_scored(
    held: list[Document], texts: list[str], k: int, depth: int, layout: list[int]
) -> None:
    with build(held, layout=layout) as snapshot:
        signs, exact = (DenseSearcher(snapshot, ENCODER, scan=scan) for scan in ("signs", "exact"))
        assert signs.exactness == "exact"
        assert lists(signs.search(asked(texts), k)) == lists(exact.search(asked(texts), k))
        deep = DenseSearcher(snapshot, ENCODER, scan="signs", depth=max(2, depth))
        assert lists(deep.search(asked(texts), k)) == lists(exact.search(asked(texts), k))


def test_k_may_be_larger_than_the_index(world: World) -> None:
    some = world.queries.take([0, 1])
    found, wanted = (world.searcher(scan).search(some, 10 * ROWS) for scan in ("signs", "exact"))
    assert [len(hits) for _, hits in lists(found)] == [ROWS, ROWS]
    assert lists(found) == lists(wanted)


def test_equal_vectors_stand_in_the_order_of_their_ties(tmp_path: Path) -> None:
    vectors, _ = clustered(5000, 70, 30)
    vectors[1000:1500] = vectors[999]
    encoder = given_index(tmp_path / "index", vectors, segments=2)
    reader = reader_of_given(tmp_path / "index", encoder)
    query = given_queries(vectors[999:1000])
    for depth in (0, 20):
        found = reader.dense(scan="signs", depth=depth).search(query, 60)
        assert lists(found) == lists(reader.dense(scan="exact").search(query, 60))


def test_signs_that_tell_nothing_are_not_used(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    vectors = (10 + random.standard_normal((5000, 20))).astype(np.float32)
    encoder = given_index(tmp_path / "index", vectors)
    reader = reader_of_given(tmp_path / "index", encoder)
    queries = given_queries(vectors[:5] - 10)
    assert reader.dense(scan="signs").exactness == "exact"
    assert lists(reader.dense(scan="signs").search(queries, 5)) == lists(reader.dense(scan="exact").search(queries, 5))


def test_the_way_of_searching_is_told_truthfully(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.searcher().exactness == "surrogate"
    assert world.searcher("exact").exactness == world.searcher("auto").exactness == "exact"
    monkeypatch.setattr("findry.search.dense.SCANNED", ROWS * DIMENSION)
    auto = DenseSearcher(world.reader.snapshot, world.reader.dense().encoder)
    assert auto.exactness == "surrogate"
    assert lists(auto.search(world.queries, 10)) == lists(world.searcher().search(world.queries, 10))
    told = Index(world.root).info()["dense"]["vectors"]
    assert told["exactness"] == "surrogate"
    assert told["depth"] == auto._segments[0].measured.depth(10)  # type: ignore[union-attr]
    assert told["recall"] >= 0.99


def test_the_stage_takes_the_way_of_searching(world: World) -> None:
    for scan, depth in (("signs", 50), ("exact", 0)):
        pipe = dense(k=10, scan=scan, depth=depth).bind(index=world.reader)
        wanted = world.searcher(scan, depth).search(world.queries, 10)
        assert lists(pipe.apply(world.queries)) == lists(wanted)
    with pytest.raises(InputError, match="scan"):
        dense(scan="fast")


def test_a_merge_keeps_signs_and_measures_anew(tmp_path: Path) -> None:
    root = tmp_path / "index"
    vectors, _ = clustered(6000, 70, 30)
    encoder = given_index(root, vectors, segments=2)
    assert [s.measured("vectors") for s in Snapshot(root).segments] == [None, None]
    with Writer(root, {"vectors": encoder}, merge="off", files=Unflushed()) as writer:
        writer.delete([f"d{n}" for n in range(0, 6000, 7)])
        writer.optimize()
    (segment,) = Snapshot(root).segments
    matrix = segment.vectors("vectors")
    np.testing.assert_array_equal(segment.arrays["vec0.eights"], in_eights(pack_signs(matrix)))
    wanted, found = measure(matrix, pack_signs(matrix), segment.norm("vectors")), segment.measured("vectors")
    assert wanted is not None
    assert found is not None
    assert found.card() == wanted.card()


@pytest.mark.parametrize("kept", ["signs by row", "vectors alone"])
def test_a_segment_without_signs_in_eights_makes_them_at_first_use(world: World, kept: str) -> None:
    older = reader_of_given(world.root, world.reader.dense().encoder)  # type: ignore[arg-type]
    for segment in older.snapshot.segments:
        held = {name: segment.arrays[name] for name in segment.arrays._directory if name != "vec0.eights"}
        if kept == "signs by row":
            held["vec0.signs"] = pack_signs(held["vec0"])
        segment.arrays = held  # type: ignore[assignment]
        del segment.meta["near"]
    found = older.dense(scan="signs").search(world.queries, 10)
    assert lists(found) == lists(world.searcher().search(world.queries, 10))


def test_an_empty_index_finds_nothing_in_any_way() -> None:
    with build([]) as snapshot:
        for scan in ("auto", "signs", "exact"):
            searcher = reader_of(snapshot).dense(scan=scan)  # type: ignore[arg-type]
            assert searcher.exactness == "exact"
            assert lists(searcher.search(asked(["ant"]), 3)) == [("1", [])]
