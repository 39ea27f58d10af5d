"""How a stage declares itself: its name, its parameters with ranges, and the resources it needs."""

from __future__ import annotations

__all__ = ["Param", "Resource", "param", "registry", "resource", "stage", "stage_class"]

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

from findry.errors import InputError, PipelineError, nearest

S = TypeVar("S", bound=type)
_STAGES: dict[str, type] = {}


@dataclass(frozen=True)
class Param:
    """What the tuner, the docs and the checks know of a parameter."""

    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
    unit: str = ""
    tune: str = ""
    whole: bool = False

    def check(self, name: str, value: Any, where: str) -> None:
        """Refuse a value out of range."""
        if self.choices and value not in self.choices:
            expected = " or ".join(map(repr, self.choices))
            raise InputError(f"{name} is not one of its choices", expected=expected, received=repr(value), where=where)
        if self.low is None and self.high is None:
            return
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            kind = "a whole number" if self.whole else "a number"
            raise InputError(f"{name} must be {kind}", received=repr(value), where=where)
        if not (self.low is None or value >= self.low) or not (self.high is None or value <= self.high):
            expected = f"{self.low} to {self.high}"
            raise InputError(f"{name} is out of range", expected=expected, received=repr(value), where=where)


@dataclass(frozen=True)
class Resource:
    """What a field names by default: an index, an encoder, a language model, a corpus."""

    name: str


def param(
    *,
    default: Any,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Any, ...] = (),
    unit: str = "",
    tune: str = "",
) -> Any:
    """A parameter of a stage with its default, range and how to tune it ("log", "linear", "choice")."""
    whole = isinstance(default, int) and not isinstance(default, bool)
    limits = Param(low, high, choices, unit, tune, whole)
    return dataclasses.field(default=default, metadata={"param": limits})


def resource(*, default: str, kw_only: bool = True) -> Any:
    """A named resource of a stage, by default under this name; `bind` puts the live object in its place."""
    return dataclasses.field(default=default, metadata={"resource": Resource(default)}, kw_only=kw_only)


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(param, resource, dataclasses.field))
def stage(name: str) -> Callable[[S], S]:
    """Declare a subclass of a stage kind: makes it a frozen dataclass and registers it under `name`."""

    def declare(cls: S) -> S:
        if name in _STAGES and _STAGES[name].__qualname__ != cls.__qualname__:
            raise PipelineError(f"two stages are called {name!r}", received=f"{_STAGES[name]} and {cls}")
        made: Any = dataclass(frozen=True, eq=False, repr=False)(cls)
        made.stage_name = name
        _STAGES[name] = made
        return cls

    return declare


def registry() -> Mapping[str, type]:
    """All declared stages by name."""
    return MappingProxyType(_STAGES)


def stage_class(name: str, where: str = "") -> type:
    """The stage with this name; the error names the nearest one."""
    if name in _STAGES:
        return _STAGES[name]
    near = nearest(name, _STAGES)
    raise PipelineError(
        "no stage has this name",
        expected=", ".join(sorted(_STAGES)),
        received=repr(name),
        where=where or None,
        hint=f"did you mean {near!r}?" if near else None,
    )
