"""Filters over the typed columns of a corpus, as a small tree.

A tree is written in Python, read from text (`findry.text.parse_filter`) or from JSON (`from_dict`);
the JSON is the comparison / compound filter of OpenAI's vector stores plus `exists`, `contains`, `not`.

What a missing value means: a row without a value satisfies no comparison, `in`, `nin`, `ne` or `contains`
on that key.  `Not` is the plain complement, so ``Not(Compare("eq", "a", 1))`` matches rows without `a`
while ``Compare("ne", "a", 1)`` does not.  ``And(())`` matches every row and ``Or(())`` none.
"""

from __future__ import annotations

__all__ = [
    "And",
    "Compare",
    "Contains",
    "Exists",
    "Member",
    "Not",
    "Or",
    "Value",
    "Where",
    "from_dict",
    "keys",
    "to_dict",
]

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from findry.errors import InputError, nearest

Value: TypeAlias = str | int | float | bool
Comparison: TypeAlias = Literal["eq", "ne", "gt", "gte", "lt", "lte"]
Membership: TypeAlias = Literal["in", "nin"]


@dataclass(frozen=True, slots=True)
class Compare:
    """The rows whose value of `key` stands in relation `op` to `value`; dates are compared as ISO text.

    >>> Compare("gte", "published", datetime.date(2020, 1, 31))
    Compare(op='gte', key='published', value='2020-01-31')
    """

    op: Comparison
    key: str
    value: Value

    def __post_init__(self) -> None:
        _known("comparison", self.op, get_args(Comparison))
        _key(self.key)
        object.__setattr__(self, "value", _scalar(self.value, self.key))


@dataclass(frozen=True, slots=True)
class Member:
    """The rows whose value of `key` is (`in`) or is present and is not (`nin`) one of `values`."""

    op: Membership
    key: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        _known("membership test", self.op, get_args(Membership))
        _key(self.key)
        if isinstance(self.values, str | bytes | Mapping) or not isinstance(self.values, Iterable):
            raise InputError(
                f"'{self.op}' on {self.key!r} needs a list of values",
                expected="a list such as ['en', 'fr']",
                received=repr(self.values),
            )
        object.__setattr__(self, "values", tuple(_scalar(value, self.key) for value in self.values))


@dataclass(frozen=True, slots=True)
class Exists:
    """The rows that have a value for `key`."""

    key: str

    def __post_init__(self) -> None:
        _key(self.key)


@dataclass(frozen=True, slots=True)
class Contains:
    """The rows whose list column `key` holds `value`."""

    key: str
    value: Value

    def __post_init__(self) -> None:
        _key(self.key)
        object.__setattr__(self, "value", _scalar(self.value, self.key))


