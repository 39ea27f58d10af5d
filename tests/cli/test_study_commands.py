"""compare, marginal, funnel and explain, as they are typed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from small_collection import Cli


def test_compare_shows_systems_differences_and_ties(cli: Cli, kb: Path, beir: Path) -> None:
    shown = cli("compare", kb, "bm25", "wide=bm25(k1=1.5)", "hybrid", "--on", beir, "--timed", 3).stdout
    assert "system" in shown.splitlines()[1]
    assert [line.split()[0] for line in shown.splitlines()[2:5]] == ["bm25", "wide", "hybrid"]
    assert "wide - bm25" in shown
    assert "= no difference shown" in shown


def test_compare_prints_json_csv_and_latex(cli: Cli, kb: Path, beir: Path) -> None:
    command = ("compare", kb, "bm25", "hybrid", "--on", beir, "--timed", 0, "--output")
    document = json.loads(cli(*command, "json").stdout)
    assert [system["name"] for system in document["systems"]] == ["bm25", "hybrid"]
    assert document["baseline"] == "bm25"
    assert {row["measure"] for row in document["differences"]} == {"nDCG@10", "R@100"}
    assert document["systems"][0]["index_bytes"]
    read = list(csv.DictReader(io.StringIO(cli(*command, "csv").stdout)))
    assert [(row["system"], row["measure"]) for row in read] == [
        (name, measure) for name in ("bm25", "hybrid") for measure in ("nDCG@10", "R@100")
    ]
    assert cli(*command, "latex").stdout.startswith(r"\begin{tabular}{lllr}")


def test_compare_takes_runs_of_other_systems(cli: Cli, kb: Path, beir: Path, tmp_path: Path) -> None:
    cli("eval", kb, "--on", beir, "--pipeline", "bm25", "--run-out", tmp_path / "theirs.run")
    shown = cli("compare", kb, "bm25", "--run", f"theirs={tmp_path / 'theirs.run'}", "--on", beir, "--timed", 0).stdout
    rows = [line.split() for line in shown.splitlines() if line.startswith(("bm25 ", "theirs "))]
    assert rows[0][1:4] == rows[1][1:4]


def test_what_of_a_foreign_run_cannot_be_measured_is_counted(cli: Cli, kb: Path, beir: Path, tmp_path: Path) -> None:
    file = tmp_path / "theirs.run"
    file.write_text("q1 Q0 a 1 2.5 x\nq1 Q0 nowhere 2 1.5 x\nq99 Q0 a 1 1.0 x\n", "utf-8")
    told = cli("compare", kb, "--run", file, "--on", beir, "--timed", 0).stderr
    assert "1 of its 2 queries are not judged" in told
    assert "judged queries have no line and count as 0" in told
    assert "1 of its 3 hits name documents that the index does not hold" in told


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("q99 Q0 a 1 2.5 x", 2, "none of the judged queries"),
        ("q1 Q0 nowhere 1 2.5 x", 2, "none of the run's documents"),
        ("q1 Q0 a 1 nan x", 5, "finite"),
        ("q1 Q0 a 1 2.5 x\nq1 Q0 a 2 1.5 x", 5, "twice"),
        ("q1 Q0 a b 1 2.5 x", 5, "6 columns"),
    ],
)
def test_a_foreign_run_that_means_nothing_is_refused(
    cli: Cli, kb: Path, beir: Path, tmp_path: Path, line: str, code: int, told: str
) -> None:
    (tmp_path / "theirs.run").write_text(line + "\n", "utf-8")
    found = cli("compare", kb, "--run", tmp_path / "theirs.run", "--on", beir, "--timed", 0, exit_code=code)
    assert told in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("bm26",), 3, "did you mean 'bm25'"),
        (("bm25(k1=-1)",), 5, "out of range"),
        (("bm25", "--baseline", "dense"), 2, "none of the systems"),
        (("bm25", "--measures", "nDGC@10"), 2, "did you mean nDCG"),
        (("bm25", "--run", "x=nowhere.run"), 3, "nowhere.run"),
    ],
)
def test_compare_refuses_what_it_cannot_do(
    cli: Cli, kb: Path, beir: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in cli("compare", kb, *arguments, "--on", beir, exit_code=code).stderr


def test_marginal_gives_each_stage_a_verdict(cli: Cli, kb: Path, beir: Path) -> None:
    shown = cli("marginal", kb, "(bm25 | dense) >> rrf", "--on", beir, "--timed", 3).stdout
    assert [line.split()[0] for line in shown.splitlines()[2:5]] == ["bm25", "dense", "rrf"]
    assert "without dense  bm25()" in shown
    document = json.loads(cli("marginal", kb, "bm25", "--on", beir, "--timed", 0, "--output", "json").stdout)
    assert document["stages"][0]["verdict"] == "nothing is left without it"


def test_funnel_counts_what_was_lost_and_tells_one_query(cli: Cli, kb: Path, beir: Path) -> None:
    shown = cli("funnel", kb, "bm25 % 1", "--on", beir).stdout
    assert "bm25 % 1" in shown
    assert "what became of them" in shown
    document = json.loads(cli("funnel", kb, "bm25 % 1", "--on", beir, "--output", "json").stdout)
    assert sum(document["counts"].values()) == len(document["fates"]) > 0
    query = document["fates"][0]["query"]
    assert "rank after each step" in cli("funnel", kb, "bm25", "--on", beir, "--query", query).stdout
    assert "no relevant document" in cli("funnel", kb, "bm25", "--on", beir, "--query", "nobody", exit_code=2).stderr


def test_explain_tells_ranks_and_what_each_word_adds(cli: Cli, kb: Path) -> None:
    found = json.loads(cli("search", kb, "ants", "--output", "json").stdout)["hits"][0]["id"]
    shown = cli("explain", kb, "ants", "--doc", found).stdout
    assert "bm25" in shown
    assert "ant " in shown
    document = json.loads(cli("explain", kb, "ants", "--doc", found, "--output", "json").stdout)
    assert document["steps"][0]["rank"] >= 1
    assert "no such document" in cli("explain", kb, "ants", "--doc", "nobody", exit_code=2).stderr


def test_reports_and_figures_are_written_and_refused_before_anything_runs(
    cli: Cli, kb: Path, beir: Path, tmp_path: Path
) -> None:
    compared = ("compare", kb, "bm25", "hybrid", "--on", beir, "--timed", 3)
    assert "wrote" in cli(*compared, "--report", tmp_path / "compare.html").stderr
    cli("marginal", kb, "hybrid", "--on", beir, "--timed", 0, "--report", tmp_path / "marginal.html")
    cli("funnel", kb, "bm25 % 1", "--on", beir, "--report", tmp_path / "funnel.html")
    for kind in ("compare", "marginal", "funnel"):
        assert f'"kind":"{kind}"' in (tmp_path / f"{kind}.html").read_text("utf-8")
    assert "not there" in cli(*compared, "--report", tmp_path / "no" / "x.html", exit_code=3).stderr
    assert "cannot be drawn" in cli(*compared, "--figure", tmp_path / "x.doc", exit_code=2).stderr
    pytest.importorskip("matplotlib", reason="the extra 'figures' is not installed")
    cli(*compared, "--figure", tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text("utf-8").startswith("<?xml")
