"""The Encoder port: text in, one vector a text out."""

from __future__ import annotations

__all__ = ["Card", "Encoder", "Side"]

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Side: TypeAlias = Literal["query", "document"]
Card: TypeAlias = dict[str, Any]


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors; the two sides may differ in prompt or in model.

    Law: the vector of a text depends on the text, the side and the card, and on nothing else
    (batch mates, order, padding, threads) beyond 1e-6 a component.
    """

    @property
    def card(self) -> Card:
        """What decides the vectors, as plain JSON values; see `findry.models.card`."""
        ...

    @property
    def dimension(self) -> int:
        """Components of one vector."""
        ...

    def encode(self, texts: Sequence[str], side: Side, *, progress: bool = False) -> NDArray[np.float32]:
        """Vectors float32[n, dimension]; row i belongs to texts[i]; no text gives shape (0, dimension)."""
        ...

    def count_tokens(self, texts: Sequence[str], side: Side) -> list[int]:
        """Tokens that each text would take with prompt and special tokens, before any truncation."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges [start, end) of the model's tokens in `text`; no prompt, no special tokens."""
        ...
