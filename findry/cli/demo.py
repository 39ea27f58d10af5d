"""``findry demo``: the documentation of this Python, indexed, measured and searched."""

from __future__ import annotations

__all__ = ["demo_command"]

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from findry.cli.options import Format, OutputFormat, Quiet

if TYPE_CHECKING:
    from findry.models import Encoder

SEARCHES = (
    "cache the results of an expensive function",
    "find all files with a certain extension in subfolders",
    "run a command and capture its output",
)
MEASURES = "nDCG@10 RR@10 R@100"
TIMED = 100


def demo_command(
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="KB", help="Folder of the index; one in the cache by default.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Search by words only: no model, a few seconds.")] = False,
    split: Annotated[str, typer.Option(metavar="dev|test", help="Which of the judged questions.")] = "test",
    quiet: Quiet = False,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Index, measure and search Python's documentation.

    Words, vectors and both side by side on judged questions; a minute or two at first, seconds after that.
    """
    from findry.cli.demo_index import demo_index
    from findry.cli.demo_report import measured, show, to_json
    from findry.cli.output import emit, note, notes
    from findry.cli.sources import DOCS
    from findry.datasets import dataset
    from findry.folders import cache_folder
    from findry.formats import Problems

    note("reading the documentation of this Python ...")
    problems = Problems()
    docs = dataset(DOCS, problems=problems)
    docs.split(split)
    encoder = None if quick else _encoder()
    place = Path(out).expanduser() if out else cache_folder() / "demo" / (DOCS if encoder else f"{DOCS}-words")
    index, built = demo_index(docs, encoder, place, own=out is None, quiet=quiet)
    if len(problems):
        lines = (f"{where}: {reason}" for where, reason in problems)
        notes(
            f"judgments of names that this Python lacks, left out: {len(problems):,}",
            lines,
            most=3,
            total=len(problems),
        )
    report: dict[str, Any] = {"index": str(place), "split": split, "judgments_left_out": len(problems), **built}
    found = measured(index, docs, split, MEASURES, TIMED)
    searches = [(text, index.search(text, 3, width=120)) for text in SEARCHES]
    if output is Format.JSON:
        emit({**report, **to_json(found, searches)})
    else:
        show(report, found, searches)
    return 0


def _encoder() -> Encoder | None:
    """The default encoder; None, with what to do about it on standard error, where its weights are absent."""
    from findry.cli.output import note
    from findry.errors import MissingResource
    from findry.models import encoder

    try:
        return encoder("minilm")
    except MissingResource as error:
        note(f"no vectors: {error.what.splitlines()[0]} not found; words only")
        note(f"  next: {error.hint}, then findry demo again")
        return None
