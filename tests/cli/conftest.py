"""The command line as a function, and indexes of the small collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_collection import QRELS, QUERIES, ROWS, Cli, jsonl
from typer.testing import CliRunner

from findry.cli import make_app
from findry.folders import cache_folder

APP = make_app()
KERNELS = cache_folder() / "kernels"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Run a command; the result has exit_code, stdout and stderr."""
    (tmp_path / "cache").mkdir()
    KERNELS.mkdir(parents=True, exist_ok=True)
    (tmp_path / "cache" / "kernels").symlink_to(KERNELS)  # else each command would compile them anew
    monkeypatch.setenv("FINDRY_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FINDRY_DEBUG", raising=False)

    def run(*arguments: object, exit_code: int = 0) -> Any:
        result = CliRunner().invoke(APP, [str(argument) for argument in arguments])
        assert result.exit_code == exit_code, (result.stdout, result.stderr, result.exception)
        return result

    return run


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "rows.jsonl", ROWS)


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A BEIR folder over the same documents."""
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    jsonl(folder / "corpus.jsonl", ROWS)
    jsonl(folder / "queries.jsonl", [{"_id": id, "text": text} for id, text in QUERIES.items()])
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in QRELS)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.fixture
def kb(cli: Cli, rows: Path, tmp_path: Path) -> Path:
    """An index with words and hashed vectors."""
    folder = tmp_path / "kb"
    cli("index", rows, "-o", folder, "--encoder", "hash:32")
    return folder


@pytest.fixture
def words_kb(cli: Cli, rows: Path, tmp_path: Path) -> Path:
    """An index with words only."""
    folder = tmp_path / "words"
    cli("index", rows, "-o", folder, "--encoder", "none")
    return folder
