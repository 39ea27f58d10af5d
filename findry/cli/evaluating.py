"""``findry eval``: how good the search of an index is, on judged queries."""

from __future__ import annotations

__all__ = ["coverage", "coverage_lines", "eval_command", "judged_queries", "told_coverage"]

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from findry.cli.options import Format, JudgedSet, Kb, Measures, OutputFormat, QrelsFile, QueriesFile, Split

if TYPE_CHECKING:
    from findry.cli.systems import System
    from findry.engine import Index
    from findry.evaluate import Evaluation
    from findry.records import Qrels, Queries, Run

MEASURES = "nDCG@10 RR@10 R@100"


def eval_command(
    kb: Kb,
    queries: QueriesFile = None,
    qrels: QrelsFile = None,
    on: JudgedSet = None,
    split: Split = "test",
    measures: Measures = MEASURES,
    pipeline: Annotated[
        list[str] | None,
        typer.Option(metavar="PIPELINE", help="bm25, dense, hybrid, a TOML file or an expression; repeatable."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="The system that others are compared to; the first by default.")
    ] = None,
    run_out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the run as a TREC file; for several systems FILE.NAME.SUFFIX each."),
    ] = None,
    metadata: Annotated[
        bool, typer.Option(help="Begin runs with # lines of ir_metadata; not every tool can skip them.")
    ] = True,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Measure search on judged queries, with intervals.

    One row a system, and the paired difference of each to the first.
    """
    from findry.cli.output import emit
    from findry.cli.report import (
        JUDGED,
        Measured,
        difference_dict,
        differences,
        show_differences,
        show_measured,
        to_dict,
    )
    from findry.cli.sources import open_index
    from findry.cli.systems import run_all, systems
    from findry.evaluate import evaluate, parse

    named = parse([*parse(measures), JUDGED])
    index = open_index(kb)
    chosen = systems(index, pipeline or [])
    first = _baseline(baseline, chosen)
    asked, judged, left = judged_queries(queries, qrels, on, split)
    counts = coverage(index, judged) | {"queries_without_judgments": left}
    runs = run_all(index, chosen, asked)
    done = [
        Measured(each.name, repr(each.pipe), evaluate(run, judged, named), ms)
        for each, (run, ms) in zip(chosen, runs, strict=True)
    ]
    told_coverage(counts, done[0].evaluation)
    if run_out is not None:
        data = {"test collection": {"name": on or Path(str(queries)).name, "split": judged.name}}
        _write(index, [(each, run) for each, (run, _) in zip(chosen, runs, strict=True)], run_out, data, metadata)
    rows = differences(done, first) if len(done) > 1 else []
    if output is Format.JSON:
        listed = [difference_dict(*row) for row in rows]
        document: dict[str, Any] = {"index": str(index.root), "split": judged.name, "baseline": first, **counts}
        emit({**document, "systems": [to_dict(one) for one in done], "differences": listed})
        return 0
    number = len(done[0].evaluation.queries)
    show_measured(done, title=f"{number:,} queries; mean [95 % interval]; ms/query: mean over the batch")
    if rows:
        print()
        show_differences([(f"{name} - {first}", row, p) for name, row, p in rows])
    return 0


def _baseline(name: str | None, chosen: list[System]) -> str:
    from findry.errors import InputError, nearest

    names = [each.name for each in chosen]
    if name is None:
        return names[0]
    if name not in names:
        guess = nearest(name, names)
        hint = f"did you mean {guess!r}?" if guess else None
        raise InputError("the baseline is none of the systems", expected=", ".join(names), received=name, hint=hint)
    return name


def judged_queries(queries: str | None, qrels: str | None, on: str | None, split: str) -> tuple[Queries, Qrels, int]:
    """The judged queries, their judgments, and how many queries have no judgment and are not run."""
    from findry.cli.output import notes
    from findry.datasets import Dataset, dataset
    from findry.errors import InputError
    from findry.formats import Problems
    from findry.formats.judged import read_qrels_file, read_queries_file
    from findry.records import Corpus

    if on is not None and queries is None and qrels is None:
        problems = Problems()
        found = dataset(on, problems=problems)
        if len(problems):
            notes(
                f"left out of {on}: {len(problems):,}", (f"{w}: {r}" for w, r in problems), most=3, total=len(problems)
            )
        return *found.split(split), 0
    if on is not None or queries is None or qrels is None:
        raise InputError("nothing to measure on", expected="--queries FILE and --qrels FILE, or --on SET")
    judged = read_qrels_file(qrels)
    asked = read_queries_file(queries)
    held = Dataset(Path(queries).name, Corpus.of([]), asked, {judged.name: judged})
    chosen, _ = held.split(judged.name)
    return chosen, judged, len(asked) - len(chosen)


def coverage(index: Index, qrels: Qrels) -> dict[str, int]:
    """How many judgments, and relevant ones among them, are of documents that the index lacks.

    An index that holds none of the judged documents is refused: it is another collection.
    """
    import numpy as np

    from findry.errors import InputError

    known = index.reader.snapshot.documents.ids.find(qrels.items.ids.take(np.arange(len(qrels.items)))) >= 0
    if len(known) and not known.any():
        first = qrels.items.ids.take(np.arange(min(3, len(qrels.items))))
        raise InputError(
            "the index holds none of the judged documents",
            received=", ".join(first),
            where=str(index.root),
            hint="index the collection that these judgments are of, with the same ids (--fields id=...)",
        )
    absent = ~known[qrels.rows]
    return {
        "judgments": len(qrels.rows),
        "judgments_not_in_index": int(absent.sum()),
        "relevant_not_in_index": int((absent & (qrels.grades > 0)).sum()),
    }


def told_coverage(counts: dict[str, int], evaluation: Evaluation) -> None:
    """Say on standard error what the figures do not count."""
    from findry.cli.output import note

    for line in coverage_lines(counts, evaluation):
        note(line)


def coverage_lines(counts: dict[str, int], evaluation: Evaluation) -> list[str]:
    """What the figures do not count, a sentence each."""
    lines = []
    if absent := counts["judgments_not_in_index"]:
        relevant = counts["relevant_not_in_index"]
        lines.append(
            f"not in the index: documents of {absent:,} judgments ({relevant:,} relevant; they count as not found)"
        )
    if without := evaluation.counts.get("without_relevant"):
        lines.append(f"left out: {without:,} queries without a relevant document")
    if empty := evaluation.counts.get("without_hits"):
        lines.append(f"without a hit: {empty:,} queries (they count as 0)")
    if unjudged := counts.get("queries_without_judgments"):
        lines.append(f"not run: {unjudged:,} queries without judgments")
    return lines


def _write(index: Index, runs: list[tuple[System, Run]], target: str, data: dict[str, Any], metadata: bool) -> None:
    from findry.cli.output import note
    from findry.formats.metadata import run_metadata
    from findry.formats.trec import write_run

    path, held = Path(target).expanduser(), index.reader.snapshot
    about = {"documents": held.live_documents, "commit": held.commit.origin}
    for each, run in runs:
        place = path if len(runs) == 1 else path.with_name(f"{path.stem}.{run.name}{path.suffix}")
        header = run_metadata(run.name, repr(each.pipe), data=data, index=about) if metadata else None
        write_run(run, place, header=header)
        note(f"wrote {place}")
