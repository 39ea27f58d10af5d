"""The benches: their measuring is right, and those that are cheap still run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benches.building import built  # noqa: E402
from benches.corpora import synthetic  # noqa: E402
from benches.exact import Exact  # noqa: E402
from benches.growth import exponent  # noqa: E402
from benches.measure import Ratio, Times, interleaved  # noqa: E402
from benches.report import judged  # noqa: E402
from benches.setting import Setting  # noqa: E402
from benches.vectors import Truth, clustered  # noqa: E402


def test_every_callable_is_asked_every_question_once_before_and_once_timed() -> None:
    asked: dict[str, list[int]] = {"a": [], "b": []}
    times = interleaved({name: of_it.append for name, of_it in asked.items()}, 20)
    for of_it in asked.values():
        assert sorted(of_it[-20:]) == list(range(20))
        assert set(of_it[:-20]) == set(range(20))
    assert times.seconds.shape == (2, 20)
    assert not np.isnan(times.seconds).any()


def test_a_ratio_is_that_of_the_medians_and_lies_in_its_interval() -> None:
    fast = np.random.default_rng(0).uniform(1, 2, 100)
    times = Times(("slow", "fast"), np.stack([3 * fast, fast]))
    ratio = times.ratio("slow", "fast")
    assert ratio.value == pytest.approx(3)
    assert ratio.low <= ratio.value + 1e-9
    assert ratio.high >= ratio.value - 1e-9


def test_questions_that_only_one_engine_was_asked_do_not_count_in_a_ratio() -> None:
    seconds = np.array([[2.0, np.nan, 2.0], [1.0, 50.0, 1.0]])
    assert Times(("slow", "fast"), seconds).ratio("slow", "fast") == Ratio(2.0, 2.0, 2.0, 2)


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (Ratio(6, 5.5, 6.5, 9), "met"),
        (Ratio(6, 4.5, 6.5, 9), "met (within noise)"),
        (Ratio(4, 3.5, 5.5, 9), "missed (within noise)"),
        (Ratio(4, 3.5, 4.5, 9), "missed"),
        (None, "not compared"),
    ],
)
def test_a_verdict_goes_by_the_ratio_and_says_what_the_interval_says(ratio: Ratio | None, verdict: str) -> None:
    assert judged(ratio, at_least=5) == verdict


def test_a_line_in_logarithms_has_its_exponent() -> None:
    assert exponent({10: 5.0, 100: 5 * 10**0.5, 1000: 50.0}) == pytest.approx(0.5)


def test_exact_scores_agree_with_themselves_and_not_with_others(tmp_path: Path) -> None:
    corpus = synthetic(tmp_path, 200)
    queries = corpus.queries("heavy")[:5]
    exact = Exact(corpus, queries)
    for query in queries:
        scores = exact.scores(query)
        words = set(query.split())
        having = [bool(words & set(text.split())) for text in corpus.texts()]
        assert (scores > 0).tolist() == having
        assert exact.agreement(query, np.argsort(-scores)[:10].tolist(), 10) == 1
        assert exact.agreement(query, np.argsort(scores)[:10].tolist(), 10) < 1


def test_a_larger_corpus_begins_with_the_smaller_one(tmp_path: Path) -> None:
    assert list(synthetic(tmp_path, 30).texts()) == list(synthetic(tmp_path, 40).texts(0, 30))


def test_recall_counts_what_is_as_good_as_the_best(tmp_path: Path) -> None:
    vectors = clustered(tmp_path, 300)
    queries = vectors.queries[:4]
    groups = np.arange(4, dtype=np.int32)
    plain, filtered = Truth(vectors, queries, None, 10), Truth(vectors, queries, groups, 10)
    for query in range(4):
        scores = vectors.matrix @ queries[query]
        assert plain.recall(query, np.argsort(-scores)[:10].tolist()) == 1
        assert plain.recall(query, np.argsort(scores)[:10].tolist()) == 0
        scores[vectors.groups != groups[query]] = -2
        assert filtered.recall(query, np.argsort(-scores)[:10].tolist()) == 1


def test_a_fresh_index_leaves_the_one_that_is_kept(tmp_path: Path) -> None:
    setting = Setting(tmp_path, small=True)
    corpus = synthetic(tmp_path, 30)
    kept = built("lexical", "sqlite", corpus, setting)
    fresh = built("lexical", "sqlite", corpus, setting, fresh=True)
    assert fresh.folder != kept.folder
    assert built("lexical", "sqlite", corpus, setting) == kept
    assert built("lexical", "sqlite", corpus, setting, fresh=True).seconds != fresh.seconds


@pytest.mark.parametrize(
    "bench",
    [
        "changes",
        *(pytest.param(n, marks=pytest.mark.slow) for n in ("bm25", "dense", "batch", "real_sets", "indexing")),
        *(pytest.param(n, marks=pytest.mark.slow) for n in ("cold", "growth")),
        *(pytest.param(n, marks=[pytest.mark.slow, pytest.mark.weights]) for n in ("encoding", "hybrid", "sharing")),
    ],
)
def test_a_small_run_of_a_bench_gives_its_tables(bench: str, tmp_path: Path) -> None:
    there = [name for name in ("tantivy", "faiss") if importlib.util.find_spec(name)]
    if bench == "dense" and "faiss" not in there:
        pytest.skip("faiss is not installed (pip install 'findry[bench]')")
    peers = ",".join(["sqlite", "onnxruntime", *there])
    command = [sys.executable, "-m", "benches", bench, "--small", "--peers", peers]
    environment = os.environ | {"FINDRY_BENCH": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"== {bench}\n## ")
    assert "make bench ONLY=" in done.stdout
