"""Measuring passages or their documents, graded where a measure has gains and binary where it has none."""

from __future__ import annotations

__all__ = ["best_of_parents", "evaluate_graded_and_binary", "judgments_of_parents"]

from collections.abc import Mapping

import numpy as np

from findry.evaluate.evaluation import Evaluation
from findry.evaluate.measures import parse
from findry.evaluate.score import evaluate
from findry.records import Qrels, Run

Labels = Mapping[str, Mapping[str, float]]


def best_of_parents(run: Run, parent: Mapping[str, str]) -> Run:
    """MaxP: a document's score is that of its best passage; a passage without a parent stands for itself.

    Source: Dai and Callan, SIGIR 2019, section 3.

    >>> run = Run.from_dict({"q": {"a:1": 2.0, "a:2": 5.0, "b:1": 3.0}})
    >>> best_of_parents(run, {"a:1": "a", "a:2": "a", "b:1": "b"}).to_dict()
    {'q': {'a': 5.0, 'b': 3.0}}
    """
    found: dict[str, dict[str, float]] = {}
    for query, hits in run.lists():
        best = found.setdefault(query, {})
        for id, score in hits:
            name = parent.get(id, id)
            best[name] = max(best.get(name, float("-inf")), float(score))
    return Run.from_dict(found, name=run.name)


def judgments_of_parents(labels: Labels, parent: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Each document's label is the largest of its passages.

    >>> judgments_of_parents({"q": {"a:1": 0.0, "a:2": 2.0}}, {"a:1": "a", "a:2": "a"})
    {'q': {'a': 2.0}}
    """
    found: dict[str, dict[str, float]] = {}
    for query, row in labels.items():
        best = found.setdefault(query, {})
        for id, label in row.items():
            name = parent.get(id, id)
            best[name] = max(best.get(name, float("-inf")), label)
    return found


def evaluate_graded_and_binary(run: Run, graded: Labels, binary: Labels, measures: str) -> Evaluation:
    """As `evaluate`: nDCG with the graded labels, truncated to whole numbers; all other measures with the binary ones.

    A query without binary labels takes its graded ones, relevant above 0.  Queries count when anything is relevant; a
    label between 0 and 1 is relevant and gains nothing.
    Source: the evaluation of CRUMB, arXiv 2509.07253.
    """
    names = list(map(repr, parse(measures)))
    gains = {query: {id: int(label) for id, label in row.items()} for query, row in graded.items()}
    relevant = {
        query: {id: int(label > 0) for id, label in (binary.get(query) or row).items()} for query, row in graded.items()
    }
    parts = {
        name: evaluate(run, Qrels.from_dict(gains if name.startswith("nDCG") else relevant), name, empty="zero")
        for name in names
    }
    order = [query for query in parts[names[0]].queries if any(relevant[query].values())]
    tables = {name: part.per_query() for name, part in parts.items()}
    values = np.array([[tables[name][query][name] for name in names] for query in order]).reshape(-1, len(names))
    shares = [dict(zip(part.queries, part.judged[:, 0].tolist(), strict=True)) for part in parts.values()]
    judged = np.array([[share[query] for share in shares] for query in order]).reshape(-1, len(names))
    return Evaluation(run.name, tuple(order), tuple(names), values, judged)
