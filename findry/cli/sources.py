"""What a command line names as its source, and what was left out of it."""

from __future__ import annotations

__all__ = ["DOCS", "is_folder_of_files", "left_out", "open_index", "open_source", "told_left_out"]

from pathlib import Path
from typing import TYPE_CHECKING, Any

from findry.cli.output import note, notes
from findry.formats.problems import OnError, Problems

if TYPE_CHECKING:
    from findry.engine import Index
    from findry.records import Corpus

DOCS = "python-docs"


def left_out(problems: Problems) -> dict[str, Any]:
    """JSON-able: how many rows were skipped, how many files were not read, and the first of them."""
    shown = [{"where": where, "reason": reason} for where, reason in problems]
    return {"skipped": problems.skipped, "not_read": problems.not_read, "left_out": shown}


def told_left_out(problems: Problems) -> None:
    """Say on standard error what was left out."""
    if problems.skipped:
        lines = [f"{where}: {reason}" for where, reason in problems.bad]
        notes(f"skipped {problems.skipped:,}:", lines, total=problems.skipped)
    if problems.not_read:
        where, reason = problems.noted[0]
        note(f"not read: {problems.not_read:,} files or folders, such as {where}: {reason}")


def is_folder_of_files(source: str) -> bool:
    """Whether a source is a folder that is read file by file."""
    from findry.formats.beir import is_beir

    path = Path(source).expanduser()
    return path.is_dir() and not is_beir(path)


def open_source(source: str, fields: str | None, on_error: OnError, problems: Problems) -> Corpus:
    """The corpus of a path, of an id of ir_datasets, or of "python-docs"."""
    from findry.errors import InputError
    from findry.formats import parse_fields, read_source

    if source == DOCS and not Path(source).exists():
        from findry.datasets import dataset

        if fields is not None:
            raise InputError(f"{DOCS} has its own fields", received=f"--fields {fields!r}")
        return dataset(DOCS).corpus
    mapped = parse_fields(fields) if fields is not None else None
    return read_source(source, fields=mapped, on_error=on_error, problems=problems)


def open_index(kb: str, commit: int | None = None) -> Index:
    """The index in a folder, at its newest commit or at an older one."""
    from findry.engine import open_index as opened

    return opened(Path(kb).expanduser(), commit=commit)
