"""What a segment and a document may hold, and the refusal of more."""

from __future__ import annotations

__all__ = ["LIMITS", "Limits"]

from collections.abc import Mapping
from dataclasses import dataclass

from findry.errors import InputError
from findry.records import Document, DocumentBatch


@dataclass(frozen=True)
class Limits:
    """Largest sizes.  Rows are numbered by 32 bits in a segment and in an index; postings, positions and bytes by 64.

    A document's text is bounded so that one segment with it can be built in memory (about 12 times its size).
    """

    rows: int = 2**31 - 1
    characters: int = 2**28
    id_bytes: int = 2**15
    values: int = 2**12
    fields: int = 2**10

    def document(self, document: Document) -> int:
        """Refuse a document that is too large in any respect; returns its characters of text."""
        characters = sum(map(len, document.text.values()))
        if (
            characters <= self.characters
            and 4 * len(document.id) <= self.id_bytes
            and len(document.values) <= self.values
            and len(document.text) <= self.fields
        ):
            return characters
        for what, found, most in (
            ("characters of text", characters, self.characters),
            ("bytes of id", len(document.id.encode("utf-8", "surrogatepass")), self.id_bytes),
            ("values", len(document.values), self.values),
            ("text fields", len(document.text), self.fields),
        ):
            if found > most:
                raise InputError(
                    f"a document has too many {what}",
                    expected=f"at most {most:,}",
                    received=f"{found:,}",
                    where=f"document {document.id[:80]!r}",
                    hint="cut it into several documents" if what == "characters of text" else None,
                )
        return characters

    def batch(self, batch: DocumentBatch) -> int:
        """As `document` for all of a batch; returns the characters of all."""
        most = sum(max(map(len, column), default=0) for column in batch.texts)
        if (
            most <= self.characters
            and 4 * max(map(len, batch.ids), default=0) <= self.id_bytes
            and max(map(len, filter(None, batch.values)), default=0) <= self.values
            and len(batch.names) <= self.fields
        ):
            return sum(sum(map(len, column)) for column in batch.texts)
        return sum(map(self.document, batch))

    def columns(self, kinds: Mapping[str, str]) -> None:
        """Refuse an index with too many filter columns."""
        if len(kinds) > self.values:
            raise InputError(
                "the index would have too many filter columns",
                expected=f"at most {self.values:,}",
                received=f"{len(kinds):,}",
                hint="name the columns to keep: --fields values=NAME,NAME",
            )

    def total(self, rows: int) -> None:
        """Refuse more rows than an index can number."""
        if rows > self.rows:
            raise InputError(
                "the index would have too many rows",
                expected=f"at most {self.rows:,}",
                received=f"{rows:,}",
                hint="findry optimize KB drops deleted rows; beyond that, spread the documents over several indexes",
            )


LIMITS = Limits()
