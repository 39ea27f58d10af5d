"""A ledger on disk: one JSON file a system and data set, so that a changed figure shows as a changed line."""

from __future__ import annotations

__all__ = ["read", "write"]

import json
import os
from collections.abc import Iterable
from pathlib import Path

from findry.errors import FormatError, MissingResource
from findry.ledger.row import Row


def read(folder: Path, only: str | None = None) -> list[Row]:
    """The rows of a ledger, of one system where `only` names it."""
    if not folder.is_dir():
        hint = "findry try ID --record writes rows"
        raise MissingResource("no ledger here", where=str(folder), hint=hint)
    found = []
    for path in sorted(folder.glob("*/*.json")):
        if only is not None and path.parent.name != only:
            continue
        try:
            rows = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise FormatError("a file of the ledger is not JSON", received=str(error), where=str(path)) from error
        if not isinstance(rows, list):
            raise FormatError("a file of the ledger must hold a list of rows", where=str(path))
        found += [Row.from_dict(row, str(path)) for row in rows]
    if only is not None and not found:
        names = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir()))
        raise MissingResource("the ledger has no row of this system", expected=names, received=only)
    return found


def write(folder: Path, rows: Iterable[Row]) -> list[Path]:
    """Put rows into a ledger, each in the place of one with the same key; returns the files that were written."""
    by_file: dict[Path, list[Row]] = {}
    for row in rows:
        by_file.setdefault(folder / row.system / f"{row.dataset}.json", []).append(row)
    for path, new in by_file.items():
        old = json.loads(path.read_text("utf-8")) if path.exists() else []
        held = {row.key: row for row in (*(Row.from_dict(one, str(path)) for one in old), *new)}
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([row.to_dict() for _, row in sorted(held.items())], indent=1, ensure_ascii=False)
        part = path.with_suffix(".part")
        part.write_text(text + "\n", "utf-8")
        os.replace(part, path)
    return list(by_file)
