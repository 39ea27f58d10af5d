"""CRUMB: complex retrieval tasks, and whether rewriting the query with a language model helps there.

Source: arXiv 2509.07253 and its evaluation package.  Eight tasks with several conditions each; passages and documents
(MaxP), graded and binary judgments, the mean over tasks.  The paper finds that the best model reaches nDCG@10 0.346,
and that rewriting helps weak models and hurts the strongest.

Here: its own data cannot be had offline (`findry.formats.crumb` reads them).  Four judged collections stand for
theorem, code and paper retrieval, up to 250 queries each; requests over sets of entities, whose answers follow from
logic, are made up.  The writer is simulated: words of a relevant document among words of others.
"""

from __future__ import annotations

__all__ = ["check"]

from collections.abc import Mapping
from tempfile import TemporaryDirectory

import numpy as np

from findry.engine import create
from findry.evaluate import Interval, difference_interval
from findry.evaluate.agreement import agreement
from findry.evaluate.tasks import best_of_parents
from findry.pipeline import Plan, execute, from_text
from findry.records import Qrels, Queries, Run
from findry.study import Comparison, compare
from findry.systems.bench import Bench, World
from findry.systems.contrast import mean_gain, share_alike
from findry.systems.declare import system
from findry.systems.finding import Claim, Finding, above, at_least, mean_of_means
from findry.systems.set_operations import set_world
from findry.systems.simulated_writer import ARMS, Arm, expanded
from findry.text import parse_filter

RECIPE = {
    "presence of words": "bm25(k1=0.0, b=0.0)",
    "bm25": "bm25",
    "rm3": "rm3(bm25 % 10) >> bm25",
    "dense": "dense",
    "hybrid": "(bm25 | dense) >> linear(weights=(0.5, 0.5))",
}
MEASURE, MEASURES = "nDCG@10", "nDCG@10 R@100"
RESAMPLES = 200
PASSAGES = ("bm25", "bm25 >> group")
QUERIES = 250  # of a task
EMPTY, WRONG = Arm(0, 0.0), Arm(60, 1.0)


@system(
    "crumb",
    family="benchmarks",
    kind="protocol",
    title="Benchmarking information retrieval models on complex retrieval tasks (CRUMB)",
    paper="arXiv 2509.07253",
    claim="retrieval fails on sets joined by logic; rewriting helps weak systems and hurts the strongest",
    data=("theoremqa", "conala", "cosqa", "scifact"),
    recipe=RECIPE,
    needs=("encoder", "language model"),
)
def check(bench: Bench) -> Finding:
    """The systems alone and behind each writer, task by task; sets joined by logic beside their exact answer."""
    tables = {name: _task(world) for name, world in bench.worlds.items()}
    sets = _sets(bench)
    exact, best = (sets[name].evaluation.of(MEASURE) for name in ("logic", "dense"))
    tasks = {**tables, "set operations": sets}
    order = sorted(RECIPE, key=lambda name: _macro(tables, name)[0])
    return Finding(
        "crumb",
        bench.dataset,
        MEASURE,
        order[0],
        f"{order[0]}, query-to-doc",
        claims=(
            *(_falls(tables, arm) for arm in ARMS),
            *(_gain(tables, order[0], arm) for arm in ARMS),
            *(_gain(tables, order[-1], arm, sign=-1) for arm in ARMS),
            above("set operations: nDCG@10 of logic - dense", *_difference(exact, best), 0.2),
        ),
        controls=(
            at_least("set operations: nDCG@10 of logic", float(exact.mean()), 1.0),
            *(_gain(tables, name, "wrong writer", sign=-1) for name in ("bm25", "dense")),
            at_least("share of queries on which an empty writer changes nothing, lowest", _unchanged(bench), 1.0),
            at_least("share of queries with the same documents by a loop over passages", _max_p(bench), 1.0),
        ),
        tables=tasks,
        simulated=True,
        notes=(
            *(_told(tasks, name) for name in order),
            *(f"{arm}: {ARMS[arm].words} words, {ARMS[arm].noise:.0%} of them from other documents" for arm in ARMS),
            "the simulated writer copies words of a relevant document: its gains are larger than those of a model",
        ),
    )


