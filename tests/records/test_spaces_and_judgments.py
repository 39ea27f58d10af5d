from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import InputError, PipelineError, SpaceMismatch
from findry.records import Batch, Corpus, Document, IdList, Links, Qrels, Queries, Run, Space, tie_keys

ids = st.lists(st.text(min_size=1, max_size=4), unique=True, max_size=8)
judgments = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3"]),
    st.dictionaries(st.sampled_from("abcd"), st.integers(-2, 3), min_size=1),
)


@given(ids)
def test_ids_are_found_where_they_stand(names: list[str]) -> None:
    held = IdList(names)
    assert held.find(names).tolist() == list(range(len(names)))
    assert held.take(np.arange(len(names))) == names
    assert held.find(["not there at all"]).tolist() == [-1]
    assert held.ties(np.arange(len(names))).tolist() == tie_keys(names).tolist()


@pytest.mark.parametrize("names", [["a", "a"], [""], [1]])
def test_ids_are_distinct_non_empty_strings(names: list[str]) -> None:
    with pytest.raises(InputError):
        IdList(names)


def test_spaces_are_the_same_by_identity_or_by_a_known_origin() -> None:
    one, other = Space.of(["a"]), Space.of(["a"])
    assert one.same(one)
    assert not one.same(other)
    held = IdList(["a"])
    assert Space("items", "chunk", held, "kb@3").same(Space("items", "chunk", IdList(["a"]), "kb@3"))
    assert not Space("items", "chunk", held, "kb@3").same(Space("items", "chunk", IdList(["a"]), "kb@4"))
    with pytest.raises(SpaceMismatch, match="cannot be mixed"):
        one.require_same(other, where="here")
    with pytest.raises(SpaceMismatch, match="needs chunks"):
        one.require_unit("chunk", where="grouping", hint="retrieve chunks")


@given(judgments)
def test_judgments_come_back_from_a_dictionary(table: dict[str, dict[str, int]]) -> None:
    qrels = Qrels.from_dict(table)
    assert qrels.to_dict() == table
    assert qrels.n_relevant.tolist() == [sum(g > 0 for g in row.values()) for row in table.values()]
    assert Qrels.of(qrels.triples()).to_dict() == table
    assert len(qrels.to_frame()) == sum(map(len, table.values()))


def test_judgments_in_any_order_keep_their_columns_beside_them() -> None:
    rows = [("q2", "a", 1), ("q1", "b", 0), ("q2", "c", -1)]
    qrels = Qrels.of(rows, columns={"iteration": ["x", "y", "z"]})
    beside = dict(zip(qrels.triples(), qrels.columns["iteration"].tolist(), strict=True))
    assert beside == {("q2", "a", 1): "x", ("q1", "b", 0): "y", ("q2", "c", -1): "z"}


def test_a_pair_is_judged_once_for_each_subtopic_and_the_highest_grade_counts() -> None:
    rows = [("q", "a", 0), ("q", "a", 2)]
    with pytest.raises(InputError, match="judged twice"):
        Qrels.of(rows)
    assert Qrels.of(rows, columns={"subtopic": ["1", "2"]}).to_dict() == {"q": {"a": 2}}


def test_queries_are_numbered_or_named_and_taken_with_their_columns() -> None:
    assert Queries.of("one text").ids == ["1"]
    queries = Queries.of({"a": "x", "b": "y"}, language=["en", "yo"])
    taken = queries.take([1])
    assert (taken.ids, taken.texts, taken.columns["language"]) == (["b"], ("y",), ("yo",))
    assert queries.variants(0)[0].text == "x"
    with pytest.raises(InputError, match="one entry a query"):
        Queries.of({"a": "x"}, language=["en", "yo"])


def test_a_document_needs_an_id_and_text_under_names_in_its_fields() -> None:
    for id, text in (("", {"text": "x"}), ("a", {"text": 5}), ("a", {7: "x"})):
        with pytest.raises(InputError):
            Document(id, text)  # type: ignore[arg-type]
    assert [d.id for d in Corpus.of(Document(n, {"text": n}) for n in "ab")] == ["a", "b"]


def test_links_know_their_one_target_or_refuse() -> None:
    chunks, docs = Space.of(["d#0", "d#1"], unit="chunk"), Space.of(["d"])
    assert Links.many_to_one("part-of", chunks, docs, np.array([0, 0])).targets().tolist() == [0, 0]
    two = Links("cites", docs, chunks, np.array([0, 2]), np.array([0, 1], np.int32), np.ones(2, np.float32))
    with pytest.raises(InputError, match="many-to-one"):
        two.targets()
    with pytest.raises(InputError, match="do not fit"):
        Links("cites", docs, chunks, np.array([0]), np.zeros(0, np.int32), np.zeros(0, np.float32))


def test_a_batch_says_what_a_stage_is_missing() -> None:
    batch = Batch(Queries.of("x"))
    with pytest.raises(PipelineError, match="put a retriever before it"):
        batch.need_run("rerank")
    with pytest.raises(PipelineError, match=r"write \(a \| b\)"):
        batch.with_(run=Run.from_dict({"1": {}})).need_branches("rrf")
