"""Texts to token ids by a folder's tokenizer.json, with truncation; counts and spans without it."""

from __future__ import annotations

__all__ = ["TextTokens", "require_tokenizer"]

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from findry.errors import CapabilityError

_CHARACTERS_A_TOKEN = 20


def require_tokenizer(folder: Path) -> Path:
    """The folder's tokenizer.json; CapabilityError where it has none."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise CapabilityError(
            "the ONNX back end reads tokenizer.json, which this folder lacks",
            where=str(folder),
            hint="use the torch back end: encoder('torch:NAME')",
        )
    return path


class TextTokens:
    """The tokenizer in one tokenizer.json.

    `max_tokens` counts special tokens.  A text much longer than the limit is first cut in front of a
    white-space character, and tokenised whole after all if the cut piece did not fill the limit; words
    are tokenised one by one in this model family, so the ids are those of the whole text.
    """

    def __init__(self, path: Path, *, max_tokens: int, lower_case: bool = False) -> None:
        self._path = path
        self._lower_case = lower_case
        self._max_tokens = max_tokens
        self._cutting = self._load()
        self._cutting.enable_truncation(max_tokens)

    def _load(self) -> Any:
        import tokenizers

        loaded = tokenizers.Tokenizer.from_file(str(self._path))
        loaded.no_truncation()
        loaded.no_padding()
        if self._lower_case:
            lower = tokenizers.normalizers.Lowercase()
            own = loaded.normalizer
            loaded.normalizer = lower if own is None else tokenizers.normalizers.Sequence([lower, own])
        return loaded

    @cached_property
    def _whole(self) -> Any:
        return self._load()

    def ids(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Token ids of each text, special tokens included, at most `max_tokens` of them."""
        if len(texts) == 1:
            return [self._one(texts[0])]
        shortened = [self._shortened(text) for text in texts]
        found = self._cutting.encode_batch_fast(shortened)
        return [
            np.asarray(encoding.ids, np.int64) if self._settled(encoding, short, text) else self._one(text, whole=True)
            for encoding, short, text in zip(found, shortened, texts, strict=True)
        ]

    def _one(self, text: str, *, whole: bool = False) -> NDArray[np.int64]:
        short = text if whole else self._shortened(text)
        encoding = self._cutting.encode(short)
        if not self._settled(encoding, short, text):
            encoding = self._cutting.encode(text)
        return np.asarray(encoding.ids, np.int64)

    def _settled(self, encoding: Any, short: str, text: str) -> bool:
        return len(short) == len(text) or len(encoding.ids) >= self._max_tokens

    def _shortened(self, text: str) -> str:
        end = self._max_tokens * _CHARACTERS_A_TOKEN
        if len(text) <= 2 * end:
            return text
        while end > 0 and not (text[end].isspace() and not text[end - 1].isspace()):
            end -= 1
        return text[:end] if end else text

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each whole text, special tokens included."""
        return [len(encoding.ids) for encoding in self._whole.encode_batch_fast(list(texts))]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Character range of each token of the whole text, without special tokens."""
        found: list[tuple[int, int]] = self._whole.encode(text, add_special_tokens=False).offsets
        return found
