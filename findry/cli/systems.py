"""Pipelines by name or file, run over judged queries and timed."""

from __future__ import annotations

__all__ = ["NAMES", "System", "offered", "run_all", "system", "systems"]

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from findry.algebra import Pipe
    from findry.engine import Index
    from findry.records import Queries, Run

NAMES = ("bm25", "dense", "hybrid")
NAMED = re.compile(r"([\w.-]+)=(?!=)(.+)", re.DOTALL)


@dataclass(frozen=True)
class System:
    """A pipeline under a name."""

    name: str
    pipe: Pipe


def offered(index: Index) -> list[str]:
    """The systems that an index has without a pipeline file.

    >>> from findry import create
    >>> from tempfile import mkdtemp
    >>> offered(create(mkdtemp(), encoder=None))
    ['bm25']
    """
    words, vectors = bool(index.schema.lexical), bool(index.schema.vectors)
    return [name for name, has in zip(NAMES, (words, vectors, words and vectors), strict=True) if has]


def system(index: Index, spec: str) -> System:
    """The system that a name, a TOML file or an expression tells; ``NAME=`` before it gives it a name."""
    from findry.engine.defaults import DEPTH, default_pipeline
    from findry.errors import CapabilityError
    from findry.pipeline import load

    if named := NAMED.fullmatch(spec):
        return replace(system(index, named[2]), name=named[1])
    if spec not in NAMES:
        if Path(spec).expanduser().is_file():
            return System(Path(spec).stem, load(Path(spec).expanduser()))
        return System(spec, _typed(spec))
    if spec not in offered(index):
        lacks = "vectors" if index.schema.lexical else "words"
        raise CapabilityError(
            f"the index has no {lacks}, which {spec!r} needs",
            where=str(index.root),
            hint="index the source again with an encoder: findry index SOURCE -o KB --force --encoder minilm"
            if lacks == "vectors"
            else None,
        )
    schema = index.schema
    if spec == "bm25":
        schema = replace(schema, vectors=())
    elif spec == "dense":
        schema = replace(schema, lexical=())
    return System(spec, default_pipeline(schema, DEPTH))


def _typed(spec: str) -> Pipe:
    from findry.algebra import registry
    from findry.errors import MissingResource, nearest
    from findry.pipeline import from_text

    if re.search(r"[()|>%*+&^]", spec) or spec in registry():
        return from_text(spec)
    guess = nearest(spec, (*NAMES, *registry()))
    raise MissingResource(
        f"no pipeline {spec!r}",
        expected=f"{', '.join(NAMES)}, a TOML file, or an expression such as '(bm25 | dense) >> rrf(k=20)'",
        hint=f"did you mean {guess!r}?" if guess else None,
    )


def systems(index: Index, specs: Sequence[str]) -> list[System]:
    """The systems that are asked for, or all that the index offers; equal names are numbered."""
    found: list[System] = []
    for spec in specs or offered(index):
        made = system(index, spec)
        again = sum(1 for other in found if other.name.partition("#")[0] == made.name)
        found.append(replace(made, name=f"{made.name}#{again + 1}") if again else made)
    return found


def run_all(index: Index, chosen: Sequence[System], queries: Queries) -> list[tuple[Run, float]]:
    """The run of each system and its mean milliseconds a query in the batch.

    Stages that systems share run once and count for each of them.  Models and postings are loaded before, by
    one query that is not timed.
    """
    from findry.pipeline import Plan

    plan = Plan(queries)
    done = []
    for each in chosen:
        pipe = each.pipe.bind(index=index.reader)
        if len(queries):
            Plan(queries.take([0])).run(pipe)
        batch = plan.run(pipe)
        seconds = sum(stage.wall_s for stage in batch.trace)
        done.append((batch.need_run(each.name).named(each.name), 1000 * seconds / max(len(queries), 1)))
    return done
