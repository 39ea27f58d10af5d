"""Documents and streams of them."""

from __future__ import annotations

__all__ = ["Corpus", "Document", "Scalar", "Value"]

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from findry.errors import InputError

Scalar = str | int | float | bool
Value = Scalar | list[str] | list[int] | list[float]


@dataclass(frozen=True)
class Document:
    """One item: an id, text fields to search in, and typed values to filter by and show.

    >>> Document("d1", {"title": "Ants", "text": "Ants carry leaves."}, {"year": 1999}).contents()
    'Ants Ants carry leaves.'
    """

    id: str
    text: Mapping[str, str]
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise InputError("a document needs a non-empty string id", received=repr(self.id))
        for name, text in self.text.items():
            if not isinstance(name, str):
                raise InputError("a field needs a name of text", received=repr(name), where=f"document {self.id!r}")
            if not isinstance(text, str):
                raise InputError(
                    f"field {name!r} must be text", received=type(text).__name__, where=f"document {self.id!r}"
                )

    def contents(self) -> str:
        """All text fields joined by one space, empty ones left out: what encoders see by default."""
        return " ".join(text for text in self.text.values() if text)


@dataclass(frozen=True)
class Corpus:
    """Documents of one space, streamed anew at each iteration and never held whole.

    `size` is known for some sources and only used for progress.

    >>> corpus = Corpus.of([Document("a", {"text": "x"})])
    >>> [d.id for d in corpus], len(list(corpus))
    (['a'], 1)
    """

    name: str
    source: Callable[[], Iterable[Document]] = field(repr=False)
    unit: str = "document"
    size: int | None = None

    @classmethod
    def of(cls, documents: Iterable[Document], *, name: str = "documents") -> Corpus:
        """A corpus over documents held in memory."""
        held = list(documents)
        return cls(name, lambda: held, size=len(held))

    def __iter__(self) -> Iterator[Document]:
        return iter(self.source())
