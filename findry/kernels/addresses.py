"""Arrays that stand at an address, so that one array of numbers can name all that a search reads.

A call into compiled code takes about 0.3 us for each array among its arguments; a search reads twelve of each segment.
"""

from __future__ import annotations

__all__ = ["address", "copy_eight", "fetch", "opened", "pointer"]

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from findry.kernels.compiled import inlined
from findry.kernels.descriptors import (
    BUFFER,
    BYTES,
    FIELDS,
    FIXED,
    LENGTHS_AT,
    LOWER,
    OVER,
    SEGMENT_ROWS,
    SHORT_AT,
    SLOPE,
    TIES_AT,
    UPPER,
)
from findry.kernels.layout import LEVELS


def address(array: NDArray[Any]) -> int:
    """Where the first element of an array lies; whoever passes the number on keeps the array."""
    if not array.flags.c_contiguous:
        raise ValueError("only an array that lies in one piece has an address")
    return int(array.__array_interface__["data"][0])


@intrinsic  # type: ignore[untyped-decorator]
def pointer(_: Any, number: Any) -> Any:
    """An address as what `numba.carray` takes, in compiled code."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(number), generate


@intrinsic  # type: ignore[untyped-decorator]
def fetch(typing: Any, place: Any) -> Any:
    """Ask for what stands at an address ahead of its use."""
    del typing, place

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(prefetch, [builder.inttoptr(arguments[0], byte), number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def copy_eight(typing: Any, source: Any, target: Any) -> Any:
    """Copy eight bytes from one address to another; neither need be a multiple of eight."""
    del typing, source, target

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        eight = ir.IntType(64).as_pointer()
        held = builder.load(builder.inttoptr(arguments[0], eight), align=1)
        builder.store(held, builder.inttoptr(arguments[1], eight), align=1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@inlined
def opened(segment: NDArray[np.int64]) -> Any:
    """The arrays of a segment, whose descriptor is `segment`, as `search` names them."""
    fields, size = segment[FIELDS], segment[BYTES]
    buffer = pointer(segment[BUFFER])
    return (
        carray(pointer(segment[FIXED]), fields, np.float32),
        carray(pointer(segment[SLOPE]), fields, np.float32),
        carray(pointer(segment[UPPER]), (fields, LEVELS + 1), np.float64),
        carray(pointer(segment[LOWER]), (fields, LEVELS + 1), np.float64),
        carray(pointer(segment[LENGTHS_AT]), fields, np.int64),
        carray(pointer(segment[SHORT_AT]), fields, np.int64),
        carray(pointer(segment[OVER]), (fields, 3), np.int64),
        carray(buffer, size, np.uint8),
        carray(buffer, size // 2, np.uint16),
        carray(buffer, size // 4, np.int32),
        carray(buffer, size // 8, np.uint64),
        carray(buffer, size // 8, np.uint64)[segment[TIES_AT] : segment[TIES_AT] + segment[SEGMENT_ROWS]],
    )
