"""All published systems that findry holds."""

from __future__ import annotations

__all__ = ["published", "systems"]

import pkgutil
from importlib import import_module

import findry.systems.held as held
from findry.errors import MissingResource, nearest
from findry.systems.declare import Published, declared


def systems() -> dict[str, Published]:
    """Every system by its id, in the order of the alphabet."""
    for module in pkgutil.iter_modules(held.__path__):
        import_module(f"{held.__name__}.{module.name}")
    return dict(sorted(declared().items()))


def published(id: str) -> Published:
    """The system with this id.  Errors: `MissingResource` names the nearest one."""
    found = systems()
    if id not in found:
        guess = nearest(id, found)
        hint = f"did you mean {guess!r}?" if guess else "findry systems lists them"
        raise MissingResource("no system has this id", expected=", ".join(found), received=id, hint=hint)
    return found[id]
