"""Whether a value is of the type that a stage declares for a parameter."""

from __future__ import annotations

__all__ = ["fits", "hints"]

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


@cache
def hints(cls: type) -> Mapping[str, Any]:
    """The resolved annotations of a stage class."""
    return get_type_hints(cls)


def fits(value: object, hint: Any) -> bool:
    """Whether a value has a type; a whole number fits a float, true and false fit no number.

    >>> fits((1, 0.5), tuple[float, ...]), fits(("a",), tuple[float, ...]), fits(True, int)
    (True, False, False)
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return isinstance(value, tuple) and all(fits(one, arguments[0]) for one in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            fits(key, arguments[0]) and fits(one, arguments[1]) for key, one in value.items()
        )
    if hint is None:
        return value is None
    if hint in (int, float):
        return isinstance(value, (int, float) if hint is float else int) and not isinstance(value, bool)
    return not isinstance(hint, type) or isinstance(value, hint)
