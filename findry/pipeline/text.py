"""Pipelines as a person types them: ``(bm25() % 1000 | dense()) >> rrf(k=60)``."""

from __future__ import annotations

__all__ = ["from_text"]

import ast
from typing import Any

import findry.stages  # noqa: F401 - fills the registry that names are looked up in
from findry.algebra import Pipe, stage_class
from findry.errors import InputError, PipelineError
from findry.pipeline.flow import StageOf, build, built


def from_text(text: str, *, where: str = "pipeline") -> Pipe:
    """The pipeline that an expression tells: what `repr` of a pipeline writes, and what people type.

    A stage stands by its name, or called with plain values: ``bm25``, ``bm25(k1=1.2)``, ``rrf(label="first")``.

    >>> from_text("(bm25(k1=1.2) % 10 | dense) >> rrf")
    (((bm25(k1=1.2) % 10) | dense()) >> rrf())
    """

    def stage_of(node: ast.expr) -> Pipe | None:
        if isinstance(node, ast.Name):
            return _made(node.id, [], {}, where)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            values = [_argument(argument, where, stage_of) for argument in node.args]
            named = {word.arg: _value(word.value, where) for word in node.keywords if word.arg is not None}
            if len(named) == len(node.keywords):
                return _made(node.func.id, values, named, where)
        return None

    return build(text, stage_of, where)


def _made(name: str, values: list[Any], named: dict[str, Any], where: str) -> Pipe:
    cls = stage_class(name, where)
    try:
        made: Pipe = cls(*values, **named)
    except InputError as error:
        raise PipelineError(error.what, expected=error.expected, received=error.received, where=where) from error
    except TypeError as error:
        raise PipelineError(f"stage {name!r}: {error}", received=repr(named or values), where=where) from error
    return made


def _argument(node: ast.expr, where: str, stage_of: StageOf) -> Any:
    """A plain value, or the pipeline that a stage such as rm3 needs."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return built(node, stage_of, where)


def _value(node: ast.expr, where: str) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        what = "a parameter must be a plain value"
        raise PipelineError(what, received=ast.unparse(node), where=where) from error
