"""``findry compare`` and ``findry marginal``: which system is better, and what each stage of one is worth."""

from __future__ import annotations

__all__ = ["compare_command", "marginal_command"]

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from findry.cli.options import (
    Format,
    Fresh,
    JudgedSet,
    Kb,
    Measures,
    OutputFormat,
    QrelsFile,
    QueriesFile,
    Split,
    kept_runs,
    told_kept,
)
from findry.cli.reporting import FigureFile, ReportFile

if TYPE_CHECKING:
    from findry.algebra import Pipe
    from findry.engine import Index
    from findry.records import Run

MEASURES = "nDCG@10 R@100"


class Table(StrEnum):
    """How a comparison is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    LATEX = "latex"


Timed = Annotated[
    int, typer.Option("--timed", metavar="N", min=0, help="How many queries are also asked one at a time; 0 for none.")
]


def compare_command(
    kb: Kb,
    pipelines: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PIPELINE]...", help="bm25, dense, hybrid, a TOML file, an expression; NAME=PIPELINE."),
    ] = None,
    queries: QueriesFile = None,
    qrels: QrelsFile = None,
    on: JudgedSet = None,
    split: Split = "test",
    measures: Measures = MEASURES,
    runs: Annotated[
        list[str] | None,
        typer.Option("--run", metavar="NAME=FILE", help="A TREC run of another system; repeatable."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="The system that others are compared to; the first by default.")
    ] = None,
    timed: Timed = 100,
    fresh: Fresh = False,
    output: Annotated[Table, typer.Option("--output", help="How to print the result.")] = Table.TABLE,
    report: ReportFile = None,
    figure: FigureFile = None,
) -> int | None:
    """Compare systems on judged queries.

    One row a system: quality with intervals, time and cost; then the difference of each to the first.

    A difference is marked as a tie (=) unless its p-value, corrected for all rows (Holm), is below 0.05.
    """
    from findry.cli.evaluating import coverage, coverage_lines, judged_queries, told_coverage
    from findry.cli.output import emit
    from findry.cli.reporting import about, page_path, told_texts, wrote
    from findry.cli.run_files import foreign_run
    from findry.cli.study_tables import comparison_dict, show_comparison
    from findry.cli.systems import systems
    from findry.pipeline import Plan
    from findry.report import comparison_document, require_figures, write_figure, write_page
    from findry.study import compare
    from findry.study.tables import to_csv, to_latex

    page, drawing = page_path(report), page_path(figure)
    if drawing is not None:
        require_figures(drawing)
    index, found = _opened(kb)
    asked, judged, left = judged_queries(queries, qrels, on, split)
    chosen: dict[str, Pipe | Run] = {
        each.name: each.pipe.bind(index=index.reader)
        for each in (systems(index, pipelines or []) if pipelines or not runs else [])
    }
    for spec in runs or []:
        name, run = foreign_run(spec, asked, index)
        chosen[name] = run
    kept = kept_runs(fresh)
    made = compare(chosen, asked, judged, measures, baseline=baseline, timed=timed, plan=Plan(asked, kept=kept))
    told_kept(kept)
    counts = coverage(index, judged) | {"queries_without_judgments": left}
    told_coverage(counts, made.outcomes[0].evaluation)
    if output is Table.JSON:
        emit({**found, **counts, **comparison_dict(made)})
    elif output is Table.TABLE:
        show_comparison(made)
    else:
        print(to_csv(made) if output is Table.CSV else to_latex(made), end="")
    if page is not None:
        lines = coverage_lines(counts, made.outcomes[0].evaluation)
        told = about(index, on, queries, split, lines)
        write_page(comparison_document(made, asked, judged, told, texts=told_texts(index)), page)
        wrote(page)
    if drawing is not None:
        write_figure(made, drawing)
        wrote(drawing)
    return 0


def marginal_command(
    kb: Kb,
    pipeline: Annotated[
        str, typer.Argument(metavar="[PIPELINE]", help="bm25, dense, hybrid, a TOML file or an expression.")
    ] = "hybrid",
    queries: QueriesFile = None,
    qrels: QrelsFile = None,
    on: JudgedSet = None,
    split: Split = "test",
    measure: Annotated[str, typer.Option(metavar="MEASURE", help="What a stage is to raise.")] = "nDCG@10",
    effect: Annotated[float, typer.Option(metavar="GAIN", help="The gain that would matter to you.")] = 0.01,
    timed: Timed = 100,
    fresh: Fresh = False,
    output: OutputFormat = Format.TABLE,
    report: ReportFile = None,
) -> int | None:
    """Say what each stage of a pipeline is worth.

    Its gain with an interval, what it costs, and a verdict.  Each stage is replaced by its null: a retriever's branch
    is dropped, a fuser leaves its first branch, a reranker the order as it was, a rewriter the original query.
    """
    from findry.cli.evaluating import coverage, coverage_lines, judged_queries, told_coverage
    from findry.cli.output import emit
    from findry.cli.reporting import about, page_path, told_texts, wrote
    from findry.cli.study_tables import marginal_dict, show_marginal
    from findry.cli.systems import system
    from findry.pipeline import Plan
    from findry.report import marginal_document, write_page
    from findry.study import marginal

    page = page_path(report)
    index, found = _opened(kb)
    asked, judged, left = judged_queries(queries, qrels, on, split)
    pipe = system(index, pipeline).pipe.bind(index=index.reader)
    kept = kept_runs(fresh)
    made = marginal(pipe, asked, judged, measure, effect=effect, timed=timed, plan=Plan(asked, kept=kept))
    told_kept(kept)
    counts = coverage(index, judged) | {"queries_without_judgments": left}
    told_coverage(counts, made.comparison["whole"].evaluation)
    if output is Format.JSON:
        emit({**found, **counts, **marginal_dict(made)})
    else:
        show_marginal(made)
    if page is not None:
        lines = coverage_lines(counts, made.comparison["whole"].evaluation)
        told = about(index, on, queries, split, lines)
        write_page(marginal_document(made, asked, judged, told, texts=told_texts(index)), page)
        wrote(page)
    return 0


def _opened(kb: str) -> tuple[Index, dict[str, Any]]:
    from findry.cli.sources import open_index

    index = open_index(kb)
    return index, {"index": str(index.root), "commit": index.reader.snapshot.commit.number}
