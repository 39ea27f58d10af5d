"""findry eval: systems, differences, formats, what is not counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_collection import QRELS, QUERIES, Cli

from findry.errors import FormatError
from findry.formats.judged import read_qrels_file, read_queries_file
from findry.formats.trec import read_header, read_run


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "queries.tsv"
    path.write_text("".join(f"{id}\t{text}\n" for id, text in {**QUERIES, "q9": "unjudged"}.items()), "utf-8")
    return path


@pytest.fixture
def qrels(tmp_path: Path) -> Path:
    path = tmp_path / "qrels.txt"
    path.write_text("".join(f"{query} 0 {item} {grade}\n" for query, item, grade in QRELS), "utf-8")
    return path


def test_a_data_set_is_measured(cli: Cli, kb: Path, beir: Path) -> None:
    document = json.loads(cli("eval", kb, "--on", beir, "--output", "json").stdout)
    assert [one["name"] for one in document["systems"]] == ["bm25", "dense", "hybrid"]
    assert document["baseline"] == "bm25"
    bm25 = document["systems"][0]
    assert bm25["measures"]["RR@10"]["mean"] == pytest.approx(1.0)
    assert bm25["measures"]["RR@10"]["low"] is None
    assert bm25["milliseconds_per_query"] > 0
    assert {(row["name"], row["measure"]) for row in document["differences"]} == {
        (name, measure) for name in ("dense", "hybrid") for measure in ("nDCG@10", "RR@10", "R@100")
    }


def test_files_give_what_the_folder_gives(cli: Cli, kb: Path, beir: Path, queries: Path, qrels: Path) -> None:
    folder = json.loads(cli("eval", kb, "--on", beir, "--output", "json").stdout)
    files = json.loads(cli("eval", kb, "--queries", queries, "--qrels", qrels, "--output", "json").stdout)
    single = ("--queries", beir / "queries.jsonl", "--qrels", beir / "qrels" / "test.tsv")
    beir_files = json.loads(cli("eval", kb, *single, "--output", "json").stdout)
    for other in (files, beir_files):
        assert [one["measures"] for one in other["systems"]] == [one["measures"] for one in folder["systems"]]


def test_what_is_not_counted_is_told(cli: Cli, kb: Path, queries: Path, qrels: Path) -> None:
    with qrels.open("a", encoding="utf-8") as file:
        file.write("q9 0 a 0\n")
    told = cli("eval", kb, "--queries", queries, "--qrels", qrels).stderr
    assert "documents of 1 judgments (1 relevant" in told
    assert "left out: 1 queries without a relevant document" in told


def test_queries_without_judgments_are_told(cli: Cli, kb: Path, queries: Path, qrels: Path) -> None:
    assert "not run: 1 queries" in cli("eval", kb, "--queries", queries, "--qrels", qrels).stderr


def test_the_table_has_one_row_a_system(cli: Cli, kb: Path, beir: Path) -> None:
    shown = cli("eval", kb, "--on", beir, "--measures", "AP", "--pipeline", "dense", "--pipeline", "bm25").stdout
    lines = shown.splitlines()
    assert lines[0].startswith("3 queries; mean [95 % interval]")
    assert lines[1].split()[:3] == ["system", "AP", "Judged@10"]
    assert [line.split()[0] for line in lines[2:4]] == ["dense", "bm25"]
    assert "bm25 - dense" in shown


def test_another_baseline_is_compared_to(cli: Cli, kb: Path, beir: Path) -> None:
    document = json.loads(cli("eval", kb, "--on", beir, "--baseline", "hybrid", "--output", "json").stdout)
    assert {row["name"] for row in document["differences"]} == {"bm25", "dense"}
    assert "bm25, dense, hybrid" in cli("eval", kb, "--on", beir, "--baseline", "hybird", exit_code=2).stderr


def test_a_file_and_a_name_are_compared(cli: Cli, words_kb: Path, beir: Path, tmp_path: Path) -> None:
    file = tmp_path / "bm25.toml"
    file.write_text('flow = "bm25 % 2"\n[stages.bm25]\nstage = "bm25"\nb = 0.9\n', "utf-8")
    arguments = ("eval", words_kb, "--on", beir, "--pipeline", "bm25", "--pipeline", file, "--output", "json")
    assert [one["name"] for one in json.loads(cli(*arguments).stdout)["systems"]] == ["bm25", "bm25#2"]


def test_runs_are_written_in_trec_format(cli: Cli, kb: Path, beir: Path, tmp_path: Path) -> None:
    cli("eval", kb, "--on", beir, "--pipeline", "bm25", "--run-out", tmp_path / "one.txt")
    assert "a" in read_run(tmp_path / "one.txt").to_dict()["q1"]
    header = read_header(tmp_path / "one.txt")
    assert header is not None
    assert 'pipeline: "(bm25() % 1000)"' in header
    assert f'name: "{beir}"' in header
    cli("eval", kb, "--on", beir, "--pipeline", "bm25", "--run-out", tmp_path / "bare.txt", "--no-metadata")
    assert not (tmp_path / "bare.txt").read_text("utf-8").startswith("#")
    cli("eval", kb, "--on", beir, "--run-out", tmp_path / "all.txt")
    assert {path.name for path in tmp_path.glob("all.*")} == {"all.bm25.txt", "all.dense.txt", "all.hybrid.txt"}


def test_chunked_indexes_are_judged_by_documents(cli: Cli, rows: Path, beir: Path, tmp_path: Path) -> None:
    cli("index", rows, "-o", tmp_path / "kb", "--encoder", "hash:32", "--chunk", 3)
    document = json.loads(cli("eval", tmp_path / "kb", "--on", beir, "--output", "json").stdout)
    assert document["systems"][0]["measures"]["RR@10"]["mean"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--measures", "ndgc@10"], 2, "did you mean nDCG"),
        (["--measures", ""], 2, "no measure"),
        (["--split", "tset"], 3, "did you mean 'test'"),
        (["--queries", "q.tsv"], 2, "--on SET"),
        (["--pipeline", "bm52"], 3, "did you mean 'bm25'"),
    ],
)
def test_bad_arguments_are_told(
    cli: Cli, words_kb: Path, beir: Path, arguments: list[str], code: int, told: str
) -> None:
    assert told in cli("eval", words_kb, "--on", beir, *arguments, exit_code=code).stderr


def test_nothing_to_measure_on_is_told(cli: Cli, words_kb: Path) -> None:
    assert "--queries FILE" in cli("eval", words_kb, exit_code=2).stderr


def test_judgments_of_another_collection_are_refused(cli: Cli, words_kb: Path, queries: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("q1 0 nowhere 1\n", "utf-8")
    result = cli("eval", words_kb, "--queries", queries, "--qrels", tmp_path / "other.txt", exit_code=2)
    assert "none of the judged documents" in result.stderr


@pytest.mark.parametrize("text", ["a b\n", "1 2 3 4 5\n", "", "q\td\tx\n", "q\t\t1\n"])
def test_judgments_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "qrels.tsv").write_text(text, "utf-8")
    with pytest.raises(FormatError):
        read_qrels_file(str(tmp_path / "qrels.tsv"))


@pytest.mark.parametrize("item", ["d1", "an id with blanks"])
def test_judgments_without_a_header_are_read(tmp_path: Path, item: str) -> None:
    (tmp_path / "qrels.tsv").write_text(f"q1\t{item}\t2\n", "utf-8")
    assert read_qrels_file(str(tmp_path / "qrels.tsv")).to_dict() == {"q1": {item: 2}}


@pytest.mark.parametrize("text", ["no tab\n", "q\ta\nq\tb\n", "\n"])
def test_queries_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "q.tsv").write_text(text, "utf-8")
    with pytest.raises(FormatError):
        read_queries_file(str(tmp_path / "q.tsv"))
