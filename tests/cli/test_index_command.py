"""findry index: reports, refusals, replacing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from small_collection import ROWS, Cli, jsonl

from findry.cli.building import building
from findry.cli.indexing import parse_weights
from findry.engine import open_index
from findry.errors import IndexLocked, SyntaxProblem
from findry.index.lock import WriterLock


def contents(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith(".")}


def test_a_source_is_indexed_and_reported(cli: Cli, rows: Path, tmp_path: Path) -> None:
    result = cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--output", "json")
    report = json.loads(result.stdout)
    assert (report["documents"], report["rows"], report["unit"], report["skipped"]) == (4, 4, "document", 0)
    assert report["columns"] == {"lang": "str", "year": "int"}
    assert report["encoder"] is None
    assert result.stderr == ""


def test_the_table_says_what_to_type_next(cli: Cli, rows: Path, tmp_path: Path) -> None:
    result = cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none")
    assert "4 documents" in result.stdout
    assert "findry search" in result.stdout


def test_an_index_is_not_replaced_without_force(cli: Cli, rows: Path, words_kb: Path) -> None:
    result = cli("index", rows, "-o", words_kb, "--encoder", "none", exit_code=2)
    assert "--force" in result.stderr


def test_force_replaces_an_index(cli: Cli, words_kb: Path, tmp_path: Path) -> None:
    one = jsonl(tmp_path / "one.jsonl", ROWS[:1])
    cli("index", one, "-o", words_kb, "--encoder", "none", "--force")
    assert len(open_index(words_kb)) == 1
    assert contents(words_kb.parent) == set()


def test_force_does_not_replace_what_is_no_index(cli: Cli, rows: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear", "utf-8")
    cli("index", rows, "-o", tmp_path / "home", "--encoder", "none", "--force", exit_code=2)
    assert (tmp_path / "home" / "letter.txt").read_text("utf-8") == "dear"


def test_a_failing_build_keeps_the_old_index(cli: Cli, words_kb: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"_id": "z", "text": "fine"}\n{broken\n', "utf-8")
    result = cli("index", bad, "-o", words_kb, "--encoder", "none", "--force", exit_code=5)
    assert f"{bad}:2" in result.stderr
    assert len(open_index(words_kb)) == 4
    assert contents(words_kb.parent) == set()


def test_a_failing_build_leaves_no_folder(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("[1]\n", "utf-8")
    cli("index", bad, "-o", tmp_path / "kb", "--encoder", "none", exit_code=5)
    assert not (tmp_path / "kb").exists()
    assert contents(tmp_path) == set()


def test_skipped_rows_are_reported_and_give_exit_code_7(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"_id": "z", "text": "fine"}\n{broken\n', "utf-8")
    arguments = ("index", bad, "-o", tmp_path / "kb", "--encoder", "none", "--on-error", "skip", "--output", "json")
    result = cli(*arguments, exit_code=7)
    report = json.loads(result.stdout)
    assert (report["documents"], report["skipped"]) == (1, 1)
    assert report["left_out"][0]["where"] == f"{bad}:2"
    assert f"{bad}:2" in result.stderr


def test_files_that_are_never_read_are_no_skipped_rows(cli: Cli, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# Ants\n\n" + "Ants carry leaves. " * 100, "utf-8")
    (notes / "picture.png").write_bytes(b"\x89PNG")
    arguments = ("index", notes, "-o", tmp_path / "kb", "--encoder", "none", "--on-error", "skip", "--output", "json")
    report = json.loads(cli(*arguments).stdout)
    assert (report["skipped"], report["not_read"], report["documents"]) == (0, 1, 1)
    assert report["unit"] == "chunk"
    assert report["rows"] > 1


@pytest.mark.parametrize(("chunk", "unit"), [("auto", "document"), ("none", "document"), ("3", "chunk")])
def test_rows_are_chunked_only_when_asked(cli: Cli, rows: Path, tmp_path: Path, chunk: str, unit: str) -> None:
    result = cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--chunk", chunk, "--output", "json")
    assert json.loads(result.stdout)["unit"] == unit


def test_columns_are_mapped(cli: Cli, tmp_path: Path) -> None:
    table = tmp_path / "papers.csv"
    table.write_text("doi,name,abstract,year\n10/x,Ants,They carry leaves,2020\n", "utf-8")
    fields = "id=doi title=name text=abstract values=year"
    cli("index", table, "-o", tmp_path / "kb", "--encoder", "none", "--fields", fields)
    found = open_index(tmp_path / "kb").get("10/x")
    assert found is not None
    assert dict(found.text) == {"name": "Ants", "abstract": "They carry leaves"}


def test_a_column_that_is_not_there_names_the_nearest(cli: Cli, rows: Path, tmp_path: Path) -> None:
    arguments = ("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--fields", "id=_id text=txet")
    cli(*arguments, exit_code=5)


def test_weights_make_one_field_each(cli: Cli, rows: Path, tmp_path: Path) -> None:
    cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--weights", "title=2,text=1")
    lexical = open_index(tmp_path / "kb").schema.lexical
    assert [(field.name, field.weight) for field in lexical] == [("title", 2.0), ("text", 1.0)]


def test_a_weight_for_an_unknown_field_names_the_nearest(cli: Cli, rows: Path, tmp_path: Path) -> None:
    result = cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--weights", "titel=2,text=1", exit_code=2)
    assert "'title'" in result.stderr
    assert not (tmp_path / "kb").exists()


def test_a_field_without_a_weight_is_told(cli: Cli, rows: Path, tmp_path: Path) -> None:
    result = cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none", "--weights", "text=1")
    assert "'title' has no weight" in result.stderr


@pytest.mark.parametrize("text", ["title", "title=0", "title=x", "title=1,title=2", "", "=1", "title=inf"])
def test_weights_that_do_not_parse_are_refused(text: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse_weights(text)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["absent.jsonl", "-o", "kb"], 3),
        (["rows.jsonl", "-o", "kb", "--encoder", "hsah:32"], 2),
        (["rows.jsonl", "-o", "kb", "--chunk", "many"], 2),
        (["rows.jsonl", "-o", "kb", "--on-error", "perhaps"], 2),
        (["rows.jsonl"], 2),
        (["empty.jsonl", "-o", "kb", "--encoder", "none"], 5),
    ],
)
def test_bad_arguments_have_their_exit_code(
    cli: Cli, rows: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    monkeypatch.chdir(rows.parent)
    (rows.parent / "empty.jsonl").write_text("", "utf-8")
    cli("index", *arguments, exit_code=code)
    assert not (rows.parent / "kb").exists()


def test_a_model_that_is_not_there_gives_3_and_a_way_on(
    cli: Cli, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    result = cli("index", rows, "-o", tmp_path / "kb", "--encoder", "nobody/no-such-model", exit_code=3)
    assert "--encoder none" in result.stderr


def test_an_index_that_is_written_to_is_not_replaced(cli: Cli, rows: Path, words_kb: Path) -> None:
    with open_index(words_kb).writer():
        result = cli("index", rows, "-o", words_kb, "--encoder", "none", "--force", exit_code=4)
    assert "another writer" in result.stderr
    assert len(open_index(words_kb)) == 4


def test_a_second_build_of_one_index_is_refused(tmp_path: Path) -> None:
    with building(tmp_path / "kb", force=False) as place:
        place.mkdir()
        with (
            WriterLock(place / "write.lock"),
            pytest.raises(IndexLocked, match="another process builds"),
            building(tmp_path / "kb", force=False),
        ):
            pass
        assert place.is_dir()


def test_what_a_killed_build_left_is_removed(cli: Cli, rows: Path, tmp_path: Path) -> None:
    (tmp_path / ".kb.building" / "segments").mkdir(parents=True)
    (tmp_path / ".kb.building" / "write.lock").write_text("pid 1", "utf-8")
    cli("index", rows, "-o", tmp_path / "kb", "--encoder", "none")
    assert contents(tmp_path) == set()


def test_a_swap_that_was_cut_off_is_undone(cli: Cli, rows: Path, words_kb: Path) -> None:
    words_kb.rename(words_kb.with_name(".words.replaced"))
    cli("index", rows, "-o", words_kb, "--encoder", "none", exit_code=2)
    assert len(open_index(words_kb)) == 4


def test_a_swap_that_the_system_refuses_keeps_the_old_index(
    cli: Cli, rows: Path, words_kb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    real = os.rename

    def refusing(source: Any, target: Any) -> None:
        if str(source).endswith(".building"):
            raise PermissionError(13, "Permission denied", str(source))
        real(source, target)

    monkeypatch.setattr(os, "rename", refusing)
    result = cli("index", rows, "-o", words_kb, "--encoder", "none", "--force", exit_code=4)
    assert "Permission denied" in result.stderr
    assert len(open_index(words_kb)) == 4


def test_an_index_can_be_moved(cli: Cli, words_kb: Path, tmp_path: Path) -> None:
    shutil.move(words_kb, tmp_path / "elsewhere")
    assert "a" in cli("search", tmp_path / "elsewhere", "ants").stdout
