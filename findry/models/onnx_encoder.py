"""OnnxEncoder: sentence vectors on the processor by ONNX Runtime; no torch."""

from __future__ import annotations

__all__ = ["OnnxEncoder"]

import os
import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.models.batching import equal_length_batches
from findry.models.bert_family import read_architecture
from findry.models.cache import file_digest
from findry.models.card import make_card
from findry.models.onnx_int8 import Precision, require_precision
from findry.models.onnx_session import VectorSession, open_session, require_weights
from findry.models.port import Card, Side
from findry.models.progress import steps
from findry.models.sentence_folder import Pooling, read_sentence_folder
from findry.models.text_tokens import TextTokens, require_tokenizer
from findry.models.texts import prompted
from findry.models.weights import ALIASES, DEFAULT_MODEL, locate, weights_digest

_WINDOW = 32_768


class OnnxEncoder:
    """Encode texts with a BERT-family Sentence-Transformers model on the processor.

    `model` is a hub name, an alias or a folder (see `locate`).  Prompts, pooling and the length limit
    come from the folder unless given.  Texts of equal length share a batch of about `batch_tokens`
    tokens, nothing is padded, and the rows come back in input order.  `threads` is for one call; None
    leaves it to ONNX Runtime.  Model and tokenizer load at first use; encoding is safe from several
    threads.

    `precision` "int8" runs the linear layers in 8-bit integers (see `findry.models.onnx_int8`); a vector is
    as independent of its batch as in float32, and an index of one precision refuses the other.  Measured with
    all-MiniLM-L6-v2 and 1,500 documents each: of the exact top-10, 94.9 % stay on CoSQA and 93.9 % on SciFact;
    nDCG@10 changes by +0.0010 [-0.0057, +0.0075] and +0.0022 [-0.0024, +0.0086].  One thread of a processor
    with VNNI encodes documents 1.5 to 1.7 times as fast, a short query 1.9 times.  `python -m benches
    encoding` measures it anew.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        *,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        max_tokens: int | None = None,
        pooling: Pooling | None = None,
        normalise: bool | None = None,
        batch_tokens: int = 2048,
        threads: int | None = None,
        precision: Precision = "float32",
    ) -> None:
        require_precision(precision)
        if batch_tokens < 1:
            raise InputError("batch_tokens is a number of tokens", expected="at least 1", received=str(batch_tokens))
        name = os.fspath(model)
        self.model = ALIASES.get(name, name)
        self._folder = read_sentence_folder(locate(model), pooling=pooling, normalise=normalise)
        self._architecture = read_architecture(self._folder.config, str(self._folder.transformer))
        require_weights(self._folder.transformer)
        self._tokenizer_file = require_tokenizer(self._folder.transformer)
        longest = self._architecture.longest
        self.max_tokens = max_tokens if max_tokens is not None else min(self._folder.max_tokens or longest, longest)
        if not 2 < self.max_tokens <= longest:
            raise InputError("max_tokens is out of range", expected=f"3 to {longest}", received=str(max_tokens))
        self._prompts: dict[Side, str] = {
            "query": self._folder.query_prompt if query_prompt is None else query_prompt,
            "document": self._folder.document_prompt if document_prompt is None else document_prompt,
        }
        self._batch_tokens = batch_tokens
        self._threads = threads
        self._precision: Precision = precision
        self._opened: VectorSession | None = None
        self._loading = threading.Lock()

    def __repr__(self) -> str:
        precision = "" if self._precision == "float32" else f", precision={self._precision!r}"
        return f"OnnxEncoder({self.model!r}, max_tokens={self.max_tokens}{precision})"

    @property
    def dimension(self) -> int:
        """Components of one vector."""
        return self._architecture.hidden

    @cached_property
    def card(self) -> Card:
        """The identity card; the first call reads the weight file once for its digest."""
        folder = self._folder
        return make_card(
            kind="transformer",
            model=self.model,
            weights=weights_digest(folder.folder),
            tokenizer=file_digest(self._tokenizer_file) + ("+lower" if folder.lower_case else ""),
            pooling=folder.pooling,
            normalise=folder.normalise,
            max_tokens=self.max_tokens,
            dimension=self.dimension,
            query_prompt=self._prompts["query"],
            document_prompt=self._prompts["document"],
            precision=self._precision,
            made_with={"backend": "onnx", "folder": str(folder.folder)},
        )

    @property
    def _session(self) -> VectorSession:
        if self._opened is None:
            with self._loading:
                self._opened = self._opened or open_session(
                    self._folder, threads=self._threads, precision=self._precision
                )
        return self._opened

    @cached_property
    def _tokens(self) -> TextTokens:
        lower_case = self._folder.lower_case
        return TextTokens(self._tokenizer_file, max_tokens=self.max_tokens, lower_case=lower_case)

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors float32[n, dimension] in input order; an empty text is legal.

        Cost: about 2 x parameters without the word table x tokens multiplications a text.  A text of
        more than `max_tokens` tokens is cut there.
        """
        whole = prompted(texts, side, self._prompts)
        if len(whole) == 1:
            ids = self._tokens.ids(whole)[0][np.newaxis]
            return self._session(ids, np.ones_like(ids))
        vectors = np.empty((len(whole), self.dimension), np.float32)
        with steps("encode", len(whole), shown=progress) as advance:
            for start in range(0, len(whole), _WINDOW):
                rows = self._tokens.ids(whole[start : start + _WINDOW])
                for batch in equal_length_batches([len(row) for row in rows], self._batch_tokens):
                    ids = np.stack([rows[row] for row in batch])
                    vectors[start + batch] = self._session(ids, np.ones_like(ids))
                    advance(len(batch))
        return vectors

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        """Tokens of each text with prompt and special tokens, before truncation."""
        return self._tokens.count(prompted(texts, side, self._prompts))

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the model's tokens in `text`."""
        return self._tokens.spans(text)
