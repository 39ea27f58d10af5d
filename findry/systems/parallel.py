"""A pool of parallel passages with questions in every language, from one BEIR folder a language."""

from __future__ import annotations

__all__ = ["Parallel", "load_parallel"]

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from findry.datasets import dataset
from findry.errors import MissingResource
from findry.evaluate.language import ParallelPool
from findry.records import Document, Queries


@dataclass(frozen=True, eq=False)
class Parallel:
    """The texts of a pool, ids shuffled, and what each is."""

    pool: ParallelPool
    documents: tuple[Document, ...]
    queries: Queries


def load_parallel(name: str, *, questions: int = 100, seed: int = 0) -> Parallel:
    """All passages of a folder (or of one in FINDRY_DATA), and some of the questions, each in every language.

    A passage has the same id in the folder of each language; that id is its group.  The pool is shuffled and numbered
    anew, so that neither order nor id tells a language.  Queries stand language by language, called question-language.
    Errors: `MissingResource` without the folder; `InputError` for a group that lacks a language.
    """
    folder = next((f for f in (Path(name), Path(os.environ.get("FINDRY_DATA", ".")) / name) if f.is_dir()), None)
    if folder is None:
        raise MissingResource(f"no parallel folders {name!r}", hint="set FINDRY_DATA to the folder that has it")
    random = np.random.default_rng(seed)
    sets = {path.name: dataset(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    every = [(language, document) for language, data in sets.items() for document in data.corpus]
    order = random.permutation(len(every)).tolist()
    named = {f"p{number:05}": every[at] for number, at in enumerate(order)}
    judged = {query: next(iter(row)) for query, row in next(iter(sets.values())).qrels["test"].to_dict().items()}
    chosen = sorted(random.permutation(sorted(judged))[:questions].tolist())
    asked = {
        f"{id}-{language}": (language, judged[id], data.queries.texts[row])
        for language, data in sets.items()
        for id, row in zip(chosen, data.queries.space.ids.find(chosen).tolist(), strict=True)
    }
    pool = ParallelPool(
        {id: language for id, (language, _) in named.items()},
        {id: document.id for id, (_, document) in named.items()},
        {id: language for id, (language, _, _) in asked.items()},
        {id: group for id, (_, group, _) in asked.items()},
    )
    documents = tuple(Document(id, {"text": document.contents()}) for id, (_, document) in named.items())
    return Parallel(pool, documents, Queries.of({id: text for id, (_, _, text) in asked.items()}))
