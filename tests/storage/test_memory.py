"""Opening an index maps it and reads none of it; what searching keeps in memory is bounded by the documents."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import trials
from large_world import World
from resident import COUNTED
from small_worlds import Unflushed

from findry.index.files import DISK, Files

HERE = Path(__file__).resolve().parent
MIB, GB = 1 << 20, 10**9
ROOM = 4 * GB  # the index takes 1.45 GB and 2.0 GB while it is merged
OPENING = 6 * MIB  # measured: 2.3 MiB, of memory of its own and of files together; nothing of the map
CODE = 64 * MIB  # of the compiled kernels and what loads them, at the first query; measured: 49 MiB
KEPT = 80  # bytes a document after that and 1,000 queries, measured: 62 (8 length norms, 32 masks of filters, buffers)

pytestmark = pytest.mark.skipif(not COUNTED, reason="resident memory is counted on Linux")


def opened(world: World, words: int, dense: int, files: Files = DISK) -> dict[str, Any]:
    """What a fresh process tells that opens the index of a world and asks it; only "wrong" when it fails."""
    with tempfile.TemporaryDirectory() as name:
        root, questions = Path(name) / "index", Path(name) / "questions.json"
        world.build(root, files)
        questions.write_text(json.dumps(world.questions(words)), "utf-8")
        command = [sys.executable, str(HERE / "opened_index.py"), str(root), str(questions), str(dense)]
        path = {"PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE), *filter(None, sys.path)])}
        ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **path}, timeout=3000)
        if ran.returncode or ran.stderr:
            return {"wrong": [f"exit {ran.returncode}: {ran.stderr[-2000:]}"]}
        on_disk = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
        return {**json.loads(ran.stdout), "on disk": on_disk}


def grown(told: dict[str, Any], before: str, after: str, what: str = "RssAnon") -> int:
    """How many bytes more are resident after a step than after one before it."""
    return int(told[after][what] - told[before][what])


def mib(count: int) -> str:
    return f"{count / MIB:,.1f} MiB"


def figures(told: dict[str, Any]) -> str:
    """The line of the table."""
    if "vectors" not in told:
        return "the process that asks failed"
    opening = grown(told, "import", "open") + grown(told, "import", "open", "RssFile")
    steps = {"the first query": "first", "all queries by words": "words", "those by vectors": "vectors"}
    kept = (
        f"after {name} +{mib(grown(told, 'import', step))} of its own and {mib(told[step]['of the map'])} of the map"
        for name, step in steps.items()
    )
    read = told["open"]["of the map"]
    return (
        f"index {told['on disk'] / GB:.2f} GB; opening makes +{mib(opening)} resident and reads {read} bytes of it; "
        f"{'; '.join(kept)} (pages shared with the page cache); the import alone {mib(told['import']['RssAnon'])}"
    )


def require_mapped(told: dict[str, Any]) -> None:
    """Every question was answered, and the whole index was mapped at opening and none of it read."""
    assert told["wrong"] == []
    assert told["open"]["of the map"] == 0
    assert 0.9 * told["on disk"] < told["open"]["mapped"] <= told["on disk"] + 4096 * 99
    assert grown(told, "import", "open") + grown(told, "import", "open", "RssFile") < OPENING
    assert 0 < told["first"]["of the map"] <= told["words"]["of the map"] <= told["vectors"]["of the map"]


def test_opening_an_index_maps_it_and_reads_none_of_it() -> None:
    require_mapped(opened(World(3_000, 2_000, 3), 60, 10, Unflushed()))


@pytest.mark.slow
def test_a_million_documents_are_opened_and_asked_in_little_memory() -> None:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < ROOM:
        pytest.skip(f"the index of a million documents needs {ROOM / GB} GB of disk, {free / GB:.1f} GB are free")
    words, dense = 1000, 100
    world = World(1_000_000, 200_000, 10)
    told = opened(world, words, dense)
    trials.record(
        "memory",
        f"opening a 1M-document index and {words:,} queries by words, {dense} by vectors",
        trials=words + dense,
        lost=0,
        crashed=len(told["wrong"]),
        note=figures(told),
    )
    require_mapped(told)
    assert told["documents"] == world.documents
    assert told["first"]["of the map"] < told["on disk"] / 10
    assert grown(told, "import", "first") < CODE
    assert grown(told, "first", "words") < KEPT * world.documents
    assert grown(told, "first", "vectors") < KEPT * world.documents
