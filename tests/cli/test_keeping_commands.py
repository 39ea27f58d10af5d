"""verify, backup, optimize and migrate as typed, and older commits."""

from __future__ import annotations

import json
from pathlib import Path

from small_collection import Cli, jsonl


def add_one(cli: Cli, kb: Path, id: str, *more: object) -> None:
    cli("add", kb, jsonl(kb.parent / f"{id}.jsonl", [{"id": id, "text": "red ants carry leaves"}]), *more)


def test_verify_of_an_intact_index(cli: Cli, kb: Path) -> None:
    shown = cli("verify", kb).stdout
    assert "damage  none" in shown
    report = json.loads(cli("verify", kb, "--output", "json").stdout)
    assert (report["good"], report["damage"]) == (True, [])
    assert report["commit"] in report["intact"]


def test_verify_of_a_damaged_index_exits_4_and_says_where(cli: Cli, kb: Path) -> None:
    path = next((kb / "segments").rglob("arrays.bin"))
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    result = cli("verify", kb, exit_code=4)
    assert str(path) in result.stderr
    assert "next: " in result.stderr
    report = json.loads(cli("verify", kb, "--output", "json", exit_code=4).stdout)
    assert (report["good"], len(report["damage"])) == (False, 1)


def test_verify_without_an_index(cli: Cli, tmp_path: Path) -> None:
    assert "findry index" in cli("verify", tmp_path / "no", exit_code=3).stderr


def test_backup_and_again(cli: Cli, kb: Path, tmp_path: Path) -> None:
    cli("backup", kb, tmp_path / "copy")
    add_one(cli, kb, "new")
    report = json.loads(cli("backup", kb, tmp_path / "copy", "--output", "json").stdout)
    assert report["kept"] > 0
    assert report["copied"] > 0
    one, two = (cli("search", folder, "red ants", "--output", "json").stdout for folder in (kb, tmp_path / "copy"))
    assert [h["id"] for h in json.loads(one)["hits"]] == [h["id"] for h in json.loads(two)["hits"]]


def test_backup_into_a_folder_with_something_else(cli: Cli, kb: Path) -> None:
    assert "something in this folder" in cli("backup", kb, kb.parent, exit_code=2).stderr


def test_an_older_commit_is_searched_and_shown(cli: Cli, kb: Path) -> None:
    before = json.loads(cli("info", kb, "--output", "json").stdout)
    add_one(cli, kb, "new", "--keep", 3)
    number = before["commit"]
    older = json.loads(cli("info", kb, "--commit", number, "--output", "json").stdout)
    assert older["documents"] == before["documents"]
    hits = json.loads(cli("search", kb, "ants", "--commit", number, "--output", "json").stdout)["hits"]
    assert "new" not in {hit["id"] for hit in hits}
    assert "new" in {hit["id"] for hit in json.loads(cli("search", kb, "red ants", "--output", "json").stdout)["hits"]}
    assert "not kept" in cli("search", kb, "ants", "--commit", 999, exit_code=3).stderr


def test_keep_says_how_many_states_stay(cli: Cli, kb: Path) -> None:
    for number in range(4):
        add_one(cli, kb, f"n{number}", "--keep", 3)
    assert len(json.loads(cli("info", kb, "--output", "json").stdout)["kept"]) == 3
    add_one(cli, kb, "last", "--keep", 1)
    assert len(json.loads(cli("info", kb, "--output", "json").stdout)["kept"]) == 1
    cli("delete", kb, "last", "--keep", 0, exit_code=2)


def test_optimize_leaves_one_segment_and_migrate_nothing_to_do(cli: Cli, kb: Path) -> None:
    add_one(cli, kb, "new")
    cli("delete", kb, "new")
    report = json.loads(cli("optimize", kb, "--output", "json").stdout)
    assert report["segments"]["after"] == 1
    assert "commit" in cli("optimize", kb).stdout
    migrated = json.loads(cli("migrate", kb, "--output", "json").stdout)
    assert migrated["commit"]["before"] == migrated["commit"]["after"]
