"""Linear layers in 8-bit integers: one scale for each output column of a weight and for each row of states.

A scale for each row, not one for the batch (DynamicQuantizeMatMul), keeps two promises: a vector does not
depend on its batch mates, and one large row costs the others no precision.

Products are of unsigned states and signed weights.  x86 processors without VNNI add two neighbouring products
in 16 bits, where 255 (127 + 127) is cut off.  Scales are chosen so that no two neighbours (2i, 2i + 1) of a
column add up to more than 128 in one direction; 255 x 128 fits, so the integer sums are exact on every
processor.  That keeps almost all of the eighth bit, which 7-bit weights would give away.  What is left between
processors is float32 rounding in the other layers, which may move a state by one step of its scale.
"""

from __future__ import annotations

__all__ = ["PRECISIONS", "Int8Graph", "Precision", "eight_bits", "require_precision", "weight_and_part"]

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError, nearest
from findry.models.onnx_graph import Graph

Precision: TypeAlias = Literal["float32", "int8"]
PRECISIONS: tuple[str, ...] = get_args(Precision)
_CODES, _SCALES = "^I8", "^S"
_MICROSOFT = "com.microsoft"
_ZERO = np.uint8(128)
_LEAST = 1e-20


def require_precision(precision: str) -> None:
    """Raise InputError unless `precision` is one that the ONNX back end has."""
    if precision not in PRECISIONS:
        meant = nearest(str(precision), PRECISIONS)
        raise InputError(
            "no such precision",
            expected=" or ".join(PRECISIONS),
            received=repr(precision),
            hint=f"did you mean {meant!r}?" if meant else "int8 is faster and less exact than float32",
        )


def eight_bits(weight: NDArray[np.floating]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes int8[in, out] and scales float32[out] of a linear layer's weight, [out, in] as it is stored.

    codes[i, o] * scales[o] is within half a scale of weight[o, i].  A scale is as small as lets each code lie
    within 127 and any codes 2i and 2i + 1 of a column add up to at most 128 in absolute value.

    >>> codes, scales = eight_bits(np.array([[1.0, -0.5], [1.0, 1.0]]))
    >>> codes.T.tolist(), (127 * scales).tolist()
    ([[127, -64], [64, 64]], [1.0, 2.0])
    """
    columns = np.asarray(weight, np.float32)
    pairs = columns[:, : columns.shape[1] // 2 * 2].reshape(len(columns), -1, 2)
    largest = np.maximum(columns.max(1), -columns.min(1))
    together = np.abs(pairs[:, :, 0] + pairs[:, :, 1]).max(1, initial=0)
    scales = np.maximum(np.maximum(largest, together) / np.float32(127), np.float32(_LEAST))
    codes = np.rint(columns * (1 / scales)[:, np.newaxis]).astype(np.int8)
    return np.ascontiguousarray(codes.T), scales


def weight_and_part(name: str) -> tuple[str, int] | None:
    """The tensor that a wanted name is made of, and which part of `eight_bits` it is; None for another name.

    >>> weight_and_part("encoder.weight^S"), weight_and_part("encoder.bias")
    (('encoder.weight', 1), None)
    """
    for part, ending in enumerate((_CODES, _SCALES)):
        if name.endswith(ending):
            return name.removesuffix(ending), part
    return None


class Int8Graph(Graph):
    """A graph whose linear layers multiply 8-bit integers; everything else stays float32."""

    domains = ("", _MICROSOFT)

    def dense(self, states: str, prefix: str) -> str:
        rows, scales = self._quantised(states)
        tensor, kinds = prefix + ".weight", self._onnx.TensorProto
        outputs, inputs = self.shape(tensor)
        codes = self.declared(tensor + _CODES, (inputs, outputs), kinds.INT8)
        columns = self.declared(tensor + _SCALES, (outputs,), kinds.FLOAT)
        operands = (rows, codes, self.constant(1.0), columns, self.constant(_ZERO))
        product = self.node("MatMulIntegerToFloat", *operands, domain=_MICROSOFT)
        sums = self.node("Add", self.node("Mul", product, scales), self.weight(prefix + ".bias"))
        shape = self.once("Concat", self.once("Shape", "input_ids"), self.constant([-1]), axis=0)
        return self.node("Reshape", sums, shape)

    def _quantised(self, states: str) -> tuple[str, str]:
        """Codes uint8[tokens, width] around 128, and the scale of each row, float32[tokens, 1]."""
        last = self.constant([-1])
        rows = self.once("Flatten", states, axis=2)
        top = self.once("ReduceMax", rows, last, keepdims=0)
        bottom = self.once("Neg", self.once("ReduceMin", rows, last, keepdims=0))
        scales = self.once("Mul", self.once("Max", top, bottom, self.constant(_LEAST)), self.constant(1 / 127))
        tokens = self.once("Shape", self.once("Reshape", "input_ids", last))
        zeros = self.once("Expand", self.constant(_ZERO), tokens)
        return self.once("QuantizeLinear", rows, scales, zeros, axis=0), self.once("Unsqueeze", scales, last)
