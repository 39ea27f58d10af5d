"""How a published system declares itself."""

from __future__ import annotations

__all__ = ["Published", "declared", "system"]

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from findry.errors import PipelineError

if TYPE_CHECKING:
    from findry.systems.bench import Bench
    from findry.systems.finding import Finding
    from findry.systems.matrix import Capability

Kind = Literal["system", "training", "protocol", "survey"]
_DECLARED: dict[str, Published] = {}


@dataclass(frozen=True)
class Published:
    """A published system: where it comes from, how it is built here, what it claims, and how that is checked.

    recipe: named pipelines as text; data: the sets of the check, by default; needs: beyond an index of words
    ("encoder", "language model", "training"); matrix: the rows of a survey; about: the docstring of its module.
    """

    id: str
    family: str
    kind: Kind
    title: str
    paper: str
    claim: str
    data: tuple[str, ...]
    check: Callable[[Bench], Finding]
    recipe: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    matrix: tuple[Capability, ...] = ()
    about: str = ""

    @property
    def source(self) -> str:
        """The module that holds it."""
        return self.check.__module__

    @property
    def status(self) -> str:
        """ "done", or how much of a survey's matrix is."""
        if not self.matrix:
            return "done"
        return f"{sum(row.done for row in self.matrix)} of {len(self.matrix)} rows"


def system(
    id: str,
    *,
    family: str,
    kind: Kind,
    title: str,
    paper: str,
    claim: str,
    data: tuple[str, ...],
    recipe: Mapping[str, str] | None = None,
    needs: tuple[str, ...] = (),
    matrix: tuple[Capability, ...] = (),
) -> Callable[[Callable[[Bench], Finding]], Callable[[Bench], Finding]]:
    """Declare a published system by the function that checks its claim."""

    def declare(check: Callable[[Bench], Finding]) -> Callable[[Bench], Finding]:
        if id in _DECLARED and _DECLARED[id].source != check.__module__:
            raise PipelineError(f"two systems are called {id!r}", received=check.__module__)
        about = inspect.getdoc(inspect.getmodule(check)) or ""
        held = MappingProxyType(dict(recipe or {}))
        _DECLARED[id] = Published(id, family, kind, title, paper, claim, data, check, held, needs, matrix, about)
        return check

    return declare


def declared() -> Mapping[str, Published]:
    """The systems whose modules were imported."""
    return MappingProxyType(_DECLARED)
