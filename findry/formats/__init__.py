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

from typing import TYPE_CHECKING

from findry.lazily import lazily

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
__getattr__ = lazily(__name__, _HOME)  # a search reads no file
