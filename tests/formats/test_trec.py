from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import ir_measures
import numpy as np
import pytest
from file_strategies import words
from hypothesis import example, given
from hypothesis import strategies as st

from findry.errors import FormatError, InputError
from findry.formats import trec
from findry.formats.problems import Problems
from findry.records import Qrels, Run, Space, ragged

scores = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 1e-45, -1e-45, 0.1]),
    st.floats(-(2.0**99), 2.0**99, width=32),
)
runs = st.dictionaries(words, st.dictionaries(words, scores, min_size=1, max_size=6), min_size=1, max_size=4)


def order(run: Run) -> dict[str, list[str]]:
    return {query: [id for id, _ in hits] for query, hits in run.lists()}


@example({"#": {"0": 0.0}}, False)
@given(runs, st.booleans())
def test_a_run_that_was_written_reads_in_the_same_order(hits: dict[str, dict[str, float]], packed: bool) -> None:
    run = Run.from_dict(hits, name="bm25")
    with TemporaryDirectory() as folder:
        path = trec.write_run(run, Path(folder) / ("a.run.gz" if packed else "a.run"), header="tag: bm25\nn: 1")
        problems = Problems()
        read = trec.read_run(path, problems=problems)
        assert trec.read_header(path) == "tag: bm25\nn: 1"
    assert order(read) == order(run)
    assert (read.name, len(problems)) == ("bm25", 0)
    assert (np.diff(read.scores)[np.diff(read.owners) == 0] < 0).all()


@given(runs)
def test_another_tool_reads_our_order(hits: dict[str, dict[str, float]]) -> None:
    run = Run.from_dict(hits)
    with TemporaryDirectory() as folder:
        path = trec.write_run(run, Path(folder) / "a.run")
        rows = list(ir_measures.read_trec_run(str(path)))
    for query, expected in order(run).items():
        mine = [row for row in rows if row.query_id == query]
        # float32 and worst-case ties, as trec_eval has them
        assert [r.doc_id for r in sorted(mine, key=lambda r: (-np.float32(r.score), r.doc_id))] == expected
        assert len({np.float32(row.score) for row in mine}) == len(mine)


@given(st.lists(st.lists(scores, max_size=6), max_size=4))
def test_lowered_scores_fall_strictly_and_move_no_further_than_needed(lists: list[list[float]]) -> None:
    offsets = ragged.counts_to_offsets(np.array([len(row) for row in lists], np.int64))
    given_ = np.array([score for row in lists for score in row], np.float32)
    lowered = trec.falling(offsets, given_)
    for start, end in pairwise(offsets):
        expected: list[np.float32] = []
        for score in given_[start:end]:
            below = np.nextafter(expected[-1], np.float32(-np.inf)) if expected else score
            expected.append(min(score, below))
        assert lowered[start:end].tolist() == [float(score) for score in expected]


def test_a_rank_only_run_keeps_its_order_whatever_its_scores(tmp_path: Path) -> None:
    items, queries = Space.of(["a", "b", "c"]), Space.of(["q"], unit="query")
    rising = np.array([1, 2, 3], np.float32)
    run = Run(queries, items, np.array([0, 3]), np.array([2, 0, 1], np.int32), rising, "rank-only")
    assert order(trec.read_run(trec.write_run(run, tmp_path / "a.run"))) == {"q": ["c", "a", "b"]}


def test_the_written_file_is_the_golden_one(tmp_path: Path) -> None:
    run = Run.from_dict({"q1": {"a": 0.1, "b": 1.0, "c": 1.0}, "q2": {}, "q3": {"a": -3}}, name="two words")
    path = trec.write_run(run, tmp_path / "a.run", header="tag: x")
    first, second = (id for id, _ in next(run.lists())[1][:2])
    assert path.read_text() == (
        "# ir_metadata.start\n# tag: x\n# ir_metadata.end\n"
        f"q1 Q0 {first} 1 1.0 two_words\nq1 Q0 {second} 2 0.99999994 two_words\nq1 Q0 a 3 0.1 two_words\n"
        "q3 Q0 a 1 -3.0 two_words\n"
    )


def test_ranks_that_disagree_with_scores_are_noted_and_scores_win(tmp_path: Path) -> None:
    path = tmp_path / "a.run"
    path.write_text("q1 Q0 a 1 0.5 t\nq1 Q0 b 2 0.9 t\nq2 Q0 a 0 2 t\nq2 Q0 b 1 1 t\n")
    problems = Problems()
    run = trec.read_run(path, problems=problems)
    assert order(run) == {"q1": ["b", "a"], "q2": ["a", "b"]}
    ((where, reason),) = problems
    assert where == f"{path}:2"
    assert "'q1'" in reason


def test_scores_that_only_double_precision_tells_apart_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "a.run"
    lines = [f"q Q0 d{n} {n + 1} {10 - n * 1e-9:.12f} t\n" for n in range(20)]
    path.write_text("".join(reversed(lines)))
    assert order(trec.read_run(path)) == {"q": [f"d{n}" for n in range(20)]}


@pytest.mark.parametrize(
    "line",
    ["q Q0 b 2 nan t", "q Q0 b 2 inf t", "q Q0 b 2 1e300 t", "q Q0 b two 1 t", "q Q0 b 2 1", "q Q0 a 2 1 t", "# late"],
)
def test_a_bad_line_of_a_run_is_refused_with_its_place_or_skipped(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.run"
    path.write_text(f"# a comment\nq Q0 a 1 2 t\n{line}\nq Q0 c 3 0 t\n")
    with pytest.raises(FormatError) as caught:
        trec.read_run(path)
    assert caught.value.where == f"{path}:3"
    problems = Problems()
    assert order(trec.read_run(path, on_error="skip", problems=problems)) == {"q": ["a", "c"]}
    assert [where for where, _ in problems] == [f"{path}:3"]


def test_an_id_with_white_space_cannot_be_written(tmp_path: Path) -> None:
    for hits in ({"q 1": {"a": 1.0}}, {"q1": {"a b": 1.0}}):
        with pytest.raises(InputError, match="white space"):
            trec.write_run(Run.from_dict(hits), tmp_path / "a.run")
    with pytest.raises(InputError, match="finite"):
        trec.write_run(Run.from_dict({"q": {"a": np.inf}}), tmp_path / "a.run")


@given(st.dictionaries(st.tuples(words, words), st.tuples(st.integers(-2, 4), words), max_size=8))
def test_judgments_that_were_written_read_as_the_same(rows: dict[tuple[str, str], tuple[int, str]]) -> None:
    triples = [(query, item, grade) for (query, item), (grade, _) in rows.items()]
    qrels = Qrels.of(triples, columns={"iteration": [iteration for _, iteration in rows.values()]})
    with TemporaryDirectory() as folder:
        read = trec.read_qrels(trec.write_qrels(qrels, Path(folder) / "a.qrels"))
    assert read.triples() == qrels.triples()
    assert read.columns["iteration"].tolist() == qrels.columns["iteration"].tolist()


def test_judgments_by_subtopic_may_judge_a_pair_more_than_once(tmp_path: Path) -> None:
    path = tmp_path / "a.qrels"
    path.write_text("q 1 a 1\nq 2 a 0\n")
    assert trec.read_qrels(path, subtopics=True).columns["subtopic"].tolist() == ["1", "2"]
    with pytest.raises(FormatError, match="judged twice"):
        trec.read_qrels(path)


def test_chunk_runs_are_read_as_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.run"
    path.write_text("q Q0 d#1 1 2 t\n")
    assert trec.read_run(path, unit="chunk").items.unit == "chunk"
