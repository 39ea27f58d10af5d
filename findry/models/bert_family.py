"""The shapes and tensor names of BERT and its relatives, read from config.json."""

from __future__ import annotations

__all__ = ["Architecture", "read_architecture"]

from dataclasses import dataclass
from typing import Any

from findry.errors import CapabilityError

_BERT = {
    "query": "encoder.layer.{}.attention.self.query",
    "key": "encoder.layer.{}.attention.self.key",
    "value": "encoder.layer.{}.attention.self.value",
    "attended": "encoder.layer.{}.attention.output.dense",
    "attended_norm": "encoder.layer.{}.attention.output.LayerNorm",
    "wide": "encoder.layer.{}.intermediate.dense",
    "narrow": "encoder.layer.{}.output.dense",
    "output_norm": "encoder.layer.{}.output.LayerNorm",
}
_MPNET = _BERT | {
    "query": "encoder.layer.{}.attention.attn.q",
    "key": "encoder.layer.{}.attention.attn.k",
    "value": "encoder.layer.{}.attention.attn.v",
    "attended": "encoder.layer.{}.attention.attn.o",
    "attended_norm": "encoder.layer.{}.attention.LayerNorm",
}
_DISTILBERT = {
    "query": "transformer.layer.{}.attention.q_lin",
    "key": "transformer.layer.{}.attention.k_lin",
    "value": "transformer.layer.{}.attention.v_lin",
    "attended": "transformer.layer.{}.attention.out_lin",
    "attended_norm": "transformer.layer.{}.sa_layer_norm",
    "wide": "transformer.layer.{}.ffn.lin1",
    "narrow": "transformer.layer.{}.ffn.lin2",
    "output_norm": "transformer.layer.{}.output_layer_norm",
}
_NAMES = {"bert": _BERT, "roberta": _BERT, "xlm-roberta": _BERT, "mpnet": _MPNET, "distilbert": _DISTILBERT}
_ACTIVATIONS = {"gelu": "gelu", "gelu_new": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh", "relu": "relu"}


@dataclass(frozen=True)
class Architecture:
    """One encoder of the family.

    `padding` is None where positions count from 0, else the padding id from which they count on (the
    first token stands at `padding` + 1).  `names` maps a role to its tensor prefix with the layer's
    number left open.
    """

    model_type: str
    layers: int
    heads: int
    hidden: int
    epsilon: float
    activation: str
    positions: int
    padding: int | None
    token_types: bool
    relative_buckets: int
    names: tuple[tuple[str, str], ...]

    @property
    def longest(self) -> int:
        """The most tokens that one text may have, special tokens included."""
        return self.positions - (0 if self.padding is None else self.padding + 1)


def read_architecture(config: dict[str, Any], where: str) -> Architecture:
    """The Architecture that config.json describes; CapabilityError for one that is not built here."""
    kind = str(config.get("model_type"))
    if kind not in _NAMES:
        raise _refused("model type", kind, ", ".join(sorted(_NAMES)), where)
    distil = kind == "distilbert"
    activation = str(config.get("activation" if distil else "hidden_act", "gelu"))
    if activation not in _ACTIVATIONS:
        raise _refused("activation", activation, ", ".join(sorted(_ACTIVATIONS)), where)
    attention = str(config.get("position_embedding_type", "absolute"))
    if attention != "absolute":
        raise _refused("position embedding", attention, "absolute", where)
    if config.get("is_decoder"):
        raise _refused("attention", "causal (is_decoder)", "both directions", where)
    try:
        return Architecture(
            model_type=kind,
            layers=int(config["n_layers" if distil else "num_hidden_layers"]),
            heads=int(config["n_heads" if distil else "num_attention_heads"]),
            hidden=int(config["dim" if distil else "hidden_size"]),
            epsilon=1e-12 if distil else float(config.get("layer_norm_eps", 1e-12)),
            activation=_ACTIVATIONS[activation],
            positions=int(config["max_position_embeddings"]),
            padding=_padding(kind, config),
            token_types=kind in {"bert", "roberta", "xlm-roberta"},
            relative_buckets=int(config.get("relative_attention_num_buckets", 32)) if kind == "mpnet" else 0,
            names=tuple(sorted(_NAMES[kind].items())),
        )
    except KeyError as error:
        raise _refused("config.json", f"no key {error}", "the usual keys of the model type", where) from error


def _padding(kind: str, config: dict[str, Any]) -> int | None:
    if kind == "mpnet":
        return 1
    return int(config.get("pad_token_id", 1)) if kind in {"roberta", "xlm-roberta"} else None


def _refused(what: str, received: str, expected: str, where: str) -> CapabilityError:
    return CapabilityError(
        f"the ONNX back end does not build this {what}",
        expected=expected,
        received=received,
        where=where,
        hint="use the torch back end: pip install 'findry[torch]', then encoder('torch:NAME')",
    )