@dataclass(frozen=True, slots=True)
class And:
    """The rows that every part matches."""

    parts: tuple[Where, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _parts(self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """The rows that at least one part matches."""

    parts: tuple[Where, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _parts(self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """The rows that `part` does not match, rows without a value among them."""

    part: Where

    def __post_init__(self) -> None:
        _parts((self.part,))


Where: TypeAlias = Compare | Member | Exists | Contains | And | Or | Not

_TYPES = (*get_args(Comparison), *get_args(Membership), "exists", "contains", "and", "or", "not")


def to_dict(where: Where) -> dict[str, Any]:
    """The filter as JSON-ready dictionaries.

    >>> to_dict(And((Compare("gte", "year", 2020), Not(Exists("retracted")))))["filters"][1]
    {'type': 'not', 'filter': {'type': 'exists', 'key': 'retracted'}}
    """
    match where:
        case Compare(op, key, value):
            return {"type": op, "key": key, "value": value}
        case Member(member, key, values):
            return {"type": member, "key": key, "value": list(values)}
        case Exists(key):
            return {"type": "exists", "key": key}
        case Contains(key, value):
            return {"type": "contains", "key": key, "value": value}
        case And(parts):
            return {"type": "and", "filters": [to_dict(part) for part in parts]}
        case Or(parts):
            return {"type": "or", "filters": [to_dict(part) for part in parts]}
        case Not(part):
            return {"type": "not", "filter": to_dict(part)}


def from_dict(data: Mapping[str, Any]) -> Where:
    """The filter that `to_dict` wrote, or that a client of OpenAI's vector-store search sends.

    >>> from_dict({"type": "in", "key": "lang", "value": ["en", "fr"]})
    Member(op='in', key='lang', values=('en', 'fr'))

    An unknown type, a missing part or an unknown part raises InputError.
    """
    if not isinstance(data, Mapping):
        raise InputError(
            "a filter must be an object",
            expected='{"type": "eq", "key": ..., "value": ...}',
            received=repr(data),
        )
    if "type" not in data:
        raise InputError(
            "a filter without its type",
            expected=f"type: one of {', '.join(_TYPES)}",
            received=repr(dict(data)),
        )
    kind = data["type"]
    _known("filter type", kind, _TYPES)
    if kind in ("and", "or"):
        (filters,) = _fields(data, "filters")
        if not isinstance(filters, list | tuple):
            raise InputError(f"the filters of '{kind}' must be a list", received=repr(filters))
        parts = tuple(from_dict(part) for part in filters)
        return And(parts) if kind == "and" else Or(parts)
    if kind == "not":
        return Not(from_dict(*_fields(data, "filter")))
    if kind == "exists":
        return Exists(*_fields(data, "key"))
    if kind == "contains":
        return Contains(*_fields(data, "key", "value"))
    if kind in ("in", "nin"):
        return Member(kind, *_fields(data, "key", "value"))
    return Compare(kind, *_fields(data, "key", "value"))


def keys(where: Where) -> frozenset[str]:
    """The columns that a filter reads.

    >>> sorted(keys(Or((Exists("lang"), Not(Compare("eq", "year", 2020))))))
    ['lang', 'year']
    """
    match where:
        case And(parts) | Or(parts):
            return frozenset().union(*(keys(part) for part in parts))
        case Not(part):
            return keys(part)
        case _:
            return frozenset((where.key,))


def _known(what: str, word: object, known: tuple[str, ...]) -> None:
    if not (isinstance(word, str) and word in known):
        guess = nearest(str(word).lower(), known)
        raise InputError(
            f"unknown {what} {word!r}",
            expected=f"one of {', '.join(known)}",
            hint=f"did you mean {guess!r}?" if guess else None,
        )


def _key(key: object) -> None:
    if not isinstance(key, str) or not key:
        raise InputError("a filter key must be the name of a column", received=repr(key))


def _scalar(value: object, key: str) -> Value:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise InputError(
        f"a value that {key!r} cannot be compared with",
        expected="text, a finite number, true or false, or a date",
        received=repr(value),
        hint="to find rows without a value write Not(Exists(key))" if value is None else None,
    )


def _parts(parts: object) -> tuple[Where, ...]:
    if not isinstance(parts, list | tuple):
        raise InputError("the parts of a filter must be a list of filters", received=repr(parts))
    for part in parts:
        if not isinstance(part, get_args(Where)):
            raise InputError(
                "a part of a filter is not a filter",
                received=repr(part),
                hint="read dictionaries with from_dict",
            )
    return tuple(parts)


def _fields(data: Mapping[str, Any], *names: str) -> list[Any]:
    for name in data:
        if name != "type" and name not in names:
            guess = nearest(str(name), names)
            raise InputError(
                f"a filter of type '{data['type']}' has no {name!r}",
                expected=", ".join(names),
                hint=f"did you mean {guess!r}?" if guess else None,
            )
    for name in names:
        if name not in data:
            raise InputError(f"a filter of type '{data['type']}' without {name!r}", received=repr(dict(data)))
    return [data[name] for name in names]
