"""``findry doctor``: is this machine ready."""

from __future__ import annotations

__all__ = ["Check", "doctor_command"]

import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from findry.cli.options import Format, OutputFormat
from findry.processors import PROCESSORS

MISSING = 3
NEEDED = ("numpy", "onnxruntime", "onnx", "tokenizers", "safetensors", "PyStemmer", "ir-measures", "numba")
EXTRAS = {
    "arrow": ("pyarrow",),
    "pandas": ("pandas",),
    "files": ("selectolax", "pypdf", "python-docx"),
    "hub": ("huggingface_hub",),
    "http": ("httpx",),
    "torch": ("torch", "sentence-transformers"),
    "datasets": ("ir_datasets",),
}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: good or not, needed or not, and what was found or what to do."""

    name: str
    good: bool
    detail: str
    needed: bool = True


def doctor_command(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the kernels, build the graph of the default model, and time both.")
    ] = False,
    forget_encodings: Annotated[
        bool,
        typer.Option("--forget-encodings", help="Empty the cache of vectors first; they are made again when needed."),
    ] = False,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Check that this machine is ready.

    Python, libraries, extras, weights, cache folder; exit 3 when something needed is missing.
    """
    from findry.cli.output import emit, table

    checks = [
        _python(),
        *_libraries(),
        *_extras(),
        _cache(),
        _encodings(forget_encodings),
        *_kernels(warm),
        *_encoder(warm),
    ]
    ready = all(check.good for check in checks if check.needed)
    if output is Format.JSON:
        emit({"ready": ready, "checks": [asdict(check) for check in checks]})
    else:
        states = {(True, True): "good", (True, False): "good", (False, True): "MISSING", (False, False): "absent"}
        table(("what", "state", "found"), [(c.name, states[c.good, c.needed], c.detail) for c in checks])
        print("ready" if ready else "not ready: see the lines with MISSING")
    return 0 if ready else MISSING


def _python() -> Check:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {PROCESSORS} cores"
    return Check("Python", sys.version_info >= (3, 11), detail)


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _libraries() -> Iterator[Check]:
    for package in NEEDED:
        found = _version(package)
        yield Check(package, found is not None, found or f"pip install {package}")


def _extras() -> Iterator[Check]:
    for extra, packages in EXTRAS.items():
        found = {package: _version(package) for package in packages}
        good = all(found.values())
        listed = ", ".join(f"{package} {version}" for package, version in found.items() if version)
        detail = listed if good else f"pip install 'findry[{extra}]'"
        yield Check(f"extra {extra}", good, detail, needed=False)


def _cache() -> Check:
    import tempfile

    from findry.folders import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check("cache", False, f"{folder}: {error.strerror}; name another by FINDRY_CACHE", needed=False)
    return Check("cache", True, str(folder))


def _encodings(forget: bool) -> Check:
    """How much the vectors take that are kept so that no text is encoded twice."""
    from findry.cli.output import show_bytes
    from findry.errors import InputError
    from findry.models.encoding_room import clear_encodings, encodings_folder, encodings_limit, encodings_size

    forgotten = f", {show_bytes(clear_encodings())} forgotten" if forget else ""
    try:
        limit = encodings_limit()
    except InputError as error:
        return Check("encodings", False, f"FINDRY_ENCODINGS: {error.received}; {error.expected}", needed=False)
    bound = f"of at most {show_bytes(limit)}" if limit else "switched off by FINDRY_ENCODINGS"
    emptied = "" if forget else "; findry doctor --forget-encodings empties it"
    detail = f"{encodings_folder()}: {show_bytes(encodings_size())}{forgotten} {bound}{emptied}"
    return Check("encodings", True, detail, needed=False)


def _kernels(warm: bool) -> Iterator[Check]:
    """Whether the compiled kernels build, merge and search a small index, and how long that took."""
    if not warm:
        return
    import tempfile
    from pathlib import Path

    from findry.engine import create

    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        index = create(Path(folder) / "kb", encoder="hash:64")
        index.add({"id": str(number), "text": f"red ants carry {number} leaves"} for number in range(300))
        index.delete("7")
        index.optimize()
        found = index.search('+ants "carry 8"', k=1).ids
    detail = f"compiled, or taken from the cache, in {time.perf_counter() - started:.1f} s"
    yield Check("kernels", list(found) == ["8"], detail)


def _encoder(warm: bool) -> Iterator[Check]:
    """The default model: where its weights are, and whether a sentence gets a vector of unit length."""
    from findry.errors import FindryError
    from findry.models import encoder, locate

    try:
        yield Check("weights", True, str(locate("minilm")))
    except FindryError as error:
        yield Check("weights", False, f"{error.what}; {error.hint}")
        return
    started = time.perf_counter()
    try:
        vector = encoder("minilm").encode(["Ants carry leaves."], "document")[0]
    except (FindryError, ImportError) as error:
        yield Check("encoding", False, str(error))
        return
    seconds = time.perf_counter() - started
    norm = float((vector.astype("float64") ** 2).sum() ** 0.5)
    yield Check("encoding", abs(norm - 1) < 1e-4, f"{len(vector)} dimensions, norm {norm:.4f}")
    if warm:
        yield Check("warm", True, f"model loaded and first sentence encoded in {seconds:.1f} s; its graph is cached")
