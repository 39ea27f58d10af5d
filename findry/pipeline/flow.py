"""Pipelines as text: the operators between stages, with stages as someone else reads them."""

from __future__ import annotations

__all__ = ["StageOf", "build", "built", "number"]

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from findry.algebra import Pipe, head
from findry.errors import InputError, PipelineError, SyntaxProblem

OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.Mod: operator.mod,
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.Pow: operator.pow,
}
StageOf = Callable[[ast.expr], Pipe | None]


def build(flow: str, stage_of: StageOf, where: str) -> Pipe:
    """The pipeline that an expression tells; nothing but the operators of `Pipe` and ``head(k, stage)`` is run.

    stage_of: the stage that a name or a call stands for, or None where it stands for none.
    """
    try:
        node = ast.parse(flow.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SyntaxProblem("the flow does not parse", received=flow[:200], where=where) from error
    pipe = built(node, stage_of, where)
    if not isinstance(pipe, Pipe):
        raise PipelineError("the flow is no pipeline", received=flow[:200], where=where)
    return pipe


def built(node: ast.expr, stage_of: StageOf, where: str) -> Any:
    """The pipeline or the number that a part of an expression tells."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return _joined(node, stage_of, where)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -number(node.operand, where)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "head":
        return _head(node, stage_of, where)
    if (found := stage_of(node)) is not None:
        return found
    raise _unknown(node, where)


def _joined(node: ast.BinOp, stage_of: StageOf, where: str) -> Any:
    left, right = (built(side, stage_of, where) for side in (node.left, node.right))
    try:
        if not isinstance(left, Pipe) and not isinstance(right, Pipe):
            raise TypeError("two numbers")
        return OPERATORS[type(node.op)](left, right)
    except (TypeError, InputError) as error:
        raise PipelineError(
            "the flow joins things that do not fit",
            received=ast.unparse(node),
            where=where,
            hint=str(error).partition("\n")[0],
        ) from error


def _head(node: ast.Call, stage_of: StageOf, where: str) -> Pipe:
    names = [word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)]
    if len(node.args) != 2 or [word.arg for word in node.keywords] not in ([], ["label"]) or len(names) > 1:
        raise _unknown(node, where)
    k, inner = (built(argument, stage_of, where) for argument in node.args)
    if not isinstance(inner, Pipe):
        raise _unknown(node, where)
    try:
        return head(k, inner, label=str(names[0]) if names else None)
    except InputError as error:
        raise PipelineError(error.what, received=ast.unparse(node), where=where) from error


def number(node: ast.expr, where: str) -> float:
    """The number that a node is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    raise PipelineError("a minus belongs before a number", received=ast.unparse(node), where=where)


def _unknown(node: ast.expr, where: str) -> PipelineError:
    what = "the flow knows stages, numbers, operators and head(k, stage)"
    return PipelineError(what, received=ast.unparse(node), where=where)
