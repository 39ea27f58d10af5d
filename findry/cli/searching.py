"""``findry search``: one query, a page of hits."""

from __future__ import annotations

__all__ = ["search_command"]

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from findry.cli.options import CommitNumber, Kb

if TYPE_CHECKING:
    from findry.engine import Results


class HitFormat(StrEnum):
    """How hits are printed."""

    TABLE = "table"
    JSON = "json"
    TREC = "trec"


def search_command(
    kb: Kb,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What to look for; operators are below.")],
    k: Annotated[int, typer.Option("-k", "--top-k", metavar="K", help="How many hits.")] = 10,
    offset: Annotated[int, typer.Option(metavar="N", help="Skip the first N hits.")] = 0,
    pipeline: Annotated[
        str | None, typer.Option(metavar="PIPELINE", help="A TOML file, or bm25, dense or hybrid.")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--filter", metavar="FILTER", help="Only documents whose values fit.")
    ] = (None),
    facet: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Count the values of a column over all hits; repeatable.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Ranks in each branch, and milliseconds by stage.")
    ] = False,
    commit: CommitNumber = None,
    output: Annotated[HitFormat, typer.Option("--output", help="How to print the hits.")] = HitFormat.TABLE,
) -> int | None:
    """Search an index by words, vectors and filters."""
    from findry.cli.output import emit, note
    from findry.cli.sources import open_index
    from findry.cli.systems import system

    index = open_index(kb, commit)
    chosen = system(index, pipeline).pipe if pipeline is not None else None
    query = " ".join(words)
    results = index.search(query, k, where=where, pipeline=chosen, offset=offset, facets=facet or ())
    if output is HitFormat.JSON:
        emit(results.to_dict())
    elif output is HitFormat.TREC:
        print(_trec(results), end="")
    else:
        _show(results, explain)
    if not len(results):
        note(f"no hits for {query!r}" + (f" after the first {offset:,}" if offset else ""))
    return 0


def _show(results: Results, explain: bool) -> None:
    from findry.cli.output import Cell, table

    if len(results):
        rows: list[list[Cell]] = []
        for hit in results:
            rows.append([str(hit.rank), f"{hit.score:.4f}", hit.id, hit.title, hit.passage])
            if explain:
                rows[-1].insert(2, ", ".join(f"{branch} {rank}" for branch, rank in hit.via.items()))
        columns = ["rank", "score", *(["via"] if explain else []), "id", "title", "passage"]
        table(columns, rows, right=("rank", "score"))
    for key, counts in results.facets.items():
        print()
        table((key, "documents"), [(value, f"{n:,}") for value, n in counts.items()], right=("documents",))
    if explain:
        print()
        stages = [(s.label, s.kind, f"{1000 * s.wall_s:.2f}", f"{int(s.hits.sum()):,}") for s in results.trace]
        table(("stage", "kind", "ms", "hits"), stages, right=("ms", "hits"))


def _trec(results: Results) -> str:
    """The hits as a TREC run of one query with the id "query"."""
    from tempfile import TemporaryDirectory

    import numpy as np

    from findry.formats.trec import write_run
    from findry.records import Run, Space

    run = Run(
        Space.of(["query"], unit="query", name="queries"),
        Space.of(results.ids, unit="document"),
        np.array([0, len(results)], np.int64),
        np.arange(len(results), dtype=np.int32),
        np.array([hit.score for hit in results], np.float32),
        name="findry",
    )
    with TemporaryDirectory() as folder:
        return Path(write_run(run, Path(folder) / "run.txt")).read_text("utf-8")
