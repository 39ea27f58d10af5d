"""HashEncoder: vectors from hashed words, without weights; for tests and offline demonstrations."""

from __future__ import annotations

__all__ = ["HashEncoder"]

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from findry.errors import InputError
from findry.models.card import make_card
from findry.models.port import Card, Side
from findry.models.progress import steps
from findry.models.texts import prompted

_WORD = re.compile(r"\w+")


class HashEncoder:
    """A bag of words under a random projection: near texts share words; meaning plays no part.

    Each lower-cased word has a fixed vector of signs, taken from BLAKE2b of its UTF-8 bytes; a text is
    the sum of its words' vectors at unit length, so the expected cosine of two texts is the cosine of
    their word counts (Achlioptas, JCSS 2003: sign projections), within about 1 / sqrt(dimension).
    The same on every machine.  A text without words has the vector of the empty word.

    >>> a, b = HashEncoder(dimension=256).encode(["red fox", "Fox, red!"], "document")
    >>> bool((a == b).all())
    True
    """

    def __init__(self, dimension: int = 64) -> None:
        if dimension < 1:
            raise InputError("dimension is a number of components", expected="at least 1", received=str(dimension))
        self._dimension = dimension

    def __repr__(self) -> str:
        return f"HashEncoder(dimension={self._dimension})"

    @property
    def card(self) -> Card:
        """The identity card."""
        return make_card(
            kind="hash",
            model="word-signs-1",
            dimension=self._dimension,
            normalise=True,
            pooling="sum",
            tokenizer="\\w+",
        )

    @property
    def dimension(self) -> int:
        """Components of one vector."""
        return self._dimension

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors float32[n, dimension] of unit length; both sides alike."""
        vectors = np.empty((len(texts), self._dimension), np.float32)
        with steps("encode", len(texts), shown=progress) as advance:
            for row, text in enumerate(prompted(texts, side, {"query": "", "document": ""})):
                words = _WORD.findall(text.lower())
                total = np.sum([_signs(word, self._dimension) for word in words or [""]], axis=0, dtype=np.int64)
                if not total.any():  # words whose signs cancel; likely in two or three dimensions only
                    total = _signs("", self._dimension).astype(np.int64)
                vectors[row] = total / np.sqrt(float(np.sum(total * total)))
                advance(1)
        return vectors

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        """Words of each text."""
        return [len(_WORD.findall(text)) for text in prompted(texts, side, {"query": "", "document": ""})]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the words in `text`."""
        return [match.span() for match in _WORD.finditer(text)]


@lru_cache(maxsize=65_536)
def _signs(word: str, dimension: int) -> NDArray[np.int8]:
    wanted = -(-dimension // 8)
    content = word.encode()
    blocks = [hashlib.blake2b(content, salt=block.to_bytes(16, "little")).digest() for block in range(-(-wanted // 64))]
    bits = np.unpackbits(np.frombuffer(b"".join(blocks)[:wanted], np.uint8))[:dimension]
    return (2 * bits.astype(np.int8) - 1).astype(np.int8)
