"""What shows a capability that no single pipeline can show; each on the collections of a check."""

from __future__ import annotations

__all__ = [
    "best_passage",
    "bytes_held",
    "corrected",
    "holes",
    "signs_kept",
    "stage_costs",
    "trec_files",
    "weighted_measures",
]

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from findry.evaluate import difference_interval, evaluate
from findry.formats.trec import read_run, write_run
from findry.pipeline import execute
from findry.records import Run
from findry.systems.bench import Bench, World
from findry.systems.contrast import share_alike
from findry.systems.finding import Claim, above, at_least

LONG, PASSAGE = ("time",), 100  # magazine articles; tokens
DEPTH = 200  # rows that are rescored


def best_passage(bench: Bench) -> Claim:
    """Long documents cut into passages: the best one against the first one (Dai and Callan, SIGIR 2019)."""
    (world,) = bench.on(LONG, encoder=None, chunk=PASSAGE).worlds.values()
    deep = "bm25(k=10000) >> group"
    found = world.compare({"MaxP": deep, "FirstP": f"{deep}(by='first')"}, "nDCG@10", baseline="FirstP")
    best, first = (found[name].evaluation.of("nDCG@10") for name in ("MaxP", "FirstP"))
    gain = best - first
    return above(f"{world.data.name}: nDCG@10 of MaxP - FirstP", float(gain.mean()), difference_interval(gain))


def stage_costs(bench: Bench) -> Claim:
    """A cascade's trace: the share of its stages with a time and a count of what came out."""
    shares = []
    for world in bench.worlds.values():
        trace = execute(world.pipe("(bm25 % 100 | dense % 100) >> rrf % 10"), world.queries).trace
        shares.append(np.mean([stage.wall_s > 0 and stage.hits.sum() > 0 for stage in trace]))
    return at_least("lowest share of a pipeline's stages with time and count", float(min(shares)), 1.0)


def bytes_held(bench: Bench) -> Claim:
    """What an index tells of its vectors and of their signs, beside what they must take."""
    shares = []
    for world in bench.worlds.values():
        reader = world.index.reader
        plain, scanned = reader.dense(None, "exact").held(), reader.dense(None, "signs", DEPTH).held()
        components = len(reader.snapshot.rows) * reader.dense().field.dimension
        shares += [sum(plain.values()) / (4 * components), sum(scanned.values()) / (4.125 * components)]
    return at_least("bytes told of those that vectors and signs must take, lowest share", float(min(shares)), 1.0)


def signs_kept(bench: Bench) -> Claim:
    """The share of the exact first ten that a scan of the signs finds; 0 where none is made."""
    shares = []
    for world in bench.worlds.values():
        exact, signs = (_lists(world, f"dense(scan={scan}) % 10") for scan in ("'exact'", f"'signs', depth={DEPTH}"))
        found = np.mean([len({*a} & {*b}) / max(len(a), 1) for a, b in zip(exact, signs, strict=True)])
        shares.append(found if world.index.reader.dense(None, "signs", DEPTH).exactness == "surrogate" else 0.0)
    return at_least("lowest share of the exact first ten that is found", float(min(shares)), 0.99)


def weighted_measures(bench: Bench) -> Claim:
    """The usual measures of a list by words, graded and binary: the share of queries that have a value from 0 to 1."""
    names = "nDCG@10 RR@10 AP P@10 R@50 R@100 R@1000"
    shares = []
    for world in bench.worlds.values():
        found = evaluate(_run(world, "bm25"), world.qrels, names)
        for name in names.split():
            values = found.of(name)
            shares.append(float(np.mean((values >= 0) & (values <= 1))) if values.any() else 0.0)
    return at_least("lowest share of queries with a value", min(shares), 1.0)


def holes(bench: Bench) -> Claim:
    """Judged@10 of the relevant documents themselves is 1, that of hits drawn at random is below."""
    gaps = []
    for world in bench.worlds.values():
        ideal = Run.from_dict({query: dict(row) for query, row in world.qrels.to_dict().items()})
        judged = [evaluate(run, world.qrels, "Judged@10").mean("Judged@10") for run in (ideal, _run(world, "random"))]
        gaps.append(judged[0] - judged[1] if judged[0] == 1 else 0.0)
    return at_least("smallest gap in Judged@10 between judged and random documents", min(gaps), 0.5)


def corrected(bench: Bench) -> Claim:
    """A system beside itself is a tie, hits drawn at random are worse, after Holm's correction: share of right ones."""
    right = []
    for world in bench.worlds.values():
        recipe = {"bm25": "bm25", "again": "bm25", "random": "random"}
        contrasts = world.compare(recipe, "nDCG@10 AP", baseline="bm25").contrasts
        right += [one.verdict == ("tie" if one.system == "again" else "worse") for one in contrasts]
        right += [one.p_holm >= one.difference.p for one in contrasts]
    return at_least("share of right verdicts", float(np.mean(right)), 1.0)


def trec_files(bench: Bench) -> Claim:
    """Written and read, a run has the same lists: share of queries."""
    shares = []
    with TemporaryDirectory() as folder:
        for world in bench.worlds.values():
            run = _run(world, "bm25")
            again = read_run(write_run(run, Path(folder) / "run.trec"))
            shares.append(share_alike(run, again, None))
    return at_least("lowest share of queries with the same list", min(shares), 1.0)


def _run(world: World, text: str) -> Run:
    return execute(world.pipe(text), world.queries).need_run(text)


def _lists(world: World, text: str) -> list[list[str]]:
    return [[id for id, _ in hits] for _, hits in _run(world, text).lists()]
