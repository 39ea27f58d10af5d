"""BLAKE2b of many short texts at once: the tie keys of ids."""

from __future__ import annotations

__all__ = ["LONGEST", "blake2b_8"]

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from findry.kernels.compiled import compiled

LONGEST = 128
"""Bytes of the longest text that `blake2b_8` takes: one block."""
LANES = 8
"""So many texts go through the rounds side by side, the same word of 64 bits of each in one register."""
ROUNDS = 12
_START = np.array(
    [
        *(0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1),
        *(0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179),
    ],
    np.uint64,
)
_SIGMA = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ]
)
_MIXED = np.array(
    [
        *([0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]),
        *([0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]),
    ]
)
_TURNS = (32, 24, 16, 63)
_FIRST = _START[0] ^ np.uint64(0x01010000 ^ 8)
_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)


@intrinsic  # type: ignore[untyped-decorator]
def _mix(typing: Any, state: Any, rows: Any, x: Any, y: Any) -> Any:
    """The function G on four words of `LANES` texts: addresses of the state, of its four rows' numbers, of x and y."""
    del typing, state, rows, x, y

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature
        word, row = ir.VectorType(ir.IntType(64), LANES), ir.IntType(64)
        turn = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(word, [word] * 3), f"llvm.fshr.v{LANES}i64"
        )

        def at(address: Any) -> Any:
            return builder.inttoptr(address, word.as_pointer())

        numbers = builder.inttoptr(arguments[1], row.as_pointer())
        places = []
        for n in range(4):
            number = builder.load(builder.gep(numbers, [ir.Constant(row, n)]))
            places.append(at(builder.add(arguments[0], builder.mul(number, ir.Constant(row, 8 * LANES)))))
        a, b, c, d = (builder.load(place, align=8) for place in places)
        more = [builder.load(at(argument), align=8) for argument in arguments[2:]]
        turns = [ir.Constant(word, [count] * LANES) for count in _TURNS]
        for half in range(2):
            a = builder.add(builder.add(a, b), more[half])
            d = builder.xor(d, a)
            d = builder.call(turn, [d, d, turns[2 * half]])
            c = builder.add(c, d)
            b = builder.xor(b, c)
            b = builder.call(turn, [b, b, turns[2 * half + 1]])
        for place, value in zip(places, (a, b, c, d), strict=True):
            builder.store(value, place, align=8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


@compiled
def blake2b_8(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """BLAKE2b with a digest of eight bytes, read little endian, of each text; uint64[n].

    Text i is data[offsets[i] : offsets[i + 1]], at most `LONGEST` bytes; of a longer one the first.
    Source: RFC 7693, 2015, sections 2.7 (SIGMA), 3.1 (G) and 3.2 (F).
    """
    out = np.empty(len(offsets) - 1, np.uint64)
    raw, block = np.empty((LANES, LONGEST), np.uint8), np.empty((16, LANES), np.uint64)
    words, state, stride = raw.view(np.uint64), np.empty((16, LANES), np.uint64), 8 * LANES
    mixed, sigma = _MIXED, _SIGMA
    for first in range(0, len(out), LANES):
        some = min(LANES, len(out) - first)
        raw[:] = 0
        for word in range(8):
            state[word] = state[8 + word] = _START[word]
        state[0], state[14] = _FIRST, state[14] ^ _ONES
        for lane in range(some):
            start = offsets[first + lane]
            length = min(offsets[first + lane + 1] - start, LONGEST)
            state[12, lane] ^= np.uint64(length)
            for byte in range(length):
                raw[lane, byte] = data[start + byte]
        for word in range(16):
            for lane in range(LANES):
                block[word, lane] = words[lane, word]
        held, there = state.ctypes.data, block.ctypes.data
        for turn in range(ROUNDS):
            order = sigma[turn % len(sigma)]
            for step in range(8):
                x, y = order[2 * step], order[2 * step + 1]
                _mix(held, mixed[step].ctypes.data, there + x * stride, there + y * stride)
        for lane in range(some):
            out[first + lane] = _FIRST ^ state[0, lane] ^ state[8, lane]
    return out
