"""Sentence encoders with the weights of all-MiniLM-L6-v2, each as its users run it."""

from __future__ import annotations

__all__ = ["ENCODERS", "LONGEST", "Encode", "OnnxByHand", "OpenVino", "encoders"]

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
LONGEST, BATCH = 256, 32
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def _model() -> bytes:
    """The model as one ONNX file with its weights, pooling and normalisation in it."""
    import onnx
    from safetensors.numpy import load_file

    from findry.models import onnx_bert
    from findry.models.bert_family import read_architecture
    from findry.models.sentence_folder import read_sentence_folder
    from findry.models.weights import locate

    folder = read_sentence_folder(locate(MODEL), pooling=None, normalise=None)
    weights = load_file(folder.transformer / "model.safetensors")
    shapes = {name: array.shape for name, array in weights.items()}
    architecture = read_architecture(folder.config, str(folder.transformer))
    graph, wanted = onnx_bert.build_graph(
        architecture, shapes, pooling=folder.pooling, normalise=folder.normalise, where=MODEL
    )
    model = onnx.load_model_from_string(graph)
    del model.graph.initializer[_external(model) :]
    kept = {tensor.name for tensor in model.graph.initializer}
    for name in wanted:
        if name not in kept:
            array = weights[name.removesuffix(onnx_bert.TRANSPOSED)]
            turned = array.T if name.endswith(onnx_bert.TRANSPOSED) else array
            model.graph.initializer.append(onnx.numpy_helper.from_array(np.ascontiguousarray(turned, np.float32), name))
    return bytes(model.SerializeToString())


def _external(model: Any) -> int:
    """How many initializers hold their own data; they are put first."""
    own = [tensor for tensor in model.graph.initializer if not tensor.external_data]
    others = [tensor for tensor in model.graph.initializer if tensor.external_data]
    del model.graph.initializer[:]
    model.graph.initializer.extend([*own, *others])
    return len(own)


class OnnxByHand:
    """ONNX Runtime as one writes it: sorted by length, batches of 32, padded to the longest of a batch."""

    def __init__(self) -> None:
        import onnxruntime
        import tokenizers

        from findry.models.weights import locate

        self.tokenizer = tokenizers.Tokenizer.from_file(str(locate(MODEL) / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.session.run(None, {"input_ids": ids, "attention_mask": mask})[0]

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), 384), np.float32)
        order = np.argsort([-len(text) for text in texts], kind="stable")
        for start in range(0, len(texts), BATCH):
            rows = order[start : start + BATCH]
            encoded = self.tokenizer.encode_batch([texts[row] for row in rows])
            ids = np.array([one.ids for one in encoded], np.int64)
            mask = np.array([one.attention_mask for one in encoded], np.int64)
            vectors[rows] = self.run(ids, mask)
        return vectors


class OpenVino(OnnxByHand):
    """OpenVINO on the same graph with the same batches; left alone it takes bfloat16 where the processor has it."""

    precision = "f32"

    def __init__(self) -> None:
        import openvino

        super().__init__()
        core = openvino.Core()
        if self.precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise ImportError("this processor has no bfloat16")
        self.session = core.compile_model(
            core.read_model(_model()), "CPU", {"INFERENCE_PRECISION_HINT": self.precision}
        )

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        return next(iter(self.session({"input_ids": ids, "attention_mask": mask}).values()))


class OpenVinoHalf(OpenVino):
    """OpenVINO in bfloat16."""

    precision = "bf16"


def _findry(**options: Any) -> Encode:
    from findry.models import encoder

    opened = encoder("minilm", **options)
    return lambda texts: opened.encode(texts, "query" if len(texts) == 1 else "document")


def _sentence_transformers() -> Encode:
    from sentence_transformers import SentenceTransformer

    from findry.models.weights import locate

    model = SentenceTransformer(str(locate(MODEL)), device="cpu")
    return lambda texts: model.encode(list(texts), batch_size=BATCH, show_progress_bar=False)


ENCODERS: dict[str, Callable[[], Encode]] = {
    "findry": _findry,
    "findry int8": lambda: _findry(precision="int8"),
    "onnxruntime": OnnxByHand,
    "openvino": OpenVino,
    "openvino bf16": OpenVinoHalf,
    "sentence-transformers": _sentence_transformers,
}


def encoders(wanted: Callable[[str], bool]) -> tuple[dict[str, Encode], list[str]]:
    """The encoders that can be had here, opened, and a line for each that cannot."""
    from findry import FindryError

    found: dict[str, Encode] = {}
    left_out: list[str] = []
    for name, make in ENCODERS.items():
        if not name.startswith("findry") and not wanted(name):
            left_out.append(f"{name}: not asked for")
            continue
        try:
            found[name] = make()
        except (ImportError, FindryError) as error:
            left_out.append(f"{name}: {str(error).strip().splitlines()[0]}")
    return found, left_out
