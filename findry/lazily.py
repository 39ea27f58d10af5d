"""Public names of a package that are imported from their modules when they are first asked for."""

from __future__ import annotations

__all__ = ["lazily"]

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, home: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """The `__getattr__` of a package; `home` says which names each of its modules has.

    >>> lazily("findry", {"errors": ("FindryError",)})("FindryError").__name__
    'FindryError'
    """
    module_of = {name: module for module, names in home.items() for name in names}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{module_of[name]}"), name)
        setattr(import_module(package), name, found)  # the next use does not come here
        return found

    return get
