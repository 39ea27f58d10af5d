"""Whether the stages of a pipeline fit together, before any query runs."""

from __future__ import annotations

__all__ = ["check"]

from findry.algebra import Both, Head, Pipe, Stage, Then
from findry.algebra.mix import Combine, Mix, Scaled
from findry.errors import PipelineError

HINTS = {
    ("queries", "run"): "put a retriever such as bm25() before it",
    ("queries", "branches"): "give it branches: (a | b) >> ...",
    ("run", "branches"): "give it branches: (a | b) >> ...",
    ("branches", "run"): "fuse the branches first, for example by >> rrf()",
    ("run", "queries"): "a retriever starts from queries: write (a | b) for two retrievers side by side",
    ("branches", "queries"): "a retriever starts from queries",
}


def check(pipe: Pipe, *, bound: bool = False) -> None:
    """Raise `PipelineError` unless the pipeline turns queries into one run.

    It must start from queries, each stage must be given what it takes, a label must name one stage, and
    nothing may end in unfused branches.  With `bound`, every resource must be bound as well.
    """
    labels: dict[str, str] = {}
    for part in pipe.walk():
        if isinstance(part, Stage):
            if part.label is not None and labels.setdefault(part.label, repr(part)) != repr(part):
                raise PipelineError(
                    "labels of a pipeline must be unique", received=f"{part.label!r} for two different stages"
                )
            for name in part.unbound() if bound else ():
                raise PipelineError(
                    f"stage {part.title!r} needs the resource {name!r}", hint=f"pipeline.bind({name}=...) first"
                )
    end = _flow(pipe, "queries")
    if end != "run":
        hint = "add a fuse stage: >> rrf()" if end == "branches" else "add a retriever"
        raise PipelineError("the pipeline does not end in a run", received=end, where=repr(pipe), hint=hint)


def _flow(pipe: Pipe, state: str) -> str:
    """What comes out of a pipe that is given `state`."""
    if isinstance(pipe, Then):
        return _flow(pipe.second, _flow(pipe.first, state))
    if isinstance(pipe, Both):
        _all_runs(pipe, state)
        return "branches"
    if isinstance(pipe, Scaled | Mix | Combine):
        _all_runs(pipe, state)
        return "run"
    if not isinstance(pipe, Stage):
        raise PipelineError("this is no part of a pipeline", received=repr(pipe))
    accepted = state if pipe.takes == pipe.gives == "queries" and state == "queries" else pipe.takes
    if accepted != state:
        raise PipelineError(
            f"stage {pipe.title!r} takes {pipe.takes}",
            expected=pipe.takes,
            received=state,
            hint=HINTS.get((state, pipe.takes)),
        )
    for part in pipe.before:
        if (end := _flow(part, "queries")) != "run":
            raise PipelineError(f"{pipe.title} needs a pipeline that ends in a run", received=f"{part!r} ends in {end}")
    if isinstance(pipe, Head) and _flow(pipe.stage, "run") != "run":
        raise PipelineError("head() needs a stage that gives a run", received=repr(pipe.stage))
    return pipe.gives


def _all_runs(pipe: Pipe, state: str) -> None:
    for part in pipe.parts:
        end = _flow(part, state)
        if end != "run":
            raise PipelineError("each side of an operator must end in a run", received=f"{part!r} ends in {end}")
