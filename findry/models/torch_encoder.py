"""TorchEncoder: any Sentence-Transformers model, by its own library."""

from __future__ import annotations

__all__ = ["TorchEncoder"]

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import CapabilityError, MissingExtra
from findry.models.cache import file_digest
from findry.models.card import make_card
from findry.models.port import Card, Side
from findry.models.texts import prompted
from findry.models.weights import ALIASES, DEFAULT_MODEL, locate, weights_digest


class TorchEncoder:
    """Encode texts with `sentence_transformers.SentenceTransformer`; needs the extra 'torch'.

    For models that the ONNX back end refuses, and for accelerators (`device`).  The card of a model
    that both back ends can run is the same, so an index made with one opens with the other.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        *,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        max_tokens: int | None = None,
        batch_size: int = 32,
        device: str | None = None,
    ) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra("torch", purpose="the torch encoder") from error
        name = os.fspath(model)
        self.model = ALIASES.get(name, name)
        self._folder = locate(model)
        self._network: Any = SentenceTransformer(os.fspath(self._folder), device=device)
        if max_tokens is not None:
            self._network.max_seq_length = max_tokens
        saved: dict[str, str] = self._network.prompts
        passage = next((saved[name] for name in ("document", "passage", "corpus") if saved.get(name)), "")
        self._prompts: dict[Side, str] = {
            "query": saved.get("query", "") if query_prompt is None else query_prompt,
            "document": passage if document_prompt is None else document_prompt,
        }
        self._batch_size = batch_size

    def __repr__(self) -> str:
        return f"TorchEncoder({self.model!r}, device={str(self._network.device)!r})"

    @property
    def dimension(self) -> int:
        """Components of one vector."""
        network = self._network
        name = "get_embedding_dimension" if hasattr(network, "get_embedding_dimension") else None
        return int(getattr(network, name or "get_sentence_embedding_dimension")())

    @cached_property
    def card(self) -> Card:
        """The identity card; the first call reads the weight files once for their digest."""
        parts = {type(module).__name__: module for module in self._network}
        pooling = getattr(parts.get("Pooling"), "pooling_mode", None)
        tokenizer = next(iter(sorted(self._folder.rglob("tokenizer.json"))), None)
        return make_card(
            kind="transformer",
            model=self.model,
            weights=weights_digest(self._folder),
            tokenizer=None if tokenizer is None else file_digest(tokenizer) + self._lower_case(),
            pooling=pooling if pooling is None or isinstance(pooling, str) else "+".join(pooling),
            normalise="Normalize" in parts,
            max_tokens=self._network.max_seq_length,
            dimension=self.dimension,
            query_prompt=self._prompts["query"],
            document_prompt=self._prompts["document"],
            precision=str(next(self._network.parameters()).dtype).removeprefix("torch."),
            made_with={"backend": "torch", "folder": str(self._folder)},
        )

    def _lower_case(self) -> str:
        return "+lower" if getattr(self._network[0], "do_lower_case", False) else ""

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors float32[n, dimension] in input order.

        Batches are padded to their longest text, so vectors agree across batches to about 1e-6 only.
        """
        plain = prompted(texts, side, {"query": "", "document": ""})
        if not plain:
            return np.empty((0, self.dimension), np.float32)
        encode = getattr(self._network, f"encode_{side}", self._network.encode)
        vectors = encode(
            plain, prompt=self._prompts[side], batch_size=self._batch_size, show_progress_bar=progress,
            convert_to_numpy=True,
        )  # fmt: skip
        return np.ascontiguousarray(vectors, np.float32)

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        """Tokens of each text with prompt and special tokens, before truncation."""
        whole = prompted(texts, side, self._prompts)
        return [len(ids) for ids in self._tokenised(whole)["input_ids"]] if whole else []

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the model's tokens in `text`; needs a fast tokenizer."""
        if not getattr(self._network.tokenizer, "is_fast", False):
            raise CapabilityError("this tokenizer does not say where its tokens stand", received=self.model)
        found = self._tokenised([text], add_special_tokens=False, return_offsets_mapping=True)
        return [(int(start), int(end)) for start, end in found["offset_mapping"][0]]

    def _tokenised(self, texts: list[str], **options: Any) -> Any:
        return self._network.tokenizer(texts, truncation=False, padding=False, verbose=False, **options)
