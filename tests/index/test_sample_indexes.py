"""An index of every released format opens, answers, and can be written anew in the newest one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small_worlds import Unflushed, asked, lists, reader_of

from findry.errors import CapabilityError
from findry.index import Snapshot, Writer
from findry.index.commit import FORMAT, READABLE, _checksum, current
from findry.index.verify import verify
from findry.models import HashEncoder
from findry.text import parse_filter

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
ENCODER = HashEncoder(16)
DOCUMENTS = {
    "a": ("Ants", {"year": 1999, "lang": "en", "tags": ["insect", "social"], "rating": 4.5, "open": True}),
    "b": ("Bees", {"year": 2006, "lang": "en", "tags": ["insect"], "rating": 3}),
    "ü": ("", {"lang": "ja", "open": False}),
}


@pytest.fixture(params=READABLE)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the sample of a format; git keeps no empty folders."""
    root = tmp_path / "kb"
    shutil.copytree(SAMPLES / f"format-{request.param}", root)
    for folder in ("staging", "deletes"):
        (root / folder).mkdir(exist_ok=True)
    return root


def answers(root: Path) -> list[object]:
    reader = reader_of(Snapshot(root))
    queries = asked(["ants", '"bees sting"', "colon*", "日本語", "sting"], "operators")
    recent = parse_filter("year >= 2000")
    return [
        lists(searcher.search(queries, 9, where=where))
        for searcher in (reader.lexical(), reader.dense())
        for where in (None, recent)
    ]


def require_sample(root: Path) -> None:
    snapshot = Snapshot(root)
    held = {d.id: (d.text.get("title", ""), dict(d.values)) for d in snapshot}
    assert held == DOCUMENTS
    words = answers(root)[0]
    assert [hits[0][0].partition("#")[0] for _, hits in words] == ["a", "b", "a", "ü", "b"]  # type: ignore[attr-defined]
    assert verify(root).good


def test_there_is_a_sample_of_every_format_that_is_read() -> None:
    assert READABLE[-1] == FORMAT
    for number in READABLE:
        commits = sorted((SAMPLES / f"format-{number}" / "commits").iterdir())
        assert {json.loads(path.read_bytes())["format"] for path in commits} == {number}


def test_a_sample_opens_and_answers(sample: Path) -> None:
    require_sample(sample)


def test_a_migrated_sample_gives_the_same_answers_in_the_newest_format(sample: Path) -> None:
    before, older = answers(sample), current(sample)
    with Writer(sample, files=Unflushed()) as writer:
        writer.migrate()
    require_sample(sample)
    assert answers(sample) == before
    snapshot = Snapshot(sample)
    assert all(segment.arrays.converted for segment in snapshot.segments)
    path = sample / "commits" / f"{snapshot.commit.number:06d}.json"
    assert json.loads(path.read_bytes())["format"] == FORMAT
    assert b" " in (sample / "CURRENT").read_bytes()
    assert snapshot.commit.version == older.version


def test_a_sample_can_be_added_to_deleted_from_and_merged(sample: Path) -> None:
    with Writer(sample, {"vectors": ENCODER}, merge="off", files=Unflushed()) as writer:
        writer.add([next(d for d in Snapshot(sample) if d.id == "b")])
        writer.delete(["a"])
        writer.commit()
        writer.optimize()
    assert sorted(d.id for d in Snapshot(sample)) == ["b", "ü"]
    assert verify(sample).good


def test_a_newer_format_is_refused_with_the_way_out(sample: Path) -> None:
    commit = current(sample)
    path = sample / "commits" / f"{commit.number:06d}.json"
    content = json.loads(path.read_bytes()) | {"format": FORMAT + 1}
    del content["checksum"]
    content["checksum"] = _checksum(json.dumps(content, sort_keys=True, ensure_ascii=True))
    path.write_text(json.dumps(content))
    with pytest.raises(CapabilityError, match="newer findry"):
        Snapshot(sample)
    with pytest.raises(CapabilityError, match="newer findry"):
        Writer(sample)
