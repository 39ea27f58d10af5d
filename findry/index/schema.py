"""What an index holds: lexical fields with their analysers, vectors with their encoder's card, chunking."""

from __future__ import annotations

__all__ = ["EVERY_FIELD", "LexicalField", "Schema", "VectorField"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from findry.errors import IndexDamaged, InputError
from findry.records import Document
from findry.text import Analyzer, Chunker

EVERY_FIELD = ("*",)


def joined(text: Mapping[str, str], sources: tuple[str, ...]) -> str:
    """The source fields joined by one space, empty ones left out; ``("*",)`` takes all.

    >>> joined({"title": "Ants", "text": "Leaves."}, ("*",))
    'Ants Leaves.'
    """
    parts = text.values() if sources == EVERY_FIELD else [text.get(name, "") for name in sources]
    return " ".join(filter(None, parts))


@dataclass(frozen=True)
class LexicalField:
    """A field searched by words: which text it is made of, how it is analysed, how much it weighs."""

    name: str = "contents"
    sources: tuple[str, ...] = EVERY_FIELD
    weight: float = 1.0
    analyzer: Analyzer = field(default_factory=Analyzer)

    def card(self) -> dict[str, Any]:
        """What decides the postings, and the default weight."""
        analyzer = self.analyzer.card()
        return {"name": self.name, "sources": list(self.sources), "weight": self.weight, "analyzer": analyzer}


@dataclass(frozen=True)
class VectorField:
    """A field searched by vectors: which text it is made of, and the identity card of its encoder."""

    encoder: Mapping[str, Any]
    name: str = "vectors"
    sources: tuple[str, ...] = EVERY_FIELD

    @property
    def dimension(self) -> int:
        return int(self.encoder["dimension"])

    def card(self) -> dict[str, Any]:
        """What decides the vectors."""
        return {"name": self.name, "sources": list(self.sources), "encoder": dict(self.encoder)}


@dataclass(frozen=True)
class Schema:
    """The fields of an index.  With a chunker, the text field `chunked` is cut and each chunk is a row
    that repeats the document's other fields; without one, each document is one row."""

    lexical: tuple[LexicalField, ...] = field(default_factory=lambda: (LexicalField(),))
    vectors: tuple[VectorField, ...] = ()
    chunker: Chunker | None = None
    chunked: str = "text"

    def __post_init__(self) -> None:
        names = [*(f.name for f in self.lexical), *(f.name for f in self.vectors)]
        if len(set(names)) != len(names):
            raise InputError("fields of an index must have distinct names", received=", ".join(names))
        if not names:
            raise InputError("an index needs a lexical field or a vector field")

    def rows(self, document: Document) -> list[tuple[int, int]]:
        """The character spans of the rows of a document in its chunked field; always at least one."""
        text = document.text.get(self.chunked, "")
        if self.chunker is None:
            return [(0, len(text))]
        return [(span.start, span.end) for span in self.chunker.spans(text)] or [(0, len(text))]

    def row_text(self, document: Document, span: tuple[int, int]) -> Mapping[str, str]:
        """The text fields as one row sees them."""
        if self.chunker is None or self.chunked not in document.text:
            return document.text
        return {**document.text, self.chunked: document.text[self.chunked][slice(*span)]}

    def card(self) -> dict[str, Any]:
        """The identity card that every commit carries."""
        return {
            "lexical": [f.card() for f in self.lexical],
            "vectors": [f.card() for f in self.vectors],
            "chunker": self.chunker.card() if self.chunker else None,
            "chunked": self.chunked,
        }

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Schema:
        """The schema that a card describes; `IndexDamaged` when the card lacks a part."""
        try:
            return cls(
                tuple(
                    LexicalField(f["name"], tuple(f["sources"]), f["weight"], Analyzer.from_card(f["analyzer"]))
                    for f in card["lexical"]
                ),
                tuple(VectorField(f["encoder"], f["name"], tuple(f["sources"])) for f in card["vectors"]),
                Chunker.from_card(card["chunker"]) if card["chunker"] else None,
                card["chunked"],
            )
        except (KeyError, TypeError) as error:
            raise IndexDamaged(
                "the identity card of the index is incomplete",
                received=f"{type(error).__name__}: {error}",
                hint="index the source again with this version of findry",
            ) from error
