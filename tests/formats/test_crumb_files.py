"""Tasks in the shape of CRUMB, with every optional field, and runs as JSON lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import FormatError, MissingResource
from findry.evaluate import evaluate
from findry.evaluate.tasks import best_of_parents, evaluate_graded_and_binary, judgments_of_parents
from findry.formats import Problems
from findry.formats.crumb import read_crumb, read_items, write_items
from findry.records import Qrels, Run

QUERIES = [
    {
        "query_id": "q1",
        "query_content": "red but not round",
        "instruction": "Find things.",
        "passage_qrels": [{"id": "d1:0", "label": 2.7}, {"id": "d1:1", "label": 0.0}, {"id": "d2:0", "label": 0.5}],
        "passage_binary_qrels": [{"id": "d2:0", "label": 1.0}],
        "full_document_qrels": [{"id": "d1", "label": 1.0}],
        "use_max_p": True,
        "metadata": '{"year": 1}',
    },
    {"query_id": "q2", "query_content": "blue", "passage_qrels": json.dumps([{"id": "d2:0", "label": 1}])},
]
PASSAGES = [
    {"document_id": "d1:0", "document_content": "# One\nred", "parent_id": "d1", "metadata": "{}"},
    {"document_id": "d1:1", "document_content": "round", "parent_id": "d1"},
    {"document_id": "d2:0", "document_content": "blue"},
]


def written(folder: Path, queries: list[object] = QUERIES, passages: list[object] = PASSAGES) -> Path:  # type: ignore[assignment]
    for name, rows in (("evaluation_queries", queries), ("passage_corpus", passages)):
        (folder / name).mkdir(parents=True)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        with gzip.open(folder / name / "things.jsonl.gz", "wt", encoding="utf-8") as out:
            out.write(text)
    return folder


def test_a_task_is_read_with_every_optional_field(tmp_path: Path) -> None:
    task = read_crumb(written(tmp_path), "things")
    assert task.texts == {"q1": "red but not round", "q2": "blue"}
    assert task.instructions == {"q1": "Find things."}
    assert task.graded == {"q1": {"d1:0": 2.7, "d1:1": 0.0, "d2:0": 0.5}, "q2": {"d2:0": 1.0}}
    assert task.binary == {"q1": {"d2:0": 1.0}}
    assert task.documents == {"q1": {"d1": 1.0}}
    assert task.max_p
    assert task.parent == {"d1:0": "d1", "d1:1": "d1", "d2:0": "d2"}
    assert [(document.id, document.contents()) for document in task.corpus][2] == ("d2:0", "blue")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"query_id": "", "query_content": "x"}, "query_id"),
        ({"query_id": "q3"}, "query_content"),
        ({"query_id": "q1", "query_content": "again"}, "twice"),
        ({"query_id": "q3", "query_content": "x", "passage_qrels": [{"id": "d"}]}, "judgments"),
        ({"query_id": "q3", "query_content": "x", "passage_qrels": "["}, "judgments"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_or_skipped_and_told(tmp_path: Path, row: object, told: str) -> None:
    folder = written(tmp_path, [*QUERIES, row])
    with pytest.raises(FormatError, match=told) as caught:
        read_crumb(folder, "things")
    assert ":3" in str(caught.value)
    problems = Problems()
    assert len(read_crumb(folder, "things", on_error="skip", problems=problems).texts) == 2
    assert len(problems) == 1


def test_an_unknown_task_names_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(MissingResource, match="things"):
        read_crumb(written(tmp_path), "thing")
    with pytest.raises(MissingResource, match="validation_queries"):
        read_crumb(tmp_path, "things", split="validation")


def test_gains_are_graded_and_truncated_and_recall_is_binary(tmp_path: Path) -> None:
    task = read_crumb(written(tmp_path), "things")
    run = Run.from_dict({"q1": {"d2:0": 3.0, "d1:0": 2.0}, "q2": {"d1:0": 1.0}})
    found = evaluate_graded_and_binary(run, task.graded, task.binary, "nDCG@10 R@1 RR@10")
    rows = found.per_query()
    assert rows["q1"]["nDCG@10"] == pytest.approx(1 / 1.5849625007211562)  # grades 0 (of 0.5), 2 (of 2.7); ideal 2
    assert (rows["q1"]["R@1"], rows["q1"]["RR@10"]) == (1.0, 1.0)
    assert (rows["q2"]["R@1"], rows["q2"]["nDCG@10"]) == (0.0, 0.0)


labels = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3"]),
    st.dictionaries(st.sampled_from([f"d{n}:{m}" for n in range(4) for m in range(3)]), st.integers(0, 3), min_size=1),
    min_size=1,
)
hits = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3"]),
    st.dictionaries(st.sampled_from([f"d{n}:{m}" for n in range(5) for m in range(3)]), st.floats(-9, 9, width=32)),
)


@given(labels, hits)
def test_documents_are_measured_as_by_brute_force(
    graded: dict[str, dict[str, int]], found: dict[str, dict[str, float]]
) -> None:
    parent = {f"d{n}:{m}": f"d{n}" for n in range(5) for m in range(3)}
    run, judged = best_of_parents(Run.from_dict(found), parent), judgments_of_parents(graded, parent)
    for query, row in found.items():
        expected = {
            f"d{n}": max(row[id] for id in row if parent[id] == f"d{n}")
            for n in range(5)
            if any(parent[id] == f"d{n}" for id in row)
        }
        assert run.to_dict().get(query, {}) == expected
    whole = {query: {id: int(label) for id, label in row.items()} for query, row in judged.items()}
    if any(any(row.values()) for row in whole.values()):
        ours = evaluate_graded_and_binary(run, judged, {}, "nDCG@10").per_query()
        theirs = evaluate(run, Qrels.from_dict(whole), "nDCG@10").per_query()
        assert ours == theirs


@given(hits)
def test_a_run_written_and_read_is_the_same(found: dict[str, dict[str, float]]) -> None:
    import tempfile

    run = Run.from_dict(found)
    with tempfile.TemporaryDirectory() as folder:
        assert read_items(write_items(run, Path(folder) / "run.jsonl")).to_dict() == run.to_dict()


@pytest.mark.parametrize("line", ['{"query": "q"}', '{"query": {"id": "q"}, "items": [{"id": "a"}]}'])
def test_a_line_that_is_no_run_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "run.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(FormatError, match="query with items"):
        read_items(tmp_path / "run.jsonl")


def test_an_item_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    items = [{"id": "a", "score": 1.0}, {"id": "a", "score": 2.0}]
    (tmp_path / "run.jsonl").write_text(json.dumps({"query": {"id": "q"}, "items": items}) + "\n", "utf-8")
    with pytest.raises(FormatError, match="twice"):
        read_items(tmp_path / "run.jsonl")
