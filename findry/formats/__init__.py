"""Floor 1: files as records and records as files.  Readers stream, and say which line is wrong; writers take
records.  Nothing here knows of an index or a model."""

from __future__ import annotations

__all__ = [
    "FieldMap",
    "Problems",
    "fingerprint",
    "parse_fields",
    "read_csv",
    "read_folder",
    "read_json",
    "read_jsonl",
    "read_parquet",
    "read_source",
    "read_tsv",
    "write_jsonl",
]

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from findry.formats.delimited import read_csv, read_tsv
    from findry.formats.folder import fingerprint, read_folder
    from findry.formats.jsonl import read_json, read_jsonl, write_jsonl
    from findry.formats.parquet import read_parquet
    from findry.formats.problems import Problems
    from findry.formats.rows import FieldMap, parse_fields
    from findry.formats.source import read_source

_HOME = {
    "delimited": ("read_csv", "read_tsv"),
    "folder": ("fingerprint", "read_folder"),
    "jsonl": ("read_json", "read_jsonl", "write_jsonl"),
    "parquet": ("read_parquet",),
    "problems": ("Problems",),
    "rows": ("FieldMap", "parse_fields"),
    "source": ("read_source",),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    """Readers are imported when they are first asked for: a search reads no file."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
