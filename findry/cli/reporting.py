"""``--report`` and ``--figure``: what the commands of a study hand to the report."""

from __future__ import annotations

__all__ = ["FigureFile", "ReportFile", "about", "page_path", "told_texts", "wrote"]

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from findry.engine import Index
    from findry.report import About, Texts

ReportFile = Annotated[
    str | None, typer.Option("--report", metavar="FILE", help="Also write an HTML page that needs nothing else.")
]
FigureFile = Annotated[
    str | None,
    typer.Option(
        "--figure", metavar="FILE", help="Also draw quality against latency: .svg, .png or .pdf (matplotlib)."
    ),
]


def page_path(target: str | None) -> Path | None:
    """Where a file is to be written; refused before anything runs when its folder is not there."""
    from findry.errors import InputError, MissingResource

    if target is None:
        return None
    path = Path(target).expanduser()
    if path.is_dir():
        raise InputError("a folder cannot be written as a file", received=str(path))
    if not path.parent.is_dir():
        raise MissingResource("the folder of a file to write is not there", where=str(path.parent))
    return path


def about(index: Index, data: str | None, queries: str | None, split: str, notes: list[str]) -> About:
    """The head of a report on an index: data set or file of queries, commit, command, version and date."""
    import shlex
    import sys
    from datetime import datetime

    from findry import __version__
    from findry.report import About

    name = Path(queries).name if queries is not None else f"{data}" if split == "test" else f"{data}, {split}"
    return About(
        data=name,
        index=str(index.root),
        commit=index.reader.snapshot.commit.number,
        command=shlex.join(["findry", *sys.argv[1:]]),
        version=__version__,
        date=datetime.now().astimezone().isoformat(" ", "minutes"),
        notes=tuple(notes),
    )


def told_texts(index: Index) -> Texts:
    """Reads titles and beginnings of the documents of an index."""
    from findry.report import index_texts

    return index_texts(index.reader.snapshot)


def wrote(path: Path) -> None:
    """Say on standard error what was written."""
    from findry.cli.output import note

    note(f"wrote {path}")
