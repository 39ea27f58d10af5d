"""systems, try and ledger, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_collection import Cli

from findry.evaluate import Interval
from findry.systems import Bench, Claim, Finding
from findry.systems.declare import Published

WORDS = ["ant", "bee", "cow", "dog", "elk", "fox", "gnu", "hen", "jay", "koi", "owl", "pig"]


def test_systems_are_listed_and_shown(cli: Cli) -> None:
    listed = json.loads(cli("systems", "--output", "json").stdout)
    assert "prf-interpolation" in [one["id"] for one in listed]
    assert f"{len(listed)} published systems" in cli("systems").stdout
    shown = cli("systems", "show", "prf-interpolation").stdout
    for part in ("recipe:", "vector_prf(dense % 3) >> dense", "arXiv 2205.00235", "next: findry try"):
        assert part in shown
    assert "did you mean" in cli("systems", "show", "prf-interpolatio", exit_code=3).stderr
    assert "findry systems show ID" in cli("systems", "list", exit_code=2).stderr


def checked(bench: Bench) -> Finding:
    """A check over words only."""
    (name, world), *_ = bench.worlds.items()
    table = world.compare({"words": "bm25", "chance": "random % 3"}, "RR@10", baseline="chance")
    row = table.contrasts[0].difference
    claim = Claim("words - chance", "above 0", row.delta, Interval(0.1, 0.9, 0.95, "t", 12), True)
    return Finding("made-up", name, "RR@10", "chance", "words", (claim,), (claim,), {name: table}, simulated=True)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set in the data folder, and one made-up system."""
    folder = tmp_path / "data" / "tiny"
    (folder / "qrels").mkdir(parents=True)
    for name, key in (("corpus", ""), ("queries", "q")):
        rows = [{"_id": f"{key}{word}", "text": word} for word in WORDS]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    lines = ["query-id\tcorpus-id\tscore", *(f"q{word}\t{word}\t1" for word in WORDS)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.setenv("FINDRY_DATA", str(tmp_path / "data"))
    made = Published("made-up", "none", "system", "Made up", "none", "words beat chance", ("tiny",), checked)
    monkeypatch.setattr("findry.systems.catalog.systems", lambda: {"made-up": made})
    return folder


def test_a_system_is_tried_kept_and_verified(cli: Cli, tiny: Path, tmp_path: Path) -> None:
    assert tiny.is_dir()
    shown = cli("try", "made-up", "--record", tmp_path / "ledger").stdout
    for part in ("verdict (simulated): holds", "simulated language model", "words beat chance", "== tiny"):
        assert part in shown
    document = json.loads(cli("try", "made-up", "--json").stdout)
    parts = "id dataset measure baseline system delta interval controls cost simulated verdict"
    assert set(parts.split()) <= set(document)
    assert "2 rows" in cli("ledger", "--folder", tmp_path / "ledger").stdout
    assert "2 of 2 rows stand" in cli("ledger", "verify", "--folder", tmp_path / "ledger").stdout


def test_a_figure_that_moved_fails_the_ledger(cli: Cli, tiny: Path, tmp_path: Path) -> None:
    assert tiny.is_dir()
    cli("try", "made-up", "--record", tmp_path / "ledger")
    (file,) = (tmp_path / "ledger").rglob("*.json")
    rows = json.loads(file.read_text("utf-8"))
    rows[0]["values"]["qant"] -= 0.5
    file.write_text(json.dumps(rows), "utf-8")
    failed = cli("ledger", "verify", "--folder", tmp_path / "ledger", exit_code=6)
    assert "query qant was" in failed.stderr
    assert "1 of 2 rows stand" in failed.stdout


def test_a_ledger_that_is_not_there_is_refused(cli: Cli, tmp_path: Path) -> None:
    assert "no ledger here" in cli("ledger", "--folder", tmp_path / "nowhere", exit_code=3).stderr
