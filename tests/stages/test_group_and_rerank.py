"""From chunks to documents, filters after the fact, and rerankers that neither add nor lose a hit."""

from __future__ import annotations

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_pipes import Hashed, pipes
from small_worlds import CHUNKED, ONE_FIELD, asked, build, documents, lists, plain_queries, reader_of

from findry.errors import PipelineError, SpaceMismatch
from findry.evaluate import evaluate
from findry.index import create
from findry.pipeline import execute
from findry.records import Batch, Document, Qrels, Run, tie_key
from findry.stages import bm25, bm25_rerank, dense, dense_rerank, filter, group, head
from findry.text import parse_filter

worlds = st.booleans().flatmap(lambda chunked: st.tuples(st.just(chunked), pipes(chunked=chunked, depth=2)))


@settings(max_examples=30)
@given(documents(), plain_queries, st.sampled_from(["max", "sum", "mean", "first"]), st.booleans())
def test_grouping_is_what_a_loop_over_the_chunks_says(
    held: list[Document], queries: list[str], by: str, words: bool
) -> None:
    with build(held, CHUNKED, layout=[2]) as snapshot:
        reader = reader_of(snapshot)
        run = (reader.lexical() if words else reader.dense()).search(asked(queries), 100)
        grouped = group(by=by, index=reader).apply(run)  # type: ignore[arg-type]
        assert grouped.items is snapshot.documents
        for (_, chunks), (_, found) in zip(lists(run), lists(grouped), strict=True):
            scores: dict[str, dict[int, float]] = {}
            for id, score in chunks:
                document, _, place = id.rpartition("#")
                scores.setdefault(document, {})[int(place)] = score
            value = {"max": max, "sum": sum, "mean": fmean, "first": next}[by]
            expected = {id: value(iter([of_it[p] for p in sorted(of_it)])) for id, of_it in scores.items()}
            assert dict(found) == pytest.approx(expected, abs=1e-6)
            assert found == sorted(found, key=lambda hit: (-hit[1], tie_key(hit[0])))
        best = snapshot.rows.ids.take(grouped.columns["row"])
        assert [id.rpartition("#")[0] for id in best] == grouped.ids()
        assert set(zip(grouped.owners.tolist(), best, strict=True)) <= set(
            zip(run.owners.tolist(), run.ids(), strict=True)
        )


def test_chunk_hits_are_not_judged_by_document_judgments_before_they_are_grouped() -> None:
    with build([Document("a", {"text": "ant bee cow ant"}), Document("b", {"text": "cow"})], CHUNKED) as snapshot:
        reader = reader_of(snapshot)
        queries, qrels = asked(["ant"]), Qrels.from_dict({"1": {"a": 1}})
        run = execute(bm25().bind(index=reader), queries).need_run("test")
        with pytest.raises(SpaceMismatch, match="group the run"):
            evaluate(run, qrels)
        grouped = execute((bm25() >> group()).bind(index=reader), queries).need_run("test")
        assert evaluate(grouped, qrels, "RR@10").mean("RR@10") == 1.0


def test_chunks_and_documents_are_not_mixed() -> None:
    with build([Document("a", {"text": "ant bee cow"})], CHUNKED) as snapshot:
        pipe = (bm25() + (dense() >> group())).bind(index=reader_of(snapshot))
        with pytest.raises(SpaceMismatch, match="group stage"):
            execute(pipe, asked(["ant"]))


def test_documents_pass_grouping_unchanged_and_rows_of_another_index_do_not_pass() -> None:
    held = [Document("a", {"text": "ant bee cow"})]
    with build(held) as whole, build(held, CHUNKED) as one, build(held, CHUNKED) as other:
        run = reader_of(whole).lexical().search(asked(["ant"]), 5)
        assert group(index=reader_of(one)).apply(run) is run
        with pytest.raises(SpaceMismatch):
            group(index=reader_of(one)).apply(reader_of(other).lexical().search(asked(["ant"]), 5))


def test_sums_over_chunks_need_scores_that_can_be_added() -> None:
    with build([Document("a", {"text": "ant bee cow ant"})], CHUNKED) as snapshot:
        for by, fine in (("first", True), ("max", True), ("sum", False), ("mean", False)):
            pipe = ((bm25() ^ dense()) >> group(by=by)).bind(index=reader_of(snapshot))  # type: ignore[arg-type]
            if fine:
                assert execute(pipe, asked(["ant"])).need_run("test").ids() == ["a"]
            else:
                with pytest.raises(PipelineError, match="'max'"):
                    execute(pipe, asked(["ant"]))


