"""Runs of other systems, and what they lack."""

from __future__ import annotations

__all__ = ["foreign_run", "run_coverage"]

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from findry.engine import Index
    from findry.records import Queries, Run


def foreign_run(spec: str, asked: Queries, index: Index) -> tuple[str, Run]:
    """The run that ``NAME=FILE`` or ``FILE`` names; what does not fit is counted on standard error."""
    from findry.cli.output import note
    from findry.formats.trec import read_run

    name, mark, path = spec.partition("=")
    if not mark:
        name, path = Path(spec).stem, spec
    run = read_run(Path(path).expanduser(), name=name)
    for line in run_coverage(run, asked, index):
        note(f"run {name}: {line}")
    return name, run


def run_coverage(run: Run, asked: Queries, index: Index) -> list[str]:
    """What of a run cannot be measured, a sentence each.

    A run none of whose queries is asked, or none of whose documents the index holds, is refused: it is of another
    collection, and would be measured as a row of zeros.
    """
    import numpy as np

    from findry.errors import InputError

    queries = run.queries.ids.take(np.arange(len(run.queries)))
    strange, absent = len(set(queries) - set(asked.ids)), len(set(asked.ids) - set(queries))
    if queries and strange == len(queries):
        received, expected = ", ".join(queries[:3]), ", ".join(asked.ids[:3])
        raise InputError("the run answers none of the judged queries", expected=expected, received=received)
    names = run.items.ids.take(np.arange(len(run.items)))
    held = index.reader.snapshot.documents.ids.find(names) >= 0
    if names and not held.any():
        received = ", ".join(names[:3])
        raise InputError("the index holds none of the run's documents", received=received, where=str(index.root))
    lines = []
    if strange:
        lines.append(f"{strange:,} of its {len(queries):,} queries are not judged and not looked at")
    if absent:
        lines.append(f"{absent:,} of {len(asked):,} judged queries have no line and count as 0")
    if unknown := int((~held[run.rows]).sum()):
        lines.append(f"{unknown:,} of its {len(run.rows):,} hits name documents that the index does not hold")
    return lines
