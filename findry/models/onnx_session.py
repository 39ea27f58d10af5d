"""Open a model folder as an ONNX Runtime session: graph from config.json, weights from model.safetensors."""

from __future__ import annotations

__all__ = ["VectorSession", "open_session"]

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import CapabilityError
from findry.models import bert_family, onnx_bert, onnx_graph, onnx_int8
from findry.models.bert_family import Architecture, read_architecture
from findry.models.cache import remembered
from findry.models.onnx_int8 import Precision
from findry.models.sentence_folder import SentenceFolder
from findry.models.tensor_file import mapped_tensors

_SOURCES = (bert_family, onnx_bert, onnx_graph, onnx_int8)
_LARGEST_BYTES = 1_500_000_000
_PREFIXES = ("", "bert.", "roberta.", "distilbert.", "mpnet.", "xlm_roberta.", "model.")
Tensors = dict[str, NDArray[np.float32]]
_OLD_ENDS = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


class VectorSession:
    """A loaded graph; calling it with ids and mask, int64[batch, length], gives float32[batch, hidden]."""

    def __init__(self, session: Any, weights: list[Any]) -> None:
        self._session = session
        self._weights = weights  # the session reads them in place

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def open_session(
    folder: SentenceFolder, *, threads: int | None = None, precision: Precision = "float32"
) -> VectorSession:
    """Load the folder's encoder with its pooling and normalisation, on the processor.

    Cost: about 0.2 s for 22 million parameters, 0.15 s more in int8.  The graph (without weights) is kept in
    the cache folder; half-precision weights are widened.
    """
    import onnxruntime
    import safetensors

    path = require_weights(folder.transformer)
    with safetensors.safe_open(str(path), "np") as stored:
        keys = _plain_names(list(stored.keys()))
        shapes = {name: tuple(stored.get_slice(key).get_shape()) for name, key in keys.items()}
        graph, wanted = _graph(
            read_architecture(folder.config, str(folder.transformer)), shapes, folder, path, precision
        )
        arrays = _arrays(stored, mapped_tensors(path), keys, wanted)
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    # Threads that wait in a loop for the next text hold the processors that the search needs after it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_external_initializers(wanted, values)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return VectorSession(session, [arrays, values])


def require_weights(transformer: Path) -> Path:
    """The one weight file, refused by CapabilityError where it is of another kind or too large."""
    path = transformer / "model.safetensors"
    if not path.is_file():
        found = ", ".join(sorted(entry.name for entry in transformer.glob("*model*"))) or "no weight file"
        raise CapabilityError(
            "the ONNX back end reads one model.safetensors",
            received=found,
            where=str(transformer),
            hint="use the torch back end: encoder('torch:NAME')",
        )
    size = path.stat().st_size
    if size > _LARGEST_BYTES:
        raise CapabilityError(
            "this model is too large for one ONNX graph on the processor",
            expected=f"at most {_LARGEST_BYTES / 1e9:.1f} GB",
            received=f"{size / 1e9:.1f} GB",
            where=str(path),
            hint="use the torch back end: encoder('torch:NAME'), or a served model: encoder('http:URL#MODEL')",
        )
    return path


def _graph(
    architecture: Architecture,
    shapes: dict[str, tuple[int, ...]],
    folder: SentenceFolder,
    path: Path,
    precision: Precision,
) -> tuple[bytes, list[str]]:
    sources = [Path(module.__file__ or "").read_bytes() for module in _SOURCES]
    told = [repr(architecture), sorted(shapes.items()), folder.pooling, folder.normalise, precision]
    key = hashlib.blake2b(b"".join(sources) + json.dumps(told).encode(), digest_size=16).hexdigest()

    def build() -> bytes:
        graph, wanted = onnx_bert.build_graph(
            architecture,
            shapes,
            pooling=folder.pooling,
            normalise=folder.normalise,
            where=str(path),
            precision=precision,
        )
        return json.dumps(wanted).encode() + b"\n" + graph

    names, _, graph = remembered(f"graphs/{key}", build).partition(b"\n")
    return graph, json.loads(names)


def _plain_names(keys: list[str]) -> dict[str, str]:
    """Stored key by the name without the head's prefix and with today's ending."""
    prefix = next((p for p in _PREFIXES if p + "embeddings.word_embeddings.weight" in keys), "")
    names = {}
    for key in keys:
        name = key.removeprefix(prefix)
        for old, new in _OLD_ENDS.items():
            name = name.removesuffix(old) + new if name.endswith(old) else name
        names[name] = key
    return names


def _arrays(stored: Any, mapped: Tensors, keys: dict[str, str], wanted: list[str]) -> list[NDArray[Any]]:
    halves: dict[str, tuple[NDArray[Any], ...]] = {}
    arrays: list[NDArray[Any]] = []
    for name in wanted:
        made = onnx_int8.weight_and_part(name)
        if made is None:
            arrays.append(_array(stored, mapped, keys, name))
            continue
        tensor, part = made
        if tensor not in halves:
            halves[tensor] = onnx_int8.eight_bits(_array(stored, mapped, keys, tensor))
        arrays.append(halves[tensor][part])
    return arrays


def _array(stored: Any, mapped: Tensors, keys: dict[str, str], name: str) -> NDArray[np.float32]:
    transposed = name.endswith(onnx_bert.TRANSPOSED)
    key = keys[name.removesuffix(onnx_bert.TRANSPOSED)]
    if stored.get_slice(key).get_dtype() not in {"F32", "F16", "BF16", "F64"}:
        raise CapabilityError(
            "the ONNX back end reads floating-point weights",
            received=f"{key} of type {stored.get_slice(key).get_dtype()}",
            hint="use the torch back end: encoder('torch:NAME')",
        )
    array = mapped[key] if key in mapped else stored.get_tensor(key)
    return np.ascontiguousarray(array.T if transposed else array, dtype=np.float32)
