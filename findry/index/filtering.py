"""Filters evaluated over the columns of a segment.

Null semantics: a missing value satisfies no comparison, `in`, `nin`, `ne` or `contains`; `not` is the
plain complement.  A comparison with a value of another kind (a number column with a text) is an error.
"""

from __future__ import annotations

__all__ = ["document_mask"]

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, nearest
from findry.index.columns import Column
from findry.records.where import And, Compare, Contains, Exists, Member, Not, Or, Where

Mask = NDArray[np.bool_]
ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "gt": np.greater,
    "gte": np.greater_equal,
    "lt": np.less,
    "lte": np.less_equal,
}


def document_mask(where: Where, columns: Mapping[str, Column], kinds: Mapping[str, str], docs: int) -> Mask:
    """Which of the `docs` documents of a segment satisfy `where`.

    `columns` are those of the segment, `kinds` those of the whole index: a key that no document of
    this segment has is missing everywhere, a key that the index has never seen is an error.
    Cost: O(docs) a leaf, vectorised.
    """
    if isinstance(where, And):
        return _reduce(np.logical_and, where.parts, columns, kinds, docs, start=True)
    if isinstance(where, Or):
        return _reduce(np.logical_or, where.parts, columns, kinds, docs, start=False)
    if isinstance(where, Not):
        return ~document_mask(where.part, columns, kinds, docs)
    if where.key not in kinds:
        near = nearest(where.key, kinds)
        raise InputError(
            "the filter names a column that the index does not have",
            expected=f"one of {', '.join(sorted(kinds)) or '(the index has no columns)'}",
            received=where.key,
            hint=f"did you mean {near!r}?" if near else "findry info shows the columns",
        )
    _check(where, kinds[where.key])
    column = columns.get(where.key)
    if column is None:
        return np.zeros(docs, np.bool_)
    if isinstance(where, Exists):
        return column.present.copy()
    if isinstance(where, Contains):
        found = _values_in(column, (where.value,))
        mask = np.zeros(docs, np.bool_)
        mask[column.owners[found]] = True
        return mask
    if isinstance(where, Member):
        inside = _values_in(column, where.values)
        return column.present & (inside if where.op == "in" else ~inside)
    return column.present & _compare(column, where)


def _reduce(
    combine: Any,
    parts: tuple[Where, ...],
    columns: Mapping[str, Column],
    kinds: Mapping[str, str],
    docs: int,
    start: bool,
) -> Mask:
    mask = np.full(docs, start, np.bool_)
    for part in parts:
        combine(mask, document_mask(part, columns, kinds, docs), out=mask)
    return mask


def _check(where: Compare | Member | Exists | Contains, kind: str) -> None:
    """Refuse a value of another kind than its column, and list operations on the wrong shape."""
    if isinstance(where, Exists):
        return
    wants_list = isinstance(where, Contains)
    if wants_list != kind.endswith("[]"):
        instead = "contains" if kind.endswith("[]") else "= or in"
        raise InputError(
            f"column {where.key!r} holds {'lists' if kind.endswith('[]') else 'single values'}",
            received="contains" if wants_list else getattr(where, "op", "a comparison"),
            hint=f"use {instead}",
        )
    base = kind.removesuffix("[]")
    for value in where.values if isinstance(where, Member) else (where.value,):
        given = "bool" if isinstance(value, bool) else "str" if isinstance(value, str) else "number"
        if given != {"int": "number", "float": "number"}.get(base, base):
            raise InputError(
                f"column {where.key!r} cannot be compared with this value", expected=base, received=f"{value!r}"
            )


def _compare(column: Column, where: Compare) -> Mask:
    if column.base != "str":
        result: Mask = ORDER[where.op](column.values, where.value)
        return result
    key = str(where.value).encode("utf-8", "surrogatepass")
    low = column.words.bisect(key)
    exact = low < len(column.words) and column.words.raw(low) == key
    codes: NDArray[np.int32] = column.values
    if where.op in ("eq", "ne"):
        equal: Mask = codes == (low if exact else -1)
        return equal if where.op == "eq" else ~equal
    above = codes >= (low + 1 if exact else low)
    at_least = codes >= low
    return {"gt": above, "gte": at_least, "lt": ~at_least, "lte": ~above}[where.op]


def _values_in(column: Column, wanted: tuple[Any, ...]) -> Mask:
    if column.base == "str":
        codes = [column.words.position(str(value)) for value in wanted]
        wanted_codes = [code for code in codes if code >= 0]
        return np.isin(column.values, np.array(wanted_codes, np.int32))
    return np.isin(column.values, np.array(list(wanted)))
