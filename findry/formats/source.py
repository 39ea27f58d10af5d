"""Whatever a person names as the source of an index, as a corpus."""

from __future__ import annotations

__all__ = ["read_source"]

import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from findry.errors import InputError, MissingResource
from findry.formats import beir, irds
from findry.formats.delimited import read_csv, read_tsv
from findry.formats.folder import read_folder
from findry.formats.jsonl import read_json, read_jsonl
from findry.formats.parquet import read_parquet
from findry.formats.problems import OnError, Problems
from findry.formats.rows import FieldMap
from findry.records import Corpus

READERS: dict[str, Callable[..., Corpus]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".parquet": read_parquet,
}
KINDS = "a BEIR folder, a folder of .txt .md .html .htm .pdf .docx files, " + " ".join(READERS) + " (also .gz)"
DATASET = re.compile(r"[\w.-]+(/[\w.-]+)*")


def read_source(
    source: str, *, fields: FieldMap | None = None, on_error: OnError = "refuse", problems: Problems | None = None
) -> Corpus:
    """The corpus behind a path or an id of ir_datasets (such as ``beir/scifact``).

    A folder with ``corpus.jsonl`` is read as BEIR, another folder file by file, a file by its extension.
    `fields` says which columns are id, text and values, for files of rows.
    """
    path = Path(source).expanduser()
    how: dict[str, Any] = {"on_error": on_error, "problems": problems}
    if path.is_dir():
        if fields is not None:
            raise InputError(
                "a field map is for files of rows", received=f"the folder {source}", expected=" ".join(READERS)
            )
        return beir.read_corpus(path, **how) if beir.is_beir(path) else read_folder(path, **how)
    kind = Path(path.name.removesuffix(".gz")).suffix.lower()
    if path.is_file() or path.with_name(path.name + ".gz").is_file():
        if kind not in READERS:
            raise InputError(
                f"{path.name!r} is no kind of file that findry indexes",
                expected=KINDS,
                where=str(path),
                hint="put single documents in a folder and name the folder",
            )
        return READERS[kind](path, fields=fields, **how)
    if kind not in READERS and _may_be_id(source):
        return irds.corpus_of(irds.load(source), source, fields=fields, **how)
    raise _missing(source, path)


def _may_be_id(source: str) -> bool:
    """Whether a text that is no path can be an id of ir_datasets: relative, with a slash, no such first folder."""
    return "/" in source and DATASET.fullmatch(source) is not None and not Path(source.split("/")[0]).exists()


def _missing(source: str, path: Path) -> MissingResource:
    folder: Any = path.parent
    while not folder.is_dir():
        folder = folder.parent
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    near = get_close_matches(path.name, names, n=3, cutoff=0.5)
    return MissingResource(
        f"no file or folder {source!r}",
        expected=KINDS + ", or an id of ir_datasets",
        where=str(folder.resolve()),
        hint=f"near it: {', '.join(near)}" if near else None,
    )
