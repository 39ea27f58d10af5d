"""MLAIRE: does a multilingual retriever find the right content, and does it find it in the reader's language?

Source: arXiv 2605.07249.  A pool of parallel passages: each group of translations has every language, and all of them
are relevant.  nDCG tells of content; LPR, the share of queries whose best relevant hit is in their language, of
preference; Lang-nDCG of both.  The formulas of the last two are inferred, as no code was found.  The paper finds that
quality and preference hardly go together, and that BM25 finds little and only in its language.

Here: xquad, whose passages are parallel in twelve languages, their ids shuffled.  BM25 is real.  The retriever whose
vectors are a group's vector plus noise, with a knob for the language, is simulated ("close": translations lie near each
other; "loose": some lie nearer to another group); no encoder is tried.
"""

from __future__ import annotations

__all__ = ["check"]

from collections.abc import Mapping
from tempfile import TemporaryDirectory

import numpy as np

from findry.engine import create
from findry.evaluate import difference_interval, evaluate
from findry.evaluate.language import ParallelPool, first_rank_shares, lang_ndcg, language_pairs, language_preference
from findry.pipeline import execute, from_text
from findry.records import Qrels, Run
from findry.study import compare
from findry.systems.bench import Bench
from findry.systems.declare import system
from findry.systems.finding import Claim, Finding, above, at_least, near
from findry.systems.parallel import Parallel, load_parallel
from findry.systems.parallel_simulated import NOISE, Numbers, boosted, simulated, tags_shuffled

RECIPE = {"bm25": "bm25 % 100"}
KNOB = {"close": (0.0, 0.02, 0.05, 0.1, 0.15, 0.25), "loose": (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)}
BOOST = 0.05
MEASURE = "nDCG@10"


@system(
    "mlaire",
    family="benchmarks",
    kind="protocol",
    title="MLAIRE: language-aware evaluation of multilingual retrieval",
    paper="arXiv 2605.07249",
    claim="finding the right content and finding it in the query's language are two things, measured apart",
    data=("xquad",),
    recipe=RECIPE,
)
def check(bench: Bench) -> Finding:
    """BM25 over the whole pool; the simulated retrievers at each knob, and boosted; intervals over questions."""
    loaded = load_parallel(bench.names[0])
    words, pool, languages = by_words(loaded), loaded.pool, len(loaded.pool.languages)
    first = {how: simulated(pool, how) for how in NOISE}
    lifted = {how: boosted(run, pool, BOOST) for how, run in first.items()}
    shown = {run.name: run for run in (words, *first.values(), *lifted.values())}
    swept = {how: _sweep(pool, how) for how in NOISE}
    found = _mean(language_preference(words, pool, found_within=10))
    mixed = _mean(language_preference(words, tags_shuffled(pool), found_within=10))
    pairs = language_pairs(words, pool).diagonal()
    return Finding(
        "mlaire",
        f"{bench.names[0]} ({languages} languages, {len(pool.query_group):,} queries)",
        "Lang-nDCG@10",
        "loose",
        "loose, boosted",
        claims=(
            *(claim for how in reversed(NOISE) for claim in _boost_claims(how, first[how], lifted[how], pool)),
            at_least("bm25: LPR where the first 10 have the content", found, 0.9),
            at_least("bm25: share of translations that the first 100 miss", 1 - _translations(words, pool), 0.5),
            *(claim for how in NOISE for claim in _knob_claims(how, swept[how], languages)),
        ),
        controls=(near("bm25, languages shuffled inside groups: LPR", mixed, 1 / languages, 0.03),),
        tables={"xquad": compare(shown, loaded.queries, pool.qrels(), f"{MEASURE} R@100", baseline="loose")},
        notes=(
            f"close and loose are simulated from group vectors, only bm25 read the texts; the boost is {BOOST:g}",
            *(_step(how, *row) for how in NOISE for row in swept[how].tolist()),
            f"bm25: LPR of all queries {_mean(language_preference(words, pool)):.3f}, "
            f"Lang-nDCG@10 {_mean(lang_ndcg(words, pool)):.3f}; LPR by language, where found, from {min(pairs):.3f}",
            *(f"first hit of {name}: {_shares(run, pool)}" for name, run in shown.items()),
        ),
    )


def _sweep(pool: ParallelPool, how: str) -> Numbers:
    """A row for each knob: the knob, LPR, Lang-nDCG@10 and nDCG@10."""
    rows = []
    for knob in KNOB[how]:
        run = simulated(pool, how, knob=knob)
        content = evaluate(run, pool.qrels(), MEASURE).mean(MEASURE)
        rows.append((knob, _mean(language_preference(run, pool)), _mean(lang_ndcg(run, pool)), content))
    return np.array(rows)


def _knob_claims(how: str, swept: Numbers, languages: int) -> tuple[Claim, ...]:
    _, preferred, told, content = swept.T
    return (
        near(f"{how}, no knob: LPR", float(preferred[0]), 1 / languages, 0.03),
        at_least(f"{how}, knob: smallest step of LPR", float(np.diff(preferred).min()), 0.0),
        at_least(f"{how}, knob: LPR at its end", float(preferred[-1]), 0.99),
        at_least(f"{how}, knob: smallest step of Lang-nDCG@10", float(np.diff(told).min()), 0.0),
        near(f"{how}, knob: largest change of {MEASURE}", float(np.abs(content - content[0]).max()), 0, 0.005),
    )


def _boost_claims(how: str, plain: Run, lifted: Run, pool: ParallelPool) -> tuple[Claim, ...]:
    content = [evaluate(run, pool.qrels(), MEASURE).per_query() for run in (lifted, plain)]
    told = [_questions(lang_ndcg(run, pool), pool) for run in (lifted, plain)]
    both = [_questions({query: row[MEASURE] for query, row in table.items()}, pool) for table in content]
    gain, change = told[0] - told[1], both[0] - both[1]
    return (
        above(f"{how}, boosted: gain in Lang-nDCG@10", float(gain.mean()), difference_interval(gain)),
        at_least(f"{how}, boosted: change of {MEASURE}", float(change.mean()), -0.005, difference_interval(change)),
    )


def by_words(loaded: Parallel) -> Run:
    """BM25 over whole words of any language."""
    with TemporaryDirectory() as folder:
        index = create(f"{folder}/index", encoder=None, language="none")
        index.add(loaded.documents)
        return (
            execute(from_text(RECIPE["bm25"]).bind(index=index.reader), loaded.queries).need_run("bm25").named("bm25")
        )


def _translations(run: Run, pool: ParallelPool) -> float:
    """The share of the relevant passages in other languages that the first 100 hits have."""
    others = {
        query: {id: 1 for id in row if pool.item_language[id] != pool.query_language[query]}
        for query, row in pool.qrels().to_dict().items()
    }
    return evaluate(run, Qrels.from_dict(others), "R@100").mean("R@100")


def _shares(run: Run, pool: ParallelPool) -> str:
    return ", ".join(f"{name} {share:.3f}" for name, share in first_rank_shares(run, pool).items())


def _step(how: str, knob: float, preferred: float, told: float, content: float) -> str:
    return f"{how}, knob {knob:g}: LPR {preferred:.3f}, Lang-nDCG@10 {told:.3f}, {MEASURE} {content:.3f}"


def _mean(values: Mapping[str, float]) -> float:
    return float(np.mean(list(values.values())))


def _questions(values: Mapping[str, float], pool: ParallelPool) -> Numbers:
    """One mean a question, over its languages."""
    return np.asarray(np.array([*values.values()]).reshape(len(pool.languages), -1).mean(axis=0))
