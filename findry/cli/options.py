"""Arguments and options that several commands share."""

from __future__ import annotations

__all__ = ["CommitNumber", "Fields", "Format", "Keep", "Kb", "OnBad", "OnBadRows", "OutputFormat", "Quiet"]

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"


class OnBad(StrEnum):
    """What is done with rows that cannot be used."""

    REFUSE = "refuse"
    SKIP = "skip"


Kb = Annotated[str, typer.Argument(metavar="KB", help="Folder of the index.")]
OutputFormat = Annotated[Format, typer.Option("--output", help="How to print the result.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")]
Fields = Annotated[
    str | None,
    typer.Option(
        "--fields",
        metavar="MAP",
        help='Which columns are what: "id=NAME title=NAME text=NAME,NAME values=NAME,NAME" (values=rest takes all).',
    ),
]
OnBadRows = Annotated[
    OnBad, typer.Option("--on-error", help="A bad row refuses the whole source, or is skipped and reported (exit 7).")
]
CommitNumber = Annotated[
    int | None, typer.Option("--commit", metavar="N", help="An older commit that is kept; findry info shows them.")
]
Keep = Annotated[
    int, typer.Option("--keep", metavar="N", min=1, help="How many states of the documents stay to be opened again.")
]
