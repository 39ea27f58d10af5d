"""The computation graph of a BERT-family sentence encoder, in standard ONNX operators.

The graph holds no weights: each is declared as external data under its own tensor name, and given to
the session from the weight file.  A name that ends in ``^T`` stands for the transposed tensor; those of
int8 layers are in `onnx_int8`.
"""

from __future__ import annotations

__all__ = ["TRANSPOSED", "build_graph"]

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from findry.models.bert_family import Architecture
from findry.models.onnx_graph import TRANSPOSED, Graph
from findry.models.onnx_int8 import Int8Graph, Precision


def build_graph(
    architecture: Architecture,
    shapes: Mapping[str, tuple[int, ...]],
    *,
    pooling: str,
    normalise: bool,
    where: str,
    precision: Precision = "float32",
) -> tuple[bytes, list[str]]:
    """The serialised model and the names of the weights that it wants.

    Source: Devlin et al., NAACL 2019 (encoder); Reimers and Gurevych, EMNLP 2019 (pooling).
    In: input_ids and attention_mask, int64[batch, length].  Out: vectors float32[batch, hidden].
    A position whose mask is 0 adds nothing to any other.  `shapes` are those of the stored tensors.
    """
    graph = Int8Graph(shapes, where) if precision == "int8" else Graph(shapes, where)
    _encoder(graph, architecture, pooling, normalise)
    return graph.serialised(architecture.hidden), graph.wanted


def _encoder(g: Graph, a: Architecture, pooling: str, normalise: bool) -> None:
    mask = g.node("Cast", "attention_mask", to=1)
    hidden_away = g.node("Mul", g.node("Sub", g.constant(1.0), mask), g.constant(float(np.finfo(np.float32).min)))
    bias = g.node("Unsqueeze", hidden_away, g.constant([1, 2]))
    if a.relative_buckets:
        bias = g.node("Add", bias, _relative_bias(g, a))
    states = _embeddings(g, a)
    for layer in range(a.layers):
        names = {role: prefix.format(layer) for role, prefix in a.names}
        attended = _attention(g, a, states, bias, names)
        states = g.norm(g.node("Add", attended, states), names["attended_norm"], a.epsilon)
        wide = _activation(g, a, g.dense(states, names["wide"]))
        states = g.norm(g.node("Add", g.dense(wide, names["narrow"]), states), names["output_norm"], a.epsilon)
    vectors = _pooled(g, states, mask, pooling)
    if normalise:
        length = g.node("ReduceL2", vectors, g.constant([-1]), keepdims=1)
        g.node("Div", vectors, g.node("Max", length, g.constant(1e-12)))


def _embeddings(g: Graph, a: Architecture) -> str:
    words = g.node("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    table = g.weight("embeddings.position_embeddings.weight")
    if a.padding is None:
        length = g.node("Shape", "input_ids", start=1, end=2)
        places = g.node("Slice", table, g.constant([0]), length, g.constant([0]))
    else:
        real = g.node("Cast", g.node("Not", g.node("Equal", "input_ids", g.constant([a.padding]))), to=7)
        counted = g.node("Mul", g.node("CumSum", real, g.constant([1])), real)
        places = g.node("Gather", table, g.node("Add", counted, g.constant([a.padding])))
    if a.token_types:
        first = g.node("Gather", g.weight("embeddings.token_type_embeddings.weight"), g.constant([0]))
        places = g.node("Add", places, first)
    return g.norm(g.node("Add", words, places), "embeddings.LayerNorm", a.epsilon)


def _attention(g: Graph, a: Architecture, states: str, bias: str, names: dict[str, str]) -> str:
    split = g.constant([0, 0, a.heads, a.hidden // a.heads])

    def heads(role: str, order: list[int]) -> str:
        return g.node("Transpose", g.node("Reshape", g.dense(states, names[role]), split), perm=order)

    query, key, value = heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]), heads("value", [0, 2, 1, 3])
    scores = g.node("Mul", g.node("MatMul", query, key), g.constant((a.hidden // a.heads) ** -0.5))
    shares = g.node("Softmax", g.node("Add", scores, bias), axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", shares, value), perm=[0, 2, 1, 3])
    return g.dense(g.node("Reshape", mixed, g.constant([0, 0, a.hidden])), names["attended"])


def _activation(g: Graph, a: Architecture, states: str) -> str:
    if a.activation == "relu":
        return g.node("Relu", states)
    return g.node("Gelu", states, approximate="tanh" if a.activation == "gelu_tanh" else "none")


def _relative_bias(g: Graph, a: Architecture) -> str:
    distances = np.arange(1 - a.positions, a.positions)
    by_distance = g.node(
        "Gather",
        g.weight("encoder.relative_attention_bias.weight"),
        g.constant(_buckets(distances, a.relative_buckets)),
    )
    length = g.node("Squeeze", g.node("Shape", "input_ids", start=1, end=2))
    places = g.node("Range", g.constant(np.int64(0)), length, g.constant(np.int64(1)))
    apart = g.node("Sub", g.node("Unsqueeze", places, g.constant([0])), g.node("Unsqueeze", places, g.constant([1])))
    table = g.node("Gather", by_distance, g.node("Add", apart, g.constant([a.positions - 1])))
    return g.node("Unsqueeze", g.node("Transpose", table, perm=[2, 0, 1]), g.constant([0]))


def _buckets(distances: NDArray[np.int64], count: int, furthest: int = 128) -> NDArray[np.int64]:
    """Bucket of key minus query position (Raffel et al., JMLR 2020, section 2.1): exact near, logarithmic far."""
    half, exact = count // 2, count // 4
    size = np.abs(distances)
    ratio = np.log(np.maximum(size, 1).astype(np.float32) / np.float32(exact)) / np.log(furthest / exact)
    far = np.minimum(exact + (ratio * (half - exact)).astype(np.int64), half - 1)
    return np.where(size < exact, size, far) + np.where(distances > 0, half, 0)


def _pooled(g: Graph, states: str, mask: str, pooling: str) -> str:
    if pooling == "cls":
        return g.node("Gather", states, g.constant(np.int64(0)), axis=1)
    if pooling == "max":
        real = g.node("Cast", g.node("Unsqueeze", mask, g.constant([-1])), to=9)
        kept = g.node("Where", real, states, g.constant(float("-inf")))
        return g.node("ReduceMax", kept, g.constant([1]), keepdims=0)
    # a product, not ReduceSum: its order of addition does not change with the batch size
    total = g.node("Squeeze", g.node("MatMul", g.node("Unsqueeze", mask, g.constant([1])), states), g.constant([1]))
    return g.node("Div", total, g.node("ReduceSum", mask, g.constant([1]), keepdims=1))
