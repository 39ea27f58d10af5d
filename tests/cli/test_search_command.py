"""findry search: tables, JSON, TREC, operators, errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_collection import ROWS, Cli, jsonl

from findry.formats.trec import read_run


def ids(result: object) -> list[str]:
    return [hit["id"] for hit in json.loads(result.stdout)["hits"]]  # type: ignore[attr-defined]


def test_the_table_marks_the_words_found(cli: Cli, words_kb: Path) -> None:
    lines = cli("search", words_kb, "carry", "leaves").stdout.splitlines()
    assert lines[0].split() == ["rank", "score", "id", "title", "passage"]
    assert lines[1].split()[0] == "1"
    assert "Ants **carry** **leaves** to the nest." in lines[1]


def test_json_is_one_document_and_nothing_else(cli: Cli, kb: Path) -> None:
    result = cli("search", kb, "honey", "--output", "json")
    assert ids(result)[0] == "b"
    assert result.stderr == ""


def test_a_trec_run_can_be_read_back(cli: Cli, words_kb: Path, tmp_path: Path) -> None:
    result = cli("search", words_kb, "carry", "--output", "trec")
    (tmp_path / "run.txt").write_text(result.stdout, "utf-8")
    assert list(read_run(tmp_path / "run.txt").to_dict()["query"]) == ids(
        cli("search", words_kb, "carry", "--output", "json")
    )


def test_no_hit_is_said_and_is_no_error(cli: Cli, words_kb: Path) -> None:
    result = cli("search", words_kb, "zebra")
    assert result.stdout == ""
    assert "no hits" in result.stderr
    assert cli("search", words_kb, "zebra", "--output", "trec").stdout == ""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["carry", "+honey"], {"b"}),
        (["carry", "-leaves"], {"b", "d"}),
        (['"carry leaves"'], {"a"}),
        (["hon*"], {"b"}),
        (["-x"], set()),
    ],
)
def test_operators_work_after_two_dashes(cli: Cli, words_kb: Path, words: list[str], found: set[str]) -> None:
    assert set(ids(cli("search", words_kb, "--output", "json", "--", *words))) == found


def test_a_field_is_searched_alone(cli: Cli, rows: Path, tmp_path: Path) -> None:
    cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--weights", "title=2,text=1")
    assert ids(cli("search", tmp_path / "kb", "title:dogs", "--output", "json")) == ["d"]


def test_filters_and_facets(cli: Cli, words_kb: Path) -> None:
    arguments = ("search", words_kb, "carry", "--filter", "year >= 2020 and lang = 'en'", "--facet", "lang")
    document = json.loads(cli(*arguments, "--output", "json").stdout)
    assert {hit["id"] for hit in document["hits"]} == {"a", "b"}
    assert document["facets"] == {"lang": {"en": 2}}
    assert cli(*arguments).stdout.splitlines()[-1].split() == ["en", "2"]


def test_pages_follow_each_other(cli: Cli, kb: Path) -> None:
    whole = ids(cli("search", kb, "carry sleep", "--output", "json"))
    pages = [ids(cli("search", kb, "carry sleep", "-k", 2, "--offset", at, "--output", "json")) for at in (0, 2)]
    assert pages[0] + pages[1] == whole
    assert cli("search", kb, "carry", "--offset", 2, "-k", 1).stdout.splitlines()[1].split()[0] == "3"


def test_explain_shows_branches_and_stages(cli: Cli, kb: Path) -> None:
    shown = cli("search", kb, "carry leaves", "--explain").stdout
    assert "bm25 1, dense" in shown
    assert "Retrieve" in shown


@pytest.mark.parametrize("name", ["bm25", "dense", "hybrid"])
def test_pipelines_have_names(cli: Cli, kb: Path, name: str) -> None:
    assert ids(cli("search", kb, "honey", "--pipeline", name, "--output", "json"))[0] == "b"


def test_a_pipeline_file_is_followed(cli: Cli, kb: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text('flow = "bm25 % 1"\n[stages.bm25]\nstage = "bm25"\n', "utf-8")
    assert len(ids(cli("search", kb, "carry", "--pipeline", file, "--output", "json"))) == 1


def test_an_unknown_key_of_a_pipeline_names_the_nearest(cli: Cli, kb: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text('flow = "bm25 % 1"\n[stages.bm25]\nstage = "bm25"\nkk1 = 1.0\n', "utf-8")
    assert "did you mean 'k1'?" in cli("search", kb, "carry", "--pipeline", file, exit_code=5).stderr


def test_an_unknown_pipeline_names_the_nearest(cli: Cli, kb: Path) -> None:
    assert "did you mean 'dense'?" in cli("search", kb, "carry", "--pipeline", "dens", exit_code=3).stderr


def test_vectors_that_are_not_there_are_told(cli: Cli, words_kb: Path) -> None:
    assert "--encoder minilm" in cli("search", words_kb, "carry", "--pipeline", "dense", exit_code=5).stderr


def test_a_bad_filter_shows_the_place(cli: Cli, words_kb: Path) -> None:
    lines = cli("search", words_kb, "ants", "--filter", "year >= ", exit_code=2).stderr.splitlines()
    assert lines[0].startswith("error: ")
    assert lines[-1].strip() == "^"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ants", "-k", "-1"], 2),
        (["ants", "-k", "many"], 2),
        (["ants", "--facet", "langu"], 2),
        (["ants", "--output", "xml"], 2),
        (["-x"], 2),
        ([], 2),
    ],
)
def test_bad_arguments_have_exit_code_2(cli: Cli, words_kb: Path, arguments: list[str], code: int) -> None:
    assert cli("search", words_kb, *arguments, exit_code=code).stdout == ""


def test_a_folder_without_an_index_is_missing(cli: Cli, tmp_path: Path) -> None:
    assert "findry index SOURCE" in cli("search", tmp_path, "ants", exit_code=3).stderr
    cli("search", tmp_path / "absent", "ants", exit_code=3)


def test_odd_ids_and_titles_do_not_break_the_table(cli: Cli, tmp_path: Path) -> None:
    odd = [
        {"_id": "id\n[bold]x", "title": "two\nlines \x1b[31mred\x07", "text": "ants [/bold] 日本語 \u202e"},
        {"_id": "Ünïcode 7", "title": "\t", "text": "ants " + "x" * 5000},
    ]
    cli("index", jsonl(tmp_path / "odd.jsonl", odd), "-o", tmp_path / "kb", "--encoder", "none")
    shown = cli("search", tmp_path / "kb", "ants").stdout
    assert len(shown.splitlines()) == 3
    assert not set("\x1b\x07\u202e") & set(shown)
    assert "[bold]x" in shown
    assert {hit["id"] for hit in json.loads(cli("search", tmp_path / "kb", "ants", "--output", "json").stdout)["hits"]}


def test_an_id_that_trec_cannot_hold_is_refused(cli: Cli, tmp_path: Path) -> None:
    rows = jsonl(tmp_path / "odd.jsonl", [{**ROWS[0], "_id": "two words"}])
    cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none")
    cli("search", tmp_path / "kb", "ants", "--output", "trec", exit_code=2)
