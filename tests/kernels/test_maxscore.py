"""The compiled search finds exactly what scoring every row finds, at sizes where windows are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from small_worlds import Unflushed, folder

from findry.index import LexicalField, Schema, Snapshot, Writer, create
from findry.index.bm25 import BM25
from findry.kernels.layout import WIDE, WINDOW
from findry.records import Document, Queries, Variant
from findry.search.lexical import LexicalSearcher
from findry.search.restrict import Restrictions
from findry.text import Analyzer, parse_filter

PLAIN = Analyzer("none")
ROWS = 2 * WINDOW + 5_000
SCHEMA = Schema((LexicalField("title", ("title",), 2.0, PLAIN), LexicalField("text", ("text",), 1.0, PLAIN)))
FORMULAS = (BM25(), BM25(1.2, 0.75), BM25(0.0, 0.4), BM25(2.0, 1.0), BM25(0.9, 0.0))


def word(number: int) -> str:
    return f"w{number}"


def documents() -> Iterator[Document]:
    """Words as rare as in language, many texts alike, a few long ones with a word hundreds of times."""
    chance = np.random.default_rng(3)
    lengths = np.minimum(chance.geometric(0.12, ROWS), 40)
    words = np.minimum(chance.zipf(1.3, lengths.sum()), 3_000)
    at = 0
    for row, length in enumerate(lengths.tolist()):
        text = " ".join(map(word, words[at : at + length].tolist()))
        at += length
        if row % 9_000 == 17:
            text = f"{text} {' '.join([word(7)] * (300 + row % 50))}"
        if row % 11 == 0:
            text = "w1 w2 same"
        title = " ".join(map(word, words[max(at - 2, 0) : at].tolist())) if row % 3 else ""
        yield Document(f"d{row}", {"title": title, "text": text}, {"tenth": row % 10, "rare": row % 5_000 == 3})


@pytest.fixture(scope="module")
def snapshot() -> Iterator[Snapshot]:
    """Two segments, the first of several windows, some documents deleted in the second only."""
    held = list(documents())
    with folder() as root:
        create(root, SCHEMA, Unflushed())
        with Writer(root, merge="off", files=Unflushed()) as writer:
            writer.add(held[: ROWS - 3_000])
            writer.add(held[ROWS - 3_000 :])
            writer.commit()
            writer.delete(f"d{row}" for row in range(ROWS - 3_000, ROWS, 7))
        yield Snapshot(root, files=Unflushed())


def queries() -> Queries:
    chance = np.random.default_rng(5)
    texts = [
        " ".join(map(word, np.minimum(chance.zipf(1.2, chance.integers(1, 12)), 3_100).tolist())) for _ in range(60)
    ]
    texts += ["w1", "w7", "same", "w1 w2 same", "w1 w1 w1 w9", "", "unknown", "w2999 w2998", "w1 w2 w3 w4 w5 w6 w7 w8"]
    return Queries.of(texts)


def require_same(searcher: LexicalSearcher, asked: Queries, k: int, allowed: Restrictions) -> int:
    """The kernel's ranking is that of the plain twin, to the bit; how many hits there were."""
    lines = searcher._ask(asked, allowed)
    fast, plain = searcher._scoring.best(lines, allowed, k), searcher._scoring._best_of_all(lines, allowed, k)
    for one, other, what in zip(fast, plain, ("offsets", "rows", "scores"), strict=True):
        assert np.array_equal(one, other), what
    return len(fast[1])


def test_the_world_has_what_the_kernel_treats_differently(snapshot: Snapshot) -> None:
    postings = snapshot.segments[0].postings["text"]
    df = np.diff(postings.start)
    assert snapshot.segments[0].rows > 2 * WINDOW
    assert (df >= WINDOW).any()
    assert ((df >= WIDE) & (df < WINDOW)).any()
    assert ((df > 0) & (df < WIDE)).any()
    assert len(postings.array("over.at")) > 2
    assert [len(segment.deleted) > 0 for segment in snapshot.segments] == [False, True]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_it_finds_what_scoring_every_row_finds(snapshot: Snapshot, formula: BM25) -> None:
    searcher, asked = LexicalSearcher(snapshot, formula), queries()
    for k in (1, 10, 64, 65, 300, 2_000):
        assert require_same(searcher, asked, k, Restrictions(snapshot, asked, None, None)) > 50


def test_it_finds_what_scoring_every_row_finds_under_filters(snapshot: Snapshot) -> None:
    searcher, asked = LexicalSearcher(snapshot), queries()
    filters = [None, parse_filter("tenth = 3"), parse_filter("rare = true"), parse_filter("tenth = 99")]
    where = [filters[number % len(filters)] for number in range(len(asked))]
    exclude = [[f"d{number * 11}", "d1", "nobody"] for number in range(len(asked))]
    for k in (3, 1_000):
        assert require_same(searcher, asked, k, Restrictions(snapshot, asked, where, exclude)) > 50


def test_one_field_alone_and_other_weights(snapshot: Snapshot) -> None:
    asked = queries()
    for fields in ({"title": 1.0}, {"text": 0.25, "title": 40.0}):
        searcher = LexicalSearcher(snapshot, fields=fields)
        assert require_same(searcher, asked, 25, Restrictions(snapshot, asked, None, None)) > 50


def test_a_query_alone_and_in_a_batch_and_with_threads_is_the_same(snapshot: Snapshot) -> None:
    searcher, asked = LexicalSearcher(snapshot), queries()
    together = searcher.search(asked, 20)
    for row, text in enumerate(asked.texts):
        alone = searcher.search(Queries.of([text]), 20)
        assert np.array_equal(alone.rows, together.rows[together.hits(row)])
        assert np.array_equal(alone.scores, together.scores[together.hits(row)])


def test_negative_weights_are_exact_too(snapshot: Snapshot) -> None:
    searcher, plain = LexicalSearcher(snapshot), Queries.of(["w5 w6"])
    plan = (Variant("original", "w5 w6"), Variant("feedback", terms={"w1": -0.5}))
    asked = replace(plain, plan=(plan,))
    run = searcher.search(asked, 50)
    assert len(run.rows) == 50
    assert np.array_equal(searcher.score(asked, run).scores, run.scores)
    without = searcher.score(plain, run)
    lowered = dict(zip(run.rows.tolist(), run.scores.tolist(), strict=True))
    assert all(lowered[row] <= score for row, score in zip(without.rows.tolist(), without.scores.tolist(), strict=True))


@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
def test_bounds_hold_when_the_average_length_drifts(snapshot: Snapshot, ratio: float) -> None:
    searcher, asked = LexicalSearcher(snapshot), queries()
    for vocabulary in searcher._vocabularies:
        vocabulary.__dict__["average_length"] = vocabulary.average_length * ratio
    drifted = LexicalSearcher(snapshot)
    drifted._vocabularies = searcher._vocabularies
    drifted._scoring = type(searcher._scoring)(snapshot, searcher.formula, searcher._vocabularies)
    assert require_same(drifted, asked, 10, Restrictions(snapshot, asked, None, None)) > 50
