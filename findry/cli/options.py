"""Arguments and options that several commands share."""

from __future__ import annotations

__all__ = [
    "CommitNumber",
    "Fields",
    "Format",
    "Fresh",
    "JudgedSet",
    "Keep",
    "Kb",
    "Measures",
    "OnBad",
    "OnBadRows",
    "OutputFormat",
    "QrelsFile",
    "QueriesFile",
    "Quiet",
    "Split",
    "kept_runs",
    "told_kept",
]

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from findry.pipeline import KeptRuns


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
QueriesFile = Annotated[
    str | None, typer.Option("--queries", metavar="FILE", help="Queries: BEIR .jsonl, or lines id TAB text; also .gz.")
]
QrelsFile = Annotated[
    str | None, typer.Option("--qrels", metavar="FILE", help="Judgments: BEIR .tsv, or TREC; also .gz.")
]
JudgedSet = Annotated[
    str | None,
    typer.Option("--on", metavar="SET", help="Instead of both: a BEIR folder, an id of ir_datasets, or python-docs."),
]
Split = Annotated[str, typer.Option("--split", metavar="SPLIT", help="Which judgments of the set.")]
Measures = Annotated[
    str, typer.Option("--measures", metavar="MEASURES", help="Names of ir-measures, or of trec_eval, ranx and MTEB.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Run everything anew, also what was run before.")]


def kept_runs(fresh: bool) -> KeptRuns | None:
    """The runs of earlier commands, unless everything is to be run anew."""
    from findry.pipeline import KeptRuns

    return None if fresh else KeptRuns()


def told_kept(kept: KeptRuns | None) -> None:
    """Say on standard error how much was there from before."""
    from findry.cli.output import note

    if kept is not None and kept.found:
        note(f"runs of earlier commands: {kept.found:,}, with the times of then (--fresh runs all anew)")
