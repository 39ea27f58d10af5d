"""findry add, delete, sync, info."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from small_collection import ROWS, Cli, jsonl

from findry.engine import open_index


def report(result: Any) -> dict[str, Any]:
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_documents_are_added_and_replaced_in_one_commit(cli: Cli, kb: Path, tmp_path: Path) -> None:
    before = open_index(kb).info()["commit"]
    more = jsonl(tmp_path / "more.jsonl", [{**ROWS[0], "text": "Ants farm fungi."}, {"_id": "e", "text": "Eels swim."}])
    counts = report(cli("add", kb, more, "--output", "json"))
    assert (counts["added"], counts["replaced"], counts["documents"]) == (1, 1, 5)
    assert open_index(kb).info()["commit"] == before + 1


def test_a_bad_row_adds_nothing(cli: Cli, kb: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"_id": "e", "text": "Eels"}\n{"_id": "f"}\n', "utf-8")
    assert f"{bad}:2" in cli("add", kb, bad, exit_code=5).stderr
    assert len(open_index(kb)) == 4
    counts = report(cli("add", kb, bad, "--on-error", "skip", "--output", "json", exit_code=7))
    assert (counts["added"], counts["skipped"]) == (1, 1)


def test_documents_are_deleted_by_id_and_from_a_file(cli: Cli, kb: Path, tmp_path: Path) -> None:
    (tmp_path / "gone.txt").write_text("b\r\n\nnobody\n", "utf-8")
    result = cli("delete", kb, "a", "--from", tmp_path / "gone.txt", "--output", "json")
    assert report(result) == {"deleted": 2, "unknown": 1, "documents": 2}
    assert "nobody" in result.stderr


def test_nothing_to_delete_is_an_error(cli: Cli, kb: Path, tmp_path: Path) -> None:
    cli("delete", kb, exit_code=2)
    cli("delete", kb, "--from", tmp_path / "absent.txt", exit_code=3)


def test_an_index_follows_a_folder(cli: Cli, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.txt").write_text("ants", "utf-8")
    (notes / "b.txt").write_text("bees", "utf-8")
    cli("index", notes, "-o", tmp_path / "kb", "--encoder", "none")
    (notes / "a.txt").write_text("ants and more", "utf-8")
    (notes / "b.txt").unlink()
    (notes / "c.txt").write_text("cats", "utf-8")
    counts = report(cli("sync", tmp_path / "kb", notes, "--output", "json"))
    assert [counts[key] for key in ("added", "replaced", "dropped", "unchanged", "documents")] == [1, 1, 1, 0, 2]


def test_a_second_writer_is_refused(cli: Cli, kb: Path, rows: Path) -> None:
    with open_index(kb).writer():
        assert "another writer" in cli("add", kb, rows, exit_code=4).stderr
        cli("delete", kb, "a", exit_code=4)


def test_commands_without_an_index_say_how_to_make_one(cli: Cli, rows: Path, tmp_path: Path) -> None:
    for arguments in (
        ("add", tmp_path / "no", rows),
        ("delete", tmp_path / "no", "a"),
        ("sync", tmp_path / "no", tmp_path),
    ):
        assert "findry index" in cli(*arguments, exit_code=3).stderr


def test_info_shows_fields_columns_and_encoder(cli: Cli, kb: Path) -> None:
    shown = cli("info", kb).stdout
    for word in ("4", "contents", "vectors", "word-signs-1", "year", "int", "english"):
        assert word in shown
    document = report(cli("info", kb, "--output", "json"))
    assert document["documents"] == 4
    assert document["columns"] == {"lang": "str", "year": "int"}


def test_a_damaged_index_gives_4(cli: Cli, kb: Path) -> None:
    (kb / "CURRENT").write_text("000099", "utf-8")
    assert "error: " in cli("info", kb, exit_code=4).stderr
