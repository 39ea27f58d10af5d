"""``findry funnel`` and ``findry explain``: where relevant documents were lost, and why one stands where it stands."""

from __future__ import annotations

__all__ = ["explain_command", "funnel_command"]

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from findry.cli.options import Format, JudgedSet, Kb, OutputFormat, QrelsFile, QueriesFile, Split
from findry.cli.reporting import ReportFile

if TYPE_CHECKING:
    from findry.study import Explanation, Fate, Funnel

PipelineName = Annotated[
    str, typer.Argument(metavar="[PIPELINE]", help="bm25, dense, hybrid, a TOML file or an expression.")
]
DEEP = 10_000


def funnel_command(
    kb: Kb,
    pipeline: PipelineName = "hybrid",
    queries: QueriesFile = None,
    qrels: QrelsFile = None,
    on: JudgedSet = None,
    split: Split = "test",
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="How many results are looked at.")] = 10,
    query: Annotated[str | None, typer.Option(metavar="ID", help="One query in detail.")] = None,
    output: OutputFormat = Format.TABLE,
    report: ReportFile = None,
) -> int | None:
    """Tell where each relevant document was lost.

    Not in the index, not retrieved by any branch (and its rank there), dropped in fusion, reranked out, or cut.
    """
    from findry.cli.evaluating import coverage, judged_queries
    from findry.cli.output import emit
    from findry.cli.reporting import about, page_path, told_texts, wrote
    from findry.cli.sources import open_index
    from findry.cli.systems import system
    from findry.report import funnel_document, write_page
    from findry.study import funnel

    page = page_path(report)
    index = open_index(kb)
    asked, judged, _ = judged_queries(queries, qrels, on, split)
    pipe = system(index, pipeline).pipe.bind(index=index.reader)
    coverage(index, judged)
    found = funnel(pipe, asked, judged, k=k, deep=DEEP)
    told = found.of(query) if query is not None else None
    text = asked.texts[asked.ids.index(query)] if query is not None else ""
    if output is Format.JSON:
        emit({"index": str(index.root), "pipeline": repr(pipe), **_funnel_dict(found, told)})
    elif told is None:
        _show_funnel(found)
    else:
        _show_query(found, told, text)
    if page is not None:
        stated = about(index, on, queries, split, [])
        write_page(funnel_document(found, repr(pipe), asked, stated, texts=told_texts(index), chosen=query), page)
        wrote(page)
    return 0


def _funnel_dict(found: Funnel, told: list[Fate] | None) -> dict[str, Any]:
    rows = found.fates if told is None else told
    fates = [{**asdict(fate), "ranks": list(fate.ranks), "deep": dict(fate.deep)} for fate in rows]
    left = [{"step": label, "kind": kind, "relevant_left": there} for label, kind, there in found.left()]
    return {"k": found.k, "deep": found.deep, "steps": left, "counts": found.counts(), "fates": fates}


def _show_funnel(found: Funnel) -> None:
    from findry.cli.output import table

    total = max(len(found.fates), 1)
    queries = len({fate.query for fate in found.fates})
    title = f"{len(found.fates):,} relevant documents of {queries:,} queries of {found.judgments}"
    rows = [[label, kind, f"{there:,}", f"{there / total:.1%}"] for label, kind, there in found.left()]
    table(("after", "kind", "relevant", "share"), rows, right=("relevant", "share"), title=title)
    print()
    names = {"in the top": f"in the top {found.k}", "below the top": f"ranked below {found.k}"}
    counted = [[names.get(fate, fate), f"{n:,}", f"{n / total:.1%}"] for fate, n in found.counts().items()]
    table(("what became of them", "number", "share"), counted, right=("number", "share"))
    missed = [dict(fate.deep) for fate in found.fates if fate.deep]
    for label in dict.fromkeys(label for ranks in missed for label in ranks):
        ranks = sorted(rank for one in missed if (rank := one.get(label, 0)))
        middle = f"median rank {ranks[len(ranks) // 2]:,}" if ranks else "none of them"
        print(f"not retrieved, {label} asked for {found.deep:,}: {len(ranks):,} of {len(missed):,} there, {middle}")


def _show_query(found: Funnel, told: list[Fate], text: str) -> None:
    from findry.cli.output import clean, table

    rows = []
    for fate in told:
        deeper = "; ".join(f"{label} {rank:,}" if rank else f"{label} -" for label, rank in fate.deep)
        cells = [f"{rank:,}" if rank else "-" for rank in fate.ranks]
        rows.append([fate.item, str(fate.grade), *cells, fate.fate, deeper])
    columns = ["relevant", "grade", *found.steps, "fate", f"rank of {found.deep:,}"]
    table(columns, rows, right=("grade", *found.steps), title=f'"{clean(text)}": rank after each step')


def explain_command(
    kb: Kb,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What was asked.")],
    doc: Annotated[str, typer.Option("--doc", metavar="ID", help="The document.")],
    pipeline: Annotated[
        str, typer.Option(metavar="PIPELINE", help="bm25, dense, hybrid, a TOML file or an expression.")
    ] = "hybrid",
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Tell why a document stands where it stands.

    Its rank and score after every stage, and what each word of the query adds.
    """
    from findry.cli.output import emit
    from findry.cli.sources import open_index
    from findry.cli.systems import offered, system
    from findry.records import Queries
    from findry.study import explain

    index = open_index(kb)
    name = pipeline if pipeline != "hybrid" or pipeline in offered(index) else offered(index)[0]
    pipe = system(index, name).pipe.bind(index=index.reader)
    found = explain(pipe, Queries.of({"query": query}, syntax="operators"), doc)
    if output is Format.JSON:
        steps = [dict(zip(("step", "kind", "rank", "score"), step, strict=True)) for step in found.steps]
        terms = {label: [part._asdict() for part in parts] for label, parts in found.terms}
        emit({"query": found.query, "id": found.item, "pipeline": repr(pipe), "steps": steps, "terms": terms})
    else:
        _show_explanation(found)
    return 0


def _show_explanation(found: Explanation) -> None:
    from findry.cli.output import clean, table

    rows = [
        [label, kind, f"{rank:,}" if rank else "-", "-" if score is None else f"{score:.4f}"]
        for label, kind, rank, score in found.steps
    ]
    title = f'{clean(found.item)} for "{clean(found.query)}"'
    table(("step", "kind", "rank", "score"), rows, right=("rank", "score"), title=title)
    for label, parts in found.terms:
        print()
        if not parts:
            print(f"{label}: no word of the query is in it")
            continue
        cells = [
            [part.term or "(phrase or prefix)", part.field, f"{part.added:.4f}", f"{part.tf:,}", f"{part.df:,}"]
            for part in parts
        ]
        total, length = sum(part.added for part in parts), parts[0].length
        columns = ("term", "field", "adds", "in it", "rows with it")
        table(columns, cells, right=columns[2:], title=f"{label}: {total:.4f} in a text of {length:,} terms")
