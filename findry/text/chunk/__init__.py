"""From a text to the spans that are indexed in its place; rules only, no model."""

from __future__ import annotations

__all__ = ["Chunker", "Counter", "Span", "count_words", "sentences"]

from findry.text.chunk.chunker import Chunker
from findry.text.chunk.sentences import sentences
from findry.text.chunk.span import Span
from findry.text.chunk.words import Counter, count_words
