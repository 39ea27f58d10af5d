"""A graph in the making: nodes, constants, and weights declared as external data under their own names."""

from __future__ import annotations

__all__ = ["TRANSPOSED", "Graph"]

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import FormatError

TRANSPOSED = "^T"
_OPSET = 20
_IR_VERSION = 10


class Graph:
    domains: tuple[str, ...] = ("",)

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], where: str) -> None:
        import onnx

        self._onnx = onnx
        self._shapes = shapes
        self._where = where
        self._nodes: list[Any] = []
        self._tensors: dict[str, Any] = {}
        self._made: dict[tuple[Any, ...], str] = {}
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self.wanted: list[str] = []

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"{operator}_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def once(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """The node that these inputs and attributes have already, or a new one."""
        key = (operator, inputs, tuple(sorted(attributes.items())))
        if key not in self._made:
            self._made[key] = self.node(operator, *inputs, **attributes)
        return self._made[key]

    def constant(self, value: float | list[int] | np.int64 | np.uint8 | NDArray[np.int64]) -> str:
        kind = np.float32 if isinstance(value, float) else np.uint8 if isinstance(value, np.uint8) else np.int64
        array = np.asarray(value, kind)
        name = self._constants.setdefault((array.dtype.str, array.shape, array.tobytes()), f"c{len(self._constants)}")
        if name not in self._tensors:
            self._tensors[name] = self._onnx.numpy_helper.from_array(array, name)
        return name

    def weight(self, tensor: str, *, transposed: bool = False) -> str:
        shape = self.shape(tensor)
        if transposed:
            return self.declared(tensor + TRANSPOSED, shape[::-1], self._onnx.TensorProto.FLOAT)
        return self.declared(tensor, shape, self._onnx.TensorProto.FLOAT)

    def shape(self, tensor: str) -> tuple[int, ...]:
        if tensor not in self._shapes:
            raise FormatError("the weight file lacks a tensor", expected=tensor, where=self._where)
        return self._shapes[tensor]

    def declared(self, name: str, shape: tuple[int, ...], kind: int) -> str:
        if name not in self._tensors:
            declared = self._onnx.TensorProto(name=name, data_type=kind)
            declared.dims.extend(shape)
            declared.data_location = self._onnx.TensorProto.EXTERNAL
            declared.external_data.add(key="location", value="weights")
            self._tensors[name] = declared
            self.wanted.append(name)
        return name

    def dense(self, states: str, prefix: str) -> str:
        product = self.node("MatMul", states, self.weight(prefix + ".weight", transposed=True))
        return self.node("Add", product, self.weight(prefix + ".bias"))

    def norm(self, states: str, prefix: str, epsilon: float) -> str:
        scale, shift = self.weight(prefix + ".weight"), self.weight(prefix + ".bias")
        return self.node("LayerNormalization", states, scale, shift, epsilon=epsilon, axis=-1)

    def serialised(self, width: int) -> bytes:
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        self._nodes.append(helper.make_node("Identity", [self._nodes[-1].output[0]], ["vectors"], "vectors"))
        inputs = [
            helper.make_tensor_value_info(name, kinds.INT64, ["batch", "length"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("vectors", kinds.FLOAT, ["batch", width])
        graph = helper.make_graph(self._nodes, "sentence_encoder", inputs, [output], list(self._tensors.values()))
        versions = [helper.make_opsetid(domain, 1 if domain else _OPSET) for domain in self.domains]
        model = helper.make_model(graph, opset_imports=versions, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())
