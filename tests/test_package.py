"""The house: what importing findry loads, what it offers, which room may import which, and how long files are."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import findry

ROOT = Path(findry.__file__).parent
MODULES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}
HEAVY = {
    *("onnxruntime", "onnx", "tokenizers", "safetensors", "Stemmer", "numba", "pandas", "pyarrow", "scipy", "torch"),
    *("transformers", "sentence_transformers", "rich", "typer", "tomlkit", "tqdm", "ir_measures", "httpx", "requests"),
    *("bs4", "pypdf", "docx", "selectolax", "matplotlib"),
}
FLOORS = {
    **dict.fromkeys(("errors", "folders", "lazily", "processors", "records"), 0),
    **dict.fromkeys(("kernels", "text", "formats"), 1),
    **dict.fromkeys(("index", "search", "models", "datasets"), 2),
    "algebra": 3,
    "stages": 4,
    "pipeline": 5,
    **dict.fromkeys(("evaluate", "engine"), 6),
    "study": 7,
    **dict.fromkeys(("report", "systems"), 8),
    "ledger": 9,
    "cli": 10,
}
# The only imports between two rooms of one floor.
NEIGHBOURS = {
    ("records", "errors"),
    ("index", "models"),
    ("search", "index"),
    ("search", "models"),
    ("text", "kernels"),
}
MOST_LINES, MEDIAN_LINES = 350, 120


def loaded_by(code: str) -> set[str]:
    """The top-level packages in memory after some code ran in a process of its own."""
    script = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    ["import findry", "import findry; [getattr(findry, name) for name in findry.__all__]", "import findry.engine"],
)
def test_importing_findry_loads_nothing_heavy(code: str) -> None:
    loaded = loaded_by(code)
    assert "findry" in loaded
    assert loaded.isdisjoint(HEAVY), loaded & HEAVY


def test_every_public_name_is_there() -> None:
    names = findry.__all__
    assert len(set(names)) == len(names)
    assert names == sorted(names)
    assert dir(findry) == names
    for name in names:
        assert getattr(findry, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'serach'"):
        _ = findry.serach


def room_of(path: Path) -> str | None:
    """The room of a module; None for the package's own files."""
    inside = path.relative_to(ROOT)
    return inside.parts[0].removesuffix(".py") if inside.name != "__init__.py" or len(inside.parts) > 1 else None


def imported(tree: ast.Module) -> set[str]:
    """The rooms that a module imports from, anywhere in it."""
    names = [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"findry.{a.name}" for a in node.names] if node.module == "findry" else [node.module or ""]
    return {name.split(".")[1] for name in names if name.startswith("findry.")}


def test_every_room_stands_on_a_floor() -> None:
    rooms = {room for path in MODULES if (room := room_of(path)) is not None} - {"__main__"}
    assert rooms == FLOORS.keys()


def test_rooms_import_only_downwards() -> None:
    wrong, neighbours = [], set()
    for path, tree in MODULES.items():
        room = room_of(path)
        if room in (None, "__main__"):
            continue
        for other in imported(tree) - {room}:
            if other in FLOORS and FLOORS[other] == FLOORS[room]:
                neighbours.add((room, other))
            elif other in FLOORS and FLOORS[other] > FLOORS[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {other}")
    assert not wrong
    assert neighbours <= NEIGHBOURS


def test_nothing_is_imported_from_the_package_itself_below_the_doors() -> None:
    for path, tree in MODULES.items():
        room = room_of(path)
        if room is not None and FLOORS.get(room, 10) < 10:
            plain = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
            assert "findry" not in plain, path


def test_every_module_says_what_it_offers_and_has_a_docstring() -> None:
    for path, tree in MODULES.items():
        assert ast.get_docstring(tree), path
        targets = [
            t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)
        ]
        assert path.name in ("__init__.py", "__main__.py") or "__all__" in targets, path


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert max(lengths.values()) <= MOST_LINES, max(lengths, key=lengths.__getitem__)
    assert statistics.median(lengths.values()) <= MEDIAN_LINES
