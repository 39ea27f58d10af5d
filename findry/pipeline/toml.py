"""Pipelines as TOML files: a table for each stage, and one line that says how they are joined.

::

    flow = "((bm25 % 1000) | (dense % 1000)) >> rrf"

    [stages.bm25]
    stage = "bm25"
    k1 = 1.2

    [stages.dense]
    stage = "dense"

    [stages.rrf]
    stage = "rrf"

The keys of a stage table are its parameters and resource names; a missing one has its default, an
unknown one is an error that names the nearest.  `flow` knows the operators of `Pipe` and ``head(k, stage)``.
"""

from __future__ import annotations

__all__ = ["from_toml", "load", "save", "to_toml"]

import ast
import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import findry.stages  # noqa: F401 - fills the registry that names are looked up in
from findry.algebra import Both, Cut, Feedback, Head, Pipe, Stage, Then, stage_class
from findry.algebra.mix import Combine, Mix, Scaled
from findry.errors import InputError, MissingResource, PipelineError, SyntaxProblem, nearest
from findry.pipeline.flow import build, built


def from_toml(text: str, *, where: str = "pipeline") -> Pipe:
    """The pipeline that a TOML text describes.

    >>> from_toml('flow = "bm25 % 5"\\n[stages.bm25]\\nstage = "bm25"\\nk1 = 1.2')
    (bm25(k1=1.2) % 5)
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SyntaxProblem("the pipeline is not TOML", received=str(error), where=where) from error
    _known(content, ("flow", "stages"), where)
    if not isinstance(content.get("flow"), str):
        raise PipelineError("a pipeline needs a line `flow`", expected='flow = "bm25 % 100"', where=where)
    tables = content.get("stages", {})
    if not isinstance(tables, dict):
        raise PipelineError("`stages` must hold one table a stage", expected="[stages.bm25]", where=where)
    made = {label: _stage(label, table, where) for label, table in tables.items()}
    used: set[str] = set()

    def stage_of(node: ast.expr) -> Pipe | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            outer = made.get(node.func.id)
            parts = tuple(built(argument, stage_of, where) for argument in node.args) if outer is not None else ()
            if isinstance(outer, Feedback) and len(parts) == 1 and isinstance(parts[0], Pipe):
                used.add(node.func.id)
                return outer.rebuilt(parts)
        if not isinstance(node, ast.Name):
            return None
        if node.id not in made:
            near = nearest(node.id, made)
            hint = f"did you mean {near!r}?" if near else f"add a table [stages.{node.id}]"
            raise PipelineError("the flow names no stage of the file", received=node.id, where=where, hint=hint)
        if isinstance(made[node.id], Feedback):
            what = "feedback needs a first retrieval"
            raise PipelineError(what, expected=f"{node.id}(bm25 % 10)", received=node.id, where=where)
        used.add(node.id)
        return made[node.id]

    pipe = build(content["flow"], stage_of, where)
    for label in made.keys() - used:
        raise PipelineError(f"stage {label!r} is not in the flow", received=content["flow"], where=where)
    return pipe


def _known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean {near!r}?" if near else None
            raise PipelineError("unknown key", expected=", ".join(known), received=repr(key), where=where, hint=hint)


def _stage(label: str, table: Any, where: str) -> Stage:
    at = f"{where}, [stages.{label}]"
    if not isinstance(table, dict) or not isinstance(table.get("stage"), str):
        raise PipelineError("a stage table needs its stage", expected='stage = "bm25"', received=repr(table), where=at)
    cls = stage_class(table["stage"], at)
    fields = {
        f.name: f for f in dataclasses.fields(cls) if f.name != "label" and not f.metadata.keys() & {"part", "hidden"}
    }
    _known(table, ("stage", *fields), at)
    settings = {name: _value(value, fields[name]) for name, value in table.items() if name != "stage"}
    for name, value in settings.items():
        if "resource" in fields[name].metadata and not isinstance(value, str):
            raise PipelineError(f"{name} must name a resource", received=repr(value), where=at)
    if issubclass(cls, Feedback):
        settings["first"] = Cut()  # the flow says what it is
    try:
        made: Stage = cls(**settings, label=None if label == table["stage"] else label)
    except InputError as error:
        raise PipelineError(error.what, expected=error.expected, received=error.received, where=at) from error
    except TypeError as error:
        raise PipelineError(str(error), received=repr(settings), where=at) from error
    return made


def _value(value: Any, field: dataclasses.Field[Any]) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(field.default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def to_toml(pipe: Pipe) -> str:
    """The TOML text of a pipeline; reading it back gives an equivalent one."""
    import tomlkit

    labels: dict[str, Stage] = {}
    flow = _flow(pipe, labels)
    document = tomlkit.document()
    document.add("flow", tomlkit.item(flow))
    stages = tomlkit.table(is_super_table=True)
    for label, part in labels.items():
        table = tomlkit.table()
        table.add("stage", part.stage_name)
        for name, value in part.settings().items():
            table.add(name, list(value) if isinstance(value, tuple) else value)
        stages.add(label, table)
    document.add("stages", stages)
    return tomlkit.dumps(document)


def _flow(pipe: Pipe, labels: dict[str, Stage]) -> str:
    if isinstance(pipe, Then):
        if isinstance(pipe.second, Cut) and pipe.second.label is None:
            return f"({_flow(pipe.first, labels)} % {pipe.second.k})"
        return f"({_flow(pipe.first, labels)} >> {_flow(pipe.second, labels)})"
    if isinstance(pipe, Both):
        return f"({' | '.join(_flow(part, labels) for part in pipe.parts)})"
    if isinstance(pipe, Scaled):
        return f"({_flow(pipe.pipe, labels)} * {pipe.weight!r})"
    if isinstance(pipe, Mix):
        return (
            "("
            + " + ".join(f"({_flow(p, labels)} * {w!r})" for p, w in zip(pipe.parts, pipe.weights, strict=True))
            + ")"
        )
    if isinstance(pipe, Combine):
        return f"({_flow(pipe.left, labels)} {pipe.operator} {_flow(pipe.right, labels)})"
    if isinstance(pipe, Head):
        named = f", label={pipe.label!r}" if pipe.label else ""
        return f"head({pipe.k}, {_flow(pipe.stage, labels)}{named})"
    if not isinstance(pipe, Stage):
        raise PipelineError("this is no part of a pipeline", received=repr(pipe))
    before = [_flow(part, labels) for part in pipe.before]
    return _label(pipe, labels) + (f"({', '.join(before)})" if before else "")


def _label(stage: Stage, labels: dict[str, Stage]) -> str:
    """A name for the stage in the file: its label as an identifier, numbered where it is taken by another."""
    wanted = "".join(c if c.isalnum() and c.isascii() else "_" for c in stage.title)
    wanted = wanted if wanted and not wanted[0].isdigit() and wanted != "head" else f"stage_{wanted}"
    name, number = wanted, 1
    while name in labels and repr(labels[name]) != repr(stage):
        number += 1
        name = f"{wanted}_{number}"
    labels[name] = stage
    return name


def load(path: str | Path) -> Pipe:
    """The pipeline in a TOML file."""
    try:
        text = Path(path).read_text("utf-8")
    except FileNotFoundError as error:
        raise MissingResource("no pipeline file here", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise SyntaxProblem("the pipeline file is not UTF-8 text", where=str(path)) from error
    return from_toml(text, where=str(path))


def save(pipe: Pipe, path: str | Path) -> None:
    """Write a pipeline to a TOML file."""
    Path(path).write_text(to_toml(pipe), "utf-8")
