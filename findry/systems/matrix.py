"""A survey as a matrix: what it asks of an engine, row by row, shown by something that runs or marked open."""

from __future__ import annotations

__all__ = ["Capability", "assessed", "missing", "survey"]

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from findry.evaluate import Interval
from findry.study import Comparison
from findry.systems.bench import Bench
from findry.systems.contrast import mean_gain, share_alike
from findry.systems.declare import system
from findry.systems.finding import Claim, Finding, above, at_least


@dataclass(frozen=True)
class Capability:
    """One thing that a survey asks for.

    axis: the part of the survey; shown: the pipeline of the recipe that shows it; over: those that it is said to beat,
    by `measure`; probe: what shows it where no pipeline can.  With neither it is open.  data: other collections than
    those of the check.
    """

    axis: str
    what: str
    shown: str = ""
    over: tuple[str, ...] = ()
    measure: str = "nDCG@10"
    probe: Callable[[Bench], Claim] | None = None
    data: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether something runs for it."""
        return bool(self.shown) or self.probe is not None


def missing(axis: str, *what: str) -> tuple[Capability, ...]:
    """Capabilities of an axis that nothing here shows yet."""
    return tuple(Capability(axis, one) for one in what)


def survey(
    module: str,
    id: str,
    *,
    title: str,
    paper: str,
    data: tuple[str, ...],
    recipe: Mapping[str, str],
    matrix: tuple[Capability, ...],
    controls: Mapping[str, str],
) -> Callable[[Bench], Finding]:
    """Declare the survey that a module holds, and give its check."""

    def check(bench: Bench) -> Finding:
        return assessed(id, bench, matrix, recipe, controls=controls, baseline="bm25")

    check.__module__ = module
    claim = "the methods that run here go in the directions that the survey reports"
    declare = system(
        id,
        family="benchmarks",
        kind="survey",
        title=title,
        paper=paper,
        claim=claim,
        data=data,
        recipe=recipe,
        needs=("encoder",),
        matrix=matrix,
    )
    return declare(check)


def assessed(
    id: str,
    bench: Bench,
    matrix: Iterable[Capability],
    recipe: Mapping[str, str],
    *,
    controls: Mapping[str, str],
    baseline: str,
) -> Finding:
    """Run every row that is done.

    Claims: the directions that the survey reports, each as a difference over the row's collections, and the probes.
    Controls: every pipeline answers every query with a well-formed list, and beats hits drawn at random; each control
    of `controls` (name: the pipeline of the recipe that it must equal, with its own text under its name in the recipe)
    gives the same lists.
    """
    rows = tuple(matrix)
    done = [row for row in rows if row.done]
    measures = list(dict.fromkeys(["nDCG@10", *(row.measure for row in done if row.over)]))
    benches = {row.data: bench.on(row.data) if row.data else bench for row in done}
    tables: dict[tuple[str, ...], dict[str, Comparison]] = {}
    for data, at in benches.items():
        used = {row.shown for row in done if row.data == data and row.shown}
        used |= {name for row in done if row.data == data for name in row.over} | {baseline}
        used |= set() if data else {*controls, *controls.values()}
        chosen = {name: text for name, text in recipe.items() if name in used} | {"random": "random"}
        tables[data] = {name: world.compare(chosen, measures, baseline=baseline) for name, world in at.worlds.items()}
    every = {name: table for held in tables.values() for name, table in held.items()}
    claims = [claim for row in done for claim in _claims(row, tables[row.data], benches[row.data])]
    return Finding(
        id,
        bench.dataset,
        "nDCG@10",
        baseline,
        next(row.shown for row in done if row.over),
        claims=tuple(claims),
        controls=(
            at_least("share of queries with a well-formed list, lowest of all pipelines", _lowest(every), 1.0),
            *(above(f"nDCG@10: {name} - random, mean over data sets", *gain) for name, gain in _chance(tables[()])),
            *(
                at_least(
                    f"share of queries on which {name!r} lists what {of!r} does, lowest",
                    min(share_alike(table[name].run, table[of].run) for table in tables[()].values()),
                    1.0,
                )
                for name, of in controls.items()
            ),
        ),
        tables=every,
        notes=(
            f"{len(done)} of {len(rows)} rows are done",
            *(f"done: {row.axis}: {row.what}" for row in done),
            *(f"open: {row.axis}: {row.what}" for row in rows if not row.done),
        ),
    )


def _claims(row: Capability, tables: Mapping[str, Comparison], bench: Bench) -> Iterable[Claim]:
    for other in row.over:
        gain = mean_gain(tables, row.measure, row.shown, other)
        yield above(f"{row.what}: {row.measure} of {row.shown} - {other}, mean of {', '.join(tables)}", *gain)
    if row.probe is not None:
        claim = row.probe(bench)
        yield replace(claim, what=f"{row.what}: {claim.what}")


def _chance(tables: Mapping[str, Comparison]) -> Iterable[tuple[str, tuple[float, Interval]]]:
    names = next(iter(tables.values())).outcomes
    return [(one.name, mean_gain(tables, "nDCG@10", one.name, "random")) for one in names if one.name != "random"]


def _lowest(tables: Mapping[str, Comparison]) -> float:
    """The lowest share, over pipelines and collections, of queries with hits that are finite, sorted and distinct."""
    shares = []
    for table in tables.values():
        for outcome in table.outcomes:
            run = outcome.run
            right = 0
            for number in range(len(run)):
                span = run.hits(number)
                scores, found = run.scores[span], run.rows[span]
                falls = bool(np.isfinite(scores).all() and (scores[1:] <= scores[:-1]).all())
                right += len(found) > 0 and falls and len(np.unique(found)) == len(found)
            shares.append(right / max(len(run), 1))
    return float(min(shares))
