"""Encoders: the port and its back ends.

Here live the Encoder port, identity cards, where weights are found, and the back ends (ONNX Runtime,
torch, HTTP, hashing).  Nothing here knows of indexes, stages or pipelines, and importing it loads no
model library.
"""

from __future__ import annotations

__all__ = [
    "Card",
    "Encoder",
    "HashEncoder",
    "HttpEncoder",
    "OnnxEncoder",
    "Side",
    "TorchEncoder",
    "card_hash",
    "encoder",
    "from_card",
    "locate",
    "require_same_card",
]

from findry.models.card import card_hash, require_same_card
from findry.models.hash_encoder import HashEncoder
from findry.models.http_encoder import HttpEncoder
from findry.models.onnx_encoder import OnnxEncoder
from findry.models.open import encoder, from_card
from findry.models.port import Card, Encoder, Side
from findry.models.torch_encoder import TorchEncoder
from findry.models.weights import locate
