"""``findry ledger``: the figures that were kept, and whether they still stand."""

from __future__ import annotations

__all__ = ["ledger_command"]

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from findry.cli.options import Format, OutputFormat

if TYPE_CHECKING:
    from findry.ledger import Row

MOVED = 6  # exit code: something ran and gave what it must not


def ledger_command(
    action: Annotated[str | None, typer.Argument(metavar="[verify]", help="Measure the rows again.")] = None,
    only: Annotated[str | None, typer.Option(metavar="ID", help="The rows of one system.")] = None,
    folder: Annotated[str, typer.Option(metavar="FOLDER", help="Where the ledger lies.")] = "ledger",
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """List the figures of the ledger, or verify them.

    ``findry ledger verify`` measures every row again and fails when a value of any query moved.
    """
    from findry.cli.output import emit, table
    from findry.errors import InputError
    from findry.ledger import read

    if action not in (None, "verify"):
        raise InputError("the ledger lists its rows, or verifies them", expected="verify", received=action)
    rows = read(Path(folder).expanduser(), only)
    if action == "verify":
        return _verify(rows, output)
    if output is Format.JSON:
        emit([row.to_dict() for row in rows])
        return 0
    shown = [
        [
            row.system,
            row.dataset,
            row.name,
            row.measure,
            f"{row.mean:.4f}" + ("" if row.low is None else f" [{row.low:.3f}, {row.high:.3f}]"),
            "-" if row.paper is None else f"{row.paper:.4f}",
            f"{len(row.values):,}",
            row.date,
        ]
        for row in rows
    ]
    columns = ("system", "data set", "pipeline", "measure", "mean", "paper", "queries", "date")
    table(columns, shown, right=("mean", "paper", "queries"), title=f"{len(rows):,} rows")
    return 0


def _verify(rows: Sequence[Row], output: Format) -> int:
    from findry.cli.output import emit, note
    from findry.ledger import verify

    told: list[dict[str, Any]] = []
    bad = 0
    for found in verify(rows):
        row = found.row
        bad += not found.holds
        told.append({"system": row.system, "dataset": row.dataset, "pipeline": row.name, "measure": row.measure})
        told[-1]["moved"] = {query: list(pair) for query, pair in found.moved.items()}
        for query, (before, now) in list(found.moved.items())[:3]:
            note(f"{row.system}, {row.dataset}, {row.name}, {row.measure}: query {query} was {before}, is {now}")
    if output is Format.JSON:
        emit({"rows": len(rows), "moved": bad, "found": told})
    else:
        print(f"{len(rows) - bad:,} of {len(rows):,} rows stand")
    return MOVED if bad else 0
