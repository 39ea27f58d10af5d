"""A process that has no kernels yet answers small indexes without them, with the same results to the bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry import kernels
from findry.index import Snapshot, Writer, create
from findry.index.schema import LexicalField, Schema
from findry.kernels import planning, products, ranking
from findry.records import Document, Queries
from findry.search import plain
from findry.search.asked import Asked
from findry.search.lexical import LexicalSearcher
from findry.text import Analyzer

WORDS = Analyzer("none")
SCHEMA = Schema((LexicalField("title", ("title",), 2.0, WORDS), LexicalField("text", ("text",), 1.0, WORDS)))
ASKED = ["w1", "w1 w2 w3", "w2 w2 w40", "w399 unknown", "", "the w7", "w1 w2 w3 w4 w5 w6 w7 w8", '"w1 w2" w9', "w1*"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments with wide and with narrow terms, and some documents deleted."""
    chance, folder = np.random.default_rng(2), tmp_path_factory.mktemp("plain")
    create(folder, SCHEMA)
    with Writer(folder, merge="off") as writer:
        for first in (0, 900):
            drawn = np.minimum(chance.zipf(1.3, (900, 12)), 400)
            lines = [" ".join(f"w{word}" for word in line) for line in drawn.tolist()]
            writer.add(
                Document(f"d{number}", {"title": text[:9], "text": text}) for number, text in enumerate(lines, first)
            )
        writer.commit()
        writer.delete(f"d{number}" for number in range(0, 1800, 7))
    return folder


@pytest.mark.parametrize("syntax", ["plain", "operators"])
def test_plain_steps_rank_as_the_kernels_do(root: Path, monkeypatch: pytest.MonkeyPatch, syntax: str) -> None:
    queries = [Queries.of([text], syntax=syntax) for text in ASKED]  # type: ignore[arg-type]
    fast = [LexicalSearcher(Snapshot(root)).search(query, 10) for query in queries]
    monkeypatch.setattr(kernels, "COMPILED", "not loaded")
    monkeypatch.setattr(plain, "FEW", 10**6)
    snapshot = Snapshot(root)
    assert plain.plain(len(snapshot.rows.ids), 1)
    slow = [LexicalSearcher(snapshot).search(query, 10) for query in queries]
    assert sum(len(run.rows) for run in fast) > 60
    for one, other in zip(fast, slow, strict=True):
        assert one.rows.tolist() == other.rows.tolist()
        assert one.scores.tolist() == other.scores.tolist()


@given(st.lists(st.lists(st.floats(-1e6, 1e6), max_size=5), max_size=5))
def test_weights_are_made_whole_as_the_kernel_makes_them(weights: list[list[float]]) -> None:
    start = np.cumsum([0, *map(len, weights)])
    weight = np.array([value for of_query in weights for value in of_query], np.float64)
    for one, other in zip(plain.weighed(start, weight), planning.weigh(start, weight), strict=True):
        assert np.array_equal(one, other)


@given(st.integers(1, 700), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_inner_products_are_those_of_the_kernel(dimension: int, k: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    matrix = (chance.standard_normal((25, dimension)) * np.exp2(chance.integers(-20, 20, dimension))).astype(np.float32)
    matrix[3] = matrix[4]
    rows, ties = chance.permutation(25)[:20], chance.permutation(25).astype(np.uint64)
    found, scores = plain.best_of_rows(matrix, matrix[0], rows, k, ties)
    wanted = ranking.best_of_rows(matrix, matrix[0], rows, k, ties)
    assert found.tolist() == wanted[0].tolist()
    assert scores.tolist() == wanted[1].tolist() == products.inner_products(matrix, matrix[0], found).tolist()


def test_few_searches_of_a_small_index_load_no_compiler(root: Path) -> None:
    """And a ninth one does."""
    script = (
        "import sys; from pathlib import Path; from findry.index import Snapshot; from findry.records import Queries\n"
        "from findry.search.lexical import LexicalSearcher\n"
        f"searcher = LexicalSearcher(Snapshot(Path({str(root)!r})))\n"
        "for number in range(9):\n"
        "    print(len(searcher.search(Queries.of(['w1 w2']), 3).rows), 'numba' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["3 False"] * 8 + ["3 True"]


def test_a_line_without_weight_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "COMPILED", "not loaded")
    asked = Asked(np.array([0, 0, 1]), np.zeros(1, np.int64), np.ones(1), np.zeros((1, 1), np.int32), {})
    assert asked.scale.tolist() == [1.0, 2.0**29]
    assert asked.lines == 1