@settings(max_examples=30)
@given(worlds, st.integers(0, 5))
def test_reranking_gives_a_permutation_and_a_head_keeps_its_tail(drawn: tuple[bool, object], k: int) -> None:
    chunked, pipe = drawn
    texts = {"a": "ant bee cow", "b": "ant", "c": "", "d": "cow bee"}
    held = [Document(id, {"text": text}, {"year": 2, "tags": ["x"]}) for id, text in texts.items()]
    with build(held, CHUNKED if chunked else ONE_FIELD) as snapshot:
        bound = pipe.bind(index=reader_of(snapshot))  # type: ignore[attr-defined]
        batch = bound(Batch(asked(["ant bee", "cow", ""])))
        before = [[id for id, _ in hits] for _, hits in lists(batch.need_run("test"))]
        top = [[id for id, _ in hits] for _, hits in lists(Hashed(1)(batch.with_(run=batch.run.cut(k))).run)]
        whole = [[id for id, _ in hits] for _, hits in lists(Hashed(1)(batch).run)]
        headed = head(k, Hashed(1))(batch).need_run("test")
        after = [[id for id, _ in hits] for _, hits in lists(headed)]
        assert [sorted(ids) for ids in whole] == [sorted(ids) for ids in before]
        assert after == [first + ids[k:] for first, ids in zip(top, before, strict=True)]
        assert headed.kind == "rank-only"
        assert all(np.diff(headed.scores[headed.hits(row)]).max(initial=-1) < 0 for row in range(3))


def test_the_first_passage_is_the_one_that_stands_first_in_the_text() -> None:
    with build([Document("a", {"text": "cow. ant ant ant."}), Document("b", {"text": "ant. cow."})], CHUNKED) as held:
        run = reader_of(held).lexical().search(asked(["cow ant"]), 9)
        ranks = {by: group(by=by, index=reader_of(held)).apply(run) for by in ("max", "first")}  # type: ignore[arg-type]
        found = dict(zip(run.ids(), run.scores.tolist(), strict=True))
        assert dict(lists(ranks["first"])[0][1])["a"] == pytest.approx(found["a#0"])
        assert dict(lists(ranks["max"])[0][1])["a"] == pytest.approx(max(found["a#0"], found.get("a#1", 0)))


@settings(max_examples=30)
@given(documents(), plain_queries, st.booleans(), st.sampled_from([ONE_FIELD, CHUNKED]))
def test_a_cascade_over_all_hits_is_the_second_searcher_alone(
    held: list[Document], queries: list[str], words: bool, schema: object
) -> None:
    with build(held, schema, layout=[2]) as snapshot:  # type: ignore[arg-type]
        reader = reader_of(snapshot)
        first, second = (bm25(), dense_rerank()) if words else (dense(), bm25_rerank())
        alone = (dense() if words else bm25()).bind(index=reader)
        before, after, whole = (
            lists(execute(pipe.bind(index=reader), asked(queries)).need_run("test"))
            for pipe in (first, first >> second, alone)
        )
        for (_, candidates), (_, found), (_, expected) in zip(before, after, whole, strict=True):
            assert sorted(id for id, _ in found) == sorted(id for id, _ in candidates)
            assert found == sorted(found, key=lambda hit: (-hit[1], tie_key(hit[0])))
            known = dict(expected)
            assert [known.get(id, 0.0) for id, _ in found] == pytest.approx([score for _, score in found], abs=1e-6)


@settings(max_examples=20)
@given(documents(), st.sampled_from([ONE_FIELD, CHUNKED]), st.booleans())
def test_the_filter_stage_drops_what_a_filtered_search_would_not_find(
    held: list[Document], schema: object, grouped: bool
) -> None:
    known = Document("z", {"text": "zebra"}, {"year": 9, "tags": ["w"]})
    text = "year >= 2 or tags contains 'x'"
    with build([*held, known], schema, layout=[3]) as snapshot:  # type: ignore[arg-type]
        reader = reader_of(snapshot)
        first = bm25() >> group() if grouped else bm25()
        after = execute((first >> filter(where=text)).bind(index=reader), asked(["ant bee", "cow"]))
        inside = execute(first.bind(index=reader), asked(["ant bee", "cow"]), where=parse_filter(text))
        assert lists(after.need_run("test")) == lists(inside.need_run("test"))


def test_a_stage_bound_to_something_else_says_so(tmp_path: object) -> None:
    del tmp_path
    with pytest.raises(PipelineError, match=r"findry.open"):
        execute(bm25().bind(index=create), asked(["ant"]))


def test_a_run_of_another_space_is_not_filtered() -> None:
    with build([Document("a", {"text": "ant"}, {"year": 1})]) as snapshot, pytest.raises(SpaceMismatch):
        filter(where="year = 1", index=reader_of(snapshot)).apply(Run.from_dict({"q": {"a": 1.0}}))
