from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findry.errors import FormatError, MissingResource
from findry.ledger import Row, read, verify, write

WORDS = ["ant", "bee", "cow", "dog", "elk", "fox", "gnu", "hen", "jay", "koi", "owl", "pig"]


def row(**changes: object) -> Row:
    plain = Row(
        "prf", "words", "bm25() % 5", "tiny", "RR@10", 1.0, None, None, {"q": 1.0}, "findry try prf", "2026-01-01"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A BEIR folder called tiny in the folder of data sets: one document and one query a word."""
    folder = tmp_path / "data" / "tiny"
    (folder / "qrels").mkdir(parents=True)
    docs = [{"_id": word, "text": f"the {word}"} for word in WORDS]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(doc) + "\n" for doc in docs), "utf-8")
    asked = [{"_id": f"q{word}", "text": word} for word in WORDS]
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in asked), "utf-8")
    lines = ["query-id\tcorpus-id\tscore", *(f"q{word}\t{word}\t1" for word in WORDS)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.setenv("FINDRY_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("findry.systems.bench.cache_folder", lambda: tmp_path / "cache")
    return folder


@given(
    st.floats(0, 1),
    st.one_of(st.none(), st.floats(0, 1)),
    st.dictionaries(st.text(min_size=1), st.floats(0, 1), min_size=1),
)
def test_a_row_that_was_written_is_read_back(mean: float, low: float | None, values: dict[str, float]) -> None:
    from tempfile import TemporaryDirectory

    kept = row(mean=mean, low=low, values=values, environment={"python": "3"}, paper=0.5)
    with TemporaryDirectory() as folder:
        write(Path(folder), [kept])
        (again,) = read(Path(folder))
    assert again.values == pytest.approx(values, abs=1e-6)
    assert replace(again, values={}) == replace(kept, values={})


def test_a_row_takes_the_place_of_the_one_with_its_key(tmp_path: Path) -> None:
    write(tmp_path, [row(), row(name="other"), row(dataset="large")])
    write(tmp_path, [row(mean=0.5)])
    assert [(r.dataset, r.name, r.mean) for r in read(tmp_path)] == [
        ("large", "words", 1.0),
        ("tiny", "other", 1.0),
        ("tiny", "words", 0.5),
    ]
    assert read(tmp_path, "prf") == read(tmp_path)


def test_rows_are_measured_again_and_what_moved_is_told(tiny: Path) -> None:
    values = {f"q{word}": 1.0 for word in WORDS}
    good, moved = row(values=values), row(measure="R@10", values={**values, "qant": 0.5, "qnew": 1.0})
    within = row(measure="AP", values={**values, "qant": 1.00005})
    data = {"tiny": str(tiny)}
    found = {one.row.measure: one for one in verify([good, moved, within], data)}
    assert found["RR@10"].holds
    assert found["AP"].holds
    assert found["R@10"].moved == {"qant": (0.5, 1.0), "qnew": (1.0, None)}


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingResource, match="no ledger here"):
        read(tmp_path / "nowhere")
    write(tmp_path, [row()])
    with pytest.raises(MissingResource, match="no row of this system"):
        read(tmp_path, "another")
    file = tmp_path / "prf" / "tiny.json"
    for text in ("{", "{}", '[{"system": "x"}]', json.dumps([row().to_dict() | {"values": {}}])):
        file.write_text(text, "utf-8")
        with pytest.raises(FormatError):
            read(tmp_path)


def test_rows_without_a_pipeline_are_measured_by_their_check(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from findry.evaluate import evaluate
    from findry.ledger import rows_of
    from findry.records import Run
    from findry.study import compare
    from findry.systems import Bench, Finding
    from findry.systems.finding import at_least

    assert tiny.is_dir()
    right = 1.0

    def check(bench: Bench) -> Finding:
        (world,) = bench.worlds.values()
        run = Run.from_dict({f"q{word}": {word: right, "ant": 0.5} for word in WORDS})
        table = compare({"made": run, "bm25": world.pipe("bm25")}, world.queries, world.qrels, "RR@10", baseline="bm25")
        claim = at_least("x", evaluate(run, world.qrels, "RR@10").mean("RR@10"), 0.0)
        return Finding("made-up", "tiny", "RR@10", "bm25", "made", (claim,), (claim,), {"tiny": table})

    monkeypatch.setattr(
        sys.modules["findry.ledger.verify"], "published", {"made-up": SimpleNamespace(check=check)}.__getitem__
    )
    rows = rows_of(check(Bench(["tiny"], encoder=None)), "findry try made-up", None, ["tiny"])
    assert {row.name: bool(row.pipeline) for row in rows} == {"made": False, "bm25": True}
    assert all(one.holds for one in verify(rows))
    right = 0.25
    assert {one.row.name: one.holds for one in verify(rows)} == {"made": False, "bm25": True}
