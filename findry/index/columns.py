"""Typed filter columns: one value or a list of values for each document, or nothing.

Kinds: "int", "float", "bool", "str", and the same with "[]" for lists; an empty list is no value.
Strings are coded by a sorted dictionary, so that comparing codes compares strings.  Arrays of a column:
``present`` bool[docs], ``offsets`` int64[docs + 1] (lists only), ``values``, and for strings the
packed dictionary ``dict.offsets``, ``dict.data``.
"""

from __future__ import annotations

__all__ = ["Column", "build_columns", "kind_of", "merge_kinds", "settled_kinds"]

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.index.arrays import ArrayFile
from findry.index.strings import Strings, pack
from findry.records import ragged

DTYPES = {"int": np.int64, "float": np.float64, "bool": np.bool_, "str": np.int32}
Arrays = dict[str, NDArray[Any]]
Values = Mapping[str, Any] | None
NAMES = {bool: "bool", int: "int", float: "float", str: "str"}


def kind_of(value: object) -> str | None:
    """The kind of a value; None for None and for an empty list, which leave the kind open.

    >>> kind_of(3), kind_of(["a"]), kind_of([1, 2.5]), kind_of([])
    ('int', 'str[]', 'float[]', None)
    """
    if value is None:
        return None
    if isinstance(value, list | tuple):
        kinds = {kind_of(item) for item in value}
        if not kinds:
            return None
        if kinds == {"int", "float"}:
            return "float[]"
        if len(kinds) > 1 or None in kinds or "[]" in str(kinds):
            raise InputError("a list must hold values of one kind", received=repr(value)[:80])
        return f"{kinds.pop()}[]"
    name = NAMES.get(type(value))
    if name is None:
        raise InputError("a value must be text, a number, true/false or a list of these", received=repr(value)[:80])
    return name


def merge_kinds(old: str | None, new: str | None) -> str | None:
    """The kind that holds both, or None with neither; raises `InputError` where there is none.

    >>> merge_kinds("int", "float"), merge_kinds(None, "str")
    ('float', 'str')
    """
    if old is None or new is None or old == new:
        return old or new
    if {old, new} in ({"int", "float"}, {"int[]", "float[]"}):
        return "float" + ("[]" if "[]" in old else "")
    raise InputError("a filter column must keep its kind", expected=old, received=new)


def settled_kinds(ids: Sequence[str], values: Sequence[Values], known: Mapping[str, str]) -> dict[str, str]:
    """The kind of every column after these documents, given the kinds known before.

    `values` has those of each document, None for none of them.
    Errors: `InputError` naming the document and the value that does not fit its column.
    """
    kinds = dict(known)
    for id, of_it in zip(ids, values, strict=True):
        for key, value in of_it.items() if of_it else ():
            try:
                kind = merge_kinds(kinds.get(key), kind_of(value))
            except InputError as error:
                raise InputError(
                    error.what,
                    expected=error.expected,
                    received=f"{error.received} ({str(value)[:60]!r})",
                    where=f"document {id!r}, value {key!r}",
                    hint="convert the value, or leave it out by a field mapping",
                ) from None
            if kind is not None:
                kinds[key] = kind
    return kinds


def build_columns(values: Sequence[Values], kinds: Mapping[str, str]) -> tuple[Arrays, dict[str, list[Any]]]:
    """Arrays named ``col<i>.<part>`` for the columns in use, and the place and kind of each.

    Errors: `InputError` for an integer that does not fit 64 bits.
    """
    used = {key for of_it in values if of_it for key, value in of_it.items() if value is not None}
    arrays: Arrays = {}
    names: dict[str, list[Any]] = {}
    for place, key in enumerate(sorted(used & kinds.keys())):
        kind = kinds[key]
        names[key] = [place, kind]
        of_column = [of_it.get(key) if of_it else None for of_it in values]
        arrays.update({f"col{place}.{part}": array for part, array in _column(of_column, kind).items()})
    return arrays, names


def _column(values: Sequence[Any], kind: str) -> dict[str, NDArray[Any]]:
    parts: dict[str, NDArray[Any]] = {"present": np.array([kind_of(value) is not None for value in values], np.bool_)}
    base = kind.removesuffix("[]")
    if kind.endswith("[]"):
        lists = [value or [] for value in values]
        parts["offsets"] = ragged.counts_to_offsets(np.array([len(items) for items in lists], np.int64))
        flat = [item for items in lists for item in items]
    else:
        blank: Any = {"str": "", "bool": False}.get(base, 0)
        flat = [blank if value is None else value for value in values]
    if base == "str":
        words = sorted({text.encode("utf-8", "surrogatepass") for text in flat})
        codes = {word: code for code, word in enumerate(words)}
        parts["dict.offsets"], parts["dict.data"] = pack(words)
        flat = [codes[text.encode("utf-8", "surrogatepass")] for text in flat]
    try:
        parts["values"] = np.array(flat, DTYPES[base])
    except OverflowError as error:
        raise InputError("an integer value does not fit 64 bits") from error
    return parts


class Column:
    """One column of one segment, read back."""

    def __init__(self, arrays: ArrayFile, place: int, kind: str) -> None:
        self._arrays = arrays
        self._place = place
        self.kind = kind
        self.base = kind.removesuffix("[]")
        self.is_list = kind.endswith("[]")

    def _part(self, part: str) -> NDArray[Any]:
        return self._arrays[f"col{self._place}.{part}"]

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Which documents have a value."""
        return self._part("present")

    @cached_property
    def values(self) -> NDArray[Any]:
        """Numbers, flags or dictionary codes; one a document, or one a list item."""
        return self._part("values")

    @cached_property
    def words(self) -> Strings:
        """The sorted dictionary of a string column."""
        return Strings(self._part("dict.offsets"), self._part("dict.data"))

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """The document of each value."""
        return ragged.owner_of(self._part("offsets")) if self.is_list else np.arange(len(self.values))