def _task(world: World) -> Comparison:
    """Each system with the queries as they are and as each writer leaves them."""
    documents = {document.id: document for document in world.data.corpus}
    judged = {id: row for id, row in world.qrels.to_dict().items() if any(grade > 0 for grade in row.values())}
    texts = dict(zip(world.queries.ids, world.queries.texts, strict=True))
    queries = Queries.of({id: texts[id] for id in [id for id in judged if id in texts][:QUERIES]})
    runs: dict[str, Run] = {}
    for arm, how in {"": EMPTY, **ARMS, "wrong writer": WRONG}.items():
        plan = Plan(expanded(queries, judged, documents, how) if arm else queries)
        for name, text in RECIPE.items():
            runs[_name(name, arm)] = plan.run(world.pipe(text)).need_run(name).named(_name(name, arm))
    qrels = Qrels.from_dict({id: judged[id] for id in queries.ids})
    return compare(runs, queries, qrels, MEASURES, baseline="bm25")


def _name(system: str, arm: str) -> str:
    return f"{system}, {arm}" if arm else system


def _sets(bench: Bench) -> Comparison:
    """The systems on requests over sets, and what satisfies the filter that says the same."""
    world = set_world()
    with TemporaryDirectory() as folder:
        index = create(f"{folder}/index", encoder=bench.encoder)
        index.add(world.documents)
        pipes = {name: from_text(text).bind(index=index.reader) for name, text in RECIPE.items()}
        logic = from_text("random").bind(index=index.reader)
        where = [parse_filter(text) for text in world.filters]
        runs = {name: execute(pipe, world.queries).need_run(name).named(name) for name, pipe in pipes.items()}
        runs["logic"] = execute(logic, world.queries, where=where).need_run("logic").named("logic")
        return compare(runs, world.queries, world.qrels, MEASURES, baseline="bm25")


def _values(tables: Mapping[str, Comparison], name: str) -> list[np.ndarray]:
    return [table[name].evaluation.of(MEASURE) for table in tables.values()]


def _macro(tables: Mapping[str, Comparison], name: str) -> tuple[float, Interval]:
    return mean_of_means(_values(tables, name))


def _gain(tables: Mapping[str, Comparison], system: str, arm: str, *, sign: int = 1) -> Claim:
    one, other = (_name(system, arm), system)[::sign]
    return above(f"{MEASURE}: {one} - {other}, mean over tasks", *mean_gain(tables, MEASURE, one, other))


def _difference(one: np.ndarray, other: np.ndarray) -> tuple[float, Interval]:
    return float((one - other).mean()), difference_interval(one - other)


def _falls(tables: Mapping[str, Comparison], arm: str) -> Claim:
    """Minus Spearman's coefficient of a system's quality and its gain, over systems and tasks, resampled by query."""
    chance = np.random.default_rng(0)
    found = []
    for draw in range(RESAMPLES + 1):
        quality, gain = [], []
        for table in tables.values():
            size = len(table["bm25"].evaluation.queries)
            chosen = chance.integers(size, size=size) if draw else np.arange(size)
            for name in RECIPE:
                plain, written = (table[one].evaluation.of(MEASURE)[chosen] for one in (name, _name(name, arm)))
                quality.append(plain.mean())
                gain.append((written - plain).mean())
        found.append(-float(agreement([quality], gain)["spearman"][0, 0]))
    low, high = np.quantile(found[1:], [0.025, 0.975]).tolist()
    interval = Interval(low, high, 0.95, "percentile bootstrap", len(RECIPE) * len(tables))
    return above(f"{arm}: minus the rank correlation of quality and gain, systems x tasks", found[0], interval)


def _unchanged(bench: Bench) -> float:
    shares = []
    for world in bench.worlds.values():
        written = expanded(world.queries, world.qrels.to_dict(), {}, EMPTY)
        shares.append(np.mean([a == b for a, b in zip(written.texts, world.queries.texts, strict=True)]))
    return float(min(shares))


def _max_p(bench: Bench) -> float:
    (world,) = bench.on(("time",), encoder=None, chunk=100).worlds.values()
    passages, documents = (execute(world.pipe(text), world.queries).need_run(text) for text in PASSAGES)
    parent = {id: id.rpartition("#")[0] for id in passages.ids()}
    return share_alike(best_of_parents(passages, parent), documents, None)


def _told(tasks: Mapping[str, Comparison], name: str) -> str:
    value, interval = _macro(tasks, name)
    parts = ", ".join(f"{task} {table[name].evaluation.mean(MEASURE):.3f}" for task, table in tasks.items())
    return f"{name}: mean over tasks {value:.3f} {interval} ({parts})"
