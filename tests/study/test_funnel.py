from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import CHUNKED, ONE_FIELD, asked, build, documents, reader_of

from findry.algebra import Pipe
from findry.errors import InputError
from findry.pipeline import Plan, execute, from_text
from findry.records import Document, Qrels, Queries
from findry.search import Reader
from findry.study import explain, funnel
from findry.study.steps import ranks_in, steps

TEXTS = {"a": "ant ant ant", "b": "ant ant bee", "c": "ant bee bee", "d": "bee cow", "e": "cow", "f": "dog"}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with build([Document(id, {"text": text}) for id, text in TEXTS.items()], ONE_FIELD) as snapshot:
        yield reader_of(snapshot)


def bound(text: str, reader: Reader) -> Pipe:
    return from_text(text).bind(index=reader)


ANTS = Queries.of({"ants": "ant"})


def test_every_relevant_document_has_the_fate_that_a_hand_finds(reader: Reader) -> None:
    qrels = Qrels.from_dict({"ants": {"a": 1, "b": 1, "c": 2, "d": 1, "gone": 1, "e": 0}})
    found = funnel(bound("bm25 % 2", reader), ANTS, qrels, k=1, deep=5)
    assert {fate.item: fate.fate for fate in found.fates} == {
        "a": "in the top",
        "b": "below the top",
        "c": "lost in bm25 % 2",
        "d": "not retrieved",
        "gone": "not in the index",
    }
    assert found.counts() == {
        "not in the index": 1,
        "not retrieved": 1,
        "lost in bm25 % 2": 1,
        "below the top": 1,
        "in the top": 1,
    }
    assert found.left() == [("bm25", "Retrieve", 3), ("bm25 % 2", "Cut", 2)]
    assert [(fate.item, fate.ranks) for fate in found.of("ants")][:2] == [("c", (3, 0)), ("a", (1, 1))]


def test_a_document_that_a_retriever_was_not_asked_deep_enough_for_has_its_rank_there(reader: Reader) -> None:
    qrels = Qrels.from_dict({"ants": {"c": 1, "f": 1}})
    found = funnel(bound("bm25(k=1)", reader), ANTS, qrels, deep=100)
    assert {fate.item: fate.deep for fate in found.fates} == {"c": (("bm25", 3),), "f": (("bm25", 0),)}
    assert all(fate.deep == () for fate in funnel(bound("bm25(k=1)", reader), ANTS, qrels, deep=0).fates)


def test_what_one_branch_cut_and_another_kept_is_lost_nowhere(reader: Reader) -> None:
    qrels = Qrels.from_dict({"ants": {"c": 1}})
    found = funnel(bound("(bm25 % 1 | bm25 % 3) >> rrf", reader), ANTS, qrels)
    assert found.fates[0].fate == "in the top"
    lost = funnel(bound("(bm25 % 1 | bm25 % 3) >> rrf % 2", reader), ANTS, qrels)
    assert lost.fates[0].fate == "lost in rrf % 2"


@given(documents(most=8), st.sampled_from([ONE_FIELD, CHUNKED]), st.integers(1, 4), st.integers(1, 4))
def test_the_fates_add_up_and_the_last_rank_is_that_of_the_run(held: list[Document], schema, a: int, b: int) -> None:  # type: ignore[no-untyped-def]
    with build(held, schema) as snapshot:
        reader = reader_of(snapshot)
        pipe = bound(f"((bm25 % {a} | dense % {b}) >> rrf) >> group", reader)
        queries = Queries.of({"q1": "ant bee", "q2": "cow", "q3": ""})
        qrels = Qrels.from_dict({q: dict.fromkeys("abcdefgh", 1) for q in queries.ids})
        found = funnel(pipe, queries, qrels, k=2)
        run = execute(pipe, queries).need_run("test")
    assert sum(found.counts().values()) == len(found.fates) == 24
    lists = {query: [id for id, _ in hits] for query, hits in run.lists()}
    for fate in found.fates:
        there = lists[fate.query]
        assert fate.ranks[-1] == (there.index(fate.item) + 1 if fate.item in there else 0)
        assert (fate.fate in ("in the top", "below the top")) == (fate.ranks[-1] > 0)
        assert (fate.fate == "not in the index") == (fate.item not in {document.id for document in held})
        if fate.fate == "not retrieved":
            assert fate.ranks[0] == 0


def test_the_steps_are_the_stages_in_the_order_in_which_they_end(reader: Reader) -> None:
    pipe = bound("(bm25 % 2 | (bm25(b=0.0) & bm25)) >> rrf % 3", reader)
    found = steps(Plan(ANTS), pipe)
    assert [step.label for step in found] == ["bm25", "bm25 % 2", "bm25", "bm25", "&", "rrf", "rrf % 3"]
    assert [step.sources for step in found] == [(), (0,), (), (), (2, 3), (1, 4), (5,)]


def test_a_chunk_has_the_rank_of_its_document() -> None:
    with build([Document("x", {"text": "bee bee ant bee ant ant"}), Document("y", {"text": "ant bee"})], CHUNKED) as s:
        chunked = reader_of(s)
        run = chunked.lexical().search(asked(["ant"]), 10)
        ranks = ranks_in(run, chunked, np.zeros(2, np.int64), s.documents.ids.find(["x", "y"]).astype(np.int64))
    ids = [id.partition("#")[0] for id in run.ids()]
    assert ranks.tolist() == [ids.index("x") + 1, ids.index("y") + 1]


def test_the_terms_of_a_document_add_up_to_its_score(reader: Reader) -> None:
    queries = Queries.of({"q": "ants bee dog"})
    found = explain(bound("bm25 % 2", reader), queries, "c")
    ((label, parts),) = found.terms
    assert label == "bm25"
    assert [(part.term, part.tf, part.df, part.length) for part in parts] == [("bee", 2, 3, 3), ("ant", 1, 3, 3)]
    score = next(score for name, _, _, score in found.steps if name == "bm25")
    assert sum(part.added for part in parts) == pytest.approx(score, abs=1e-6)


def test_a_document_that_was_not_retrieved_is_explained_all_the_same(reader: Reader) -> None:
    found = explain(bound("bm25 % 1", reader), Queries.of("cow"), "d")
    assert [rank for _, _, rank, _ in found.steps] == [2, 0]
    assert [part.term for part in found.terms[0][1]] == ["cow"]
    assert explain(bound("bm25", reader), Queries.of("cow"), "a").terms[0][1] == ()


def test_unknown_documents_and_queries_are_refused(reader: Reader) -> None:
    with pytest.raises(InputError, match="no such document"):
        explain(bound("bm25", reader), ANTS, "nobody")
    found = funnel(bound("bm25", reader), ANTS, Qrels.from_dict({"ants": {"a": 1}}))
    with pytest.raises(InputError, match="no relevant document"):
        found.of("bees")
