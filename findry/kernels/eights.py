"""The signs of eight rows side by side, so that one instruction compares a word of all of them with a query."""

from __future__ import annotations

__all__ = ["LANES", "differing", "in_eights", "lanes_within", "lowest"]

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from findry.kernels.compiled import inlined
from findry.kernels.signs import ones

Words = NDArray[np.uint64]
LANES = 8


@intrinsic  # type: ignore[untyped-decorator]
def lanes_within(typing: Any, signs: Any, group: Any, query: Any, cut: Any) -> Any:
    """Which of the eight rows of a group differ from a query in at most `cut` bits: the lowest bits of a number.

    signs uint64[groups, words, 8], query uint64[words].
    """
    del typing, group, cut

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, word = ir.IntType(32), ir.IntType(64)
        eight = ir.VectorType(word, LANES)
        nothing, first = ir.Constant(eight, ir.Undefined), ir.Constant(ir.VectorType(number, LANES), [0] * LANES)
        rows, asked = (
            context.make_array(signature.args[place])(context, builder, arguments[place]) for place in (0, 2)
        )
        count_ones = cgutils.get_or_insert_function(builder.module, ir.FunctionType(eight, [eight]), "llvm.ctpop.v8i64")

        def repeated(value: Any) -> Any:
            return builder.shuffle_vector(builder.insert_element(nothing, value, number(0)), nothing, first)

        words = cgutils.unpack_tuple(builder, asked.shape)[0]
        start = builder.mul(builder.mul(arguments[1], words), word(LANES))
        differ = cgutils.alloca_once(builder, eight)
        builder.store(ir.Constant(eight, [0] * LANES), differ)
        with cgutils.for_range(builder, words) as loop:
            at = builder.gep(rows.data, [builder.add(start, builder.mul(loop.index, word(LANES)))])
            held = builder.load(builder.bitcast(at, eight.as_pointer()), align=8)
            other = repeated(builder.load(builder.gep(asked.data, [loop.index])))
            builder.store(
                builder.add(builder.load(differ), builder.call(count_ones, [builder.xor(held, other)])), differ
            )
        near = builder.icmp_unsigned("<=", builder.load(differ), repeated(arguments[3]))
        return builder.zext(builder.bitcast(near, ir.IntType(LANES)), word)

    return types.uint64(signs, types.int64, query, types.uint64), generate


@intrinsic  # type: ignore[untyped-decorator]
def lowest(typing: Any, lanes: Any) -> Any:
    """The place of the lowest bit of a number that is not 0."""
    del typing, lanes

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@inlined
def differing(signs: Words, group: int, lane: int, query: Words) -> np.uint64:
    """In how many bits one row differs from a query."""
    differ = np.uint64(0)
    for word in range(len(query)):
        differ += ones(signs[group, word, lane] ^ query[word])
    return differ


def in_eights(signs: Words) -> Words:
    """The signs of rows, uint64[n, words], as uint64[ceil(n / 8), words, 8]; what is left of the last eight is 0.

    >>> in_eights(np.array([[7], [9]], np.uint64)).tolist()
    [[[7, 9, 0, 0, 0, 0, 0, 0]]]
    """
    groups, words = -(-len(signs) // LANES), signs.shape[1]
    padded = np.zeros((groups * LANES, words), np.uint64)
    padded[: len(signs)] = signs
    return np.ascontiguousarray(padded.reshape(groups, LANES, words).transpose(0, 2, 1))
