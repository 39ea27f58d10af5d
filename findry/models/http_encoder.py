"""HttpEncoder: vectors from a service of the OpenAI shape, POST {base_url}/embeddings."""

from __future__ import annotations

__all__ = ["HttpEncoder"]

import base64
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from findry.errors import CapabilityError, InputError, MissingExtra, MissingResource, ProviderError
from findry.models.card import make_card
from findry.models.http_retry import RetryPolicy, post_json
from findry.models.port import Card, Side
from findry.models.progress import steps
from findry.models.text_tokens import TextTokens
from findry.models.texts import prompted

_NO_LIMIT = 2**31 - 1


class HttpEncoder:
    """Encode texts by a remote model; needs the extra 'http'.

    `dimensions` is passed on as the request's field of that name.  `api_key_env` names the environment
    variable with the key, sent as a bearer token; the key itself is stored nowhere.  Vectors are set to
    unit length here if `normalise`.  `tokenizer` is a tokenizer.json for `count_tokens` and
    `token_spans`, which no such service offers.  What the service does with an empty text is its own
    affair.  `transport` and `retry` are there for tests and special networks.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        dimensions: int | None = None,
        query_prompt: str = "",
        document_prompt: str = "",
        normalise: bool = True,
        api_key_env: str | None = None,
        batch_size: int = 64,
        encoding_format: Literal["float", "base64"] = "float",
        tokenizer: str | os.PathLike[str] | None = None,
        timeout_s: float = 60.0,
        retry: RetryPolicy | None = None,
        transport: Any = None,
    ) -> None:
        if batch_size < 1:
            raise InputError("batch_size is a number of texts", expected="at least 1", received=str(batch_size))
        self.model = model
        self._base_url = base_url.rstrip("/")
        self._dimensions = dimensions
        self._found: int | None = None
        self._prompts: dict[Side, str] = {"query": query_prompt, "document": document_prompt}
        self._normalise = normalise
        self._api_key_env = api_key_env
        self._batch_size = batch_size
        self._encoding_format = encoding_format
        self._tokenizer = tokenizer
        self._timeout_s = timeout_s
        self._retry = retry or RetryPolicy()
        self._transport = transport

    def __repr__(self) -> str:
        return f"HttpEncoder({self._base_url!r}, {self.model!r})"

    @cached_property
    def _post(self) -> Callable[[dict[str, Any]], Any]:
        try:
            import httpx
        except ImportError as error:
            raise MissingExtra("http", purpose="a remote encoder") from error
        headers = {"authorization": f"Bearer {_key(self._api_key_env)}"} if self._api_key_env else {}
        client = httpx.Client(headers=headers, timeout=self._timeout_s, transport=self._transport)
        url = self._base_url + "/embeddings"
        return lambda body: post_json(client, url, body, policy=self._retry)

    @property
    def dimension(self) -> int:
        """Components of one vector; asks the service once if `dimensions` was not given."""
        if self._dimensions is None and self._found is None:
            self.encode(["dimension"], "document")
        return int(self._dimensions or self._found or 0)

    @property
    def card(self) -> Card:
        """The identity card: a service shows no weights, so its model name stands for them."""
        return make_card(
            kind="http",
            model=self.model,
            dimension=self.dimension,
            normalise=self._normalise,
            query_prompt=self._prompts["query"],
            document_prompt=self._prompts["document"],
            made_with={key: value for key, value in self._reached_by().items() if value is not None},
        )

    def _reached_by(self) -> Card:
        return {"base_url": self._base_url, "api_key_env": self._api_key_env, "dimensions": self._dimensions}

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors float32[n, dimension] in input order; ProviderError for an unusable answer."""
        whole = prompted(texts, side, self._prompts)
        if not whole:
            return np.empty((0, self.dimension), np.float32)
        parts = []
        with steps("encode", len(whole), shown=progress) as advance:
            for start in range(0, len(whole), self._batch_size):
                parts.append(self._batch(whole[start : start + self._batch_size]))
                advance(len(parts[-1]))
        return np.concatenate(parts)

    def _batch(self, texts: list[str]) -> NDArray[np.float32]:
        body: dict[str, Any] = {"model": self.model, "input": texts, "encoding_format": self._encoding_format}
        if self._dimensions is not None:
            body["dimensions"] = self._dimensions
        vectors = _rows(self._post(body), len(texts), self._base_url)
        wanted = self._dimensions or self._found or vectors.shape[1]
        if vectors.shape[1] != wanted:
            raise ProviderError(
                "the service gave vectors of another dimension",
                expected=str(wanted),
                received=str(vectors.shape[1]),
                where=self._base_url,
                hint="check the model, and whether it takes `dimensions`",
            )
        self._found = wanted
        if self._normalise:
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
            vectors = (vectors / np.maximum(lengths, 1e-12)[:, np.newaxis]).astype(np.float32)
        return vectors

    @cached_property
    def _tokens(self) -> TextTokens:
        if self._tokenizer is None:
            raise CapabilityError(
                "a remote encoder cannot count tokens",
                received=repr(self),
                hint="give tokenizer='path/to/tokenizer.json', or chunk by words or characters",
            )
        return TextTokens(Path(self._tokenizer), max_tokens=_NO_LIMIT)

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        """Tokens of each text with prompt and special tokens, by the tokenizer that was given."""
        return self._tokens.count(prompted(texts, side, self._prompts))

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the tokens in `text`, by the tokenizer that was given."""
        return self._tokens.spans(text)


def _key(variable: str) -> str:
    key = os.environ.get(variable)
    if not key:
        raise MissingResource(
            "no API key", expected=f"the environment variable {variable}", hint=f"export {variable}=..."
        )
    return key


def _rows(answer: Any, count: int, where: str) -> NDArray[np.float32]:
    try:
        found = {int(item["index"]): _vector(item["embedding"]) for item in answer["data"]}
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderError(
            "the answer has not the shape of embeddings",
            expected="data: a list of {index, embedding}",
            received=f"{type(error).__name__}: {error}",
            where=where,
        ) from error
    if sorted(found) != list(range(count)) or len(answer["data"]) != count:
        received = f"{len(answer['data'])} with indexes {sorted(found)[:5]}"
        raise ProviderError("not one vector a text", expected=f"{count} vectors", received=received, where=where)
    if len({len(vector) for vector in found.values()}) != 1 or not all(len(vector) for vector in found.values()):
        raise ProviderError("vectors of unequal or no length in one answer", where=where)
    vectors = np.stack([found[index] for index in range(count)])
    if not np.isfinite(vectors).all():
        raise ProviderError("the service gave numbers that are not finite", where=where)
    return vectors


def _vector(value: str | list[float]) -> NDArray[np.float32]:
    if isinstance(value, str):
        return np.frombuffer(base64.b64decode(value, validate=True), "<f4").astype(np.float32)
    return np.asarray(value, np.float32).reshape(len(value))
