"""Cut a text into chunks that a model can read."""

from __future__ import annotations

__all__ = ["Chunker"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from findry.errors import IdentityMismatch, InputError, nearest
from findry.text.chunk.atoms import Atom, atoms_of
from findry.text.chunk.pack import heading_of, overlap_start, pack, within_budget
from findry.text.chunk.sentences import trimmed
from findry.text.chunk.span import Span
from findry.text.chunk.structure import Block, blocks
from findry.text.chunk.words import Counter, count_words

_VERSION = 1

By = Literal["none", "structure", "sentences", "tokens", "auto"]


@dataclass(frozen=True)
class Chunker:
    """Cuts texts into spans of at most `max_tokens`, at the best place that fits.

    by              "none": the whole text.  "tokens": between words.  "sentences": between sentences, then
                    words.  "structure": between Markdown sections, then paragraphs, code blocks and tables
                    (whole when they fit), then sentences or lines, then words.  "auto": the whole text when
                    it fits, else "structure"
    max_tokens      the longest chunk; only a single word may be longer
    overlap_tokens  how much of the chunk before is repeated, from a sentence's start where there is one;
                    never across a heading
    min_tokens      a section shorter than this is joined with what follows

    Laws: spans are in order and inside the text, begin and end with no white space, cover every other
    character (exactly once without overlap), and are the same every time.
    Cost: a few counts of the whole text; no model.

    >>> text = "# Cats\\n\\nCats purr. Cats sleep.\\n\\n# Dogs\\n\\nDogs bark."
    >>> for span in Chunker("structure", max_tokens=5, min_tokens=0).spans(text):
    ...     print(repr(text[span.start : span.end]), span.heading)
    '# Cats\\n\\nCats purr. Cats sleep.' Cats
    '# Dogs\\n\\nDogs bark.' Dogs
    """

    by: By = "auto"
    max_tokens: int = 200
    overlap_tokens: int = 0
    min_tokens: int = 25

    def __post_init__(self) -> None:
        if self.by not in get_args(By):
            guess = nearest(str(self.by), get_args(By))
            raise InputError(
                f"unknown way to chunk {self.by!r}",
                expected=f"one of {', '.join(get_args(By))}",
                hint=f"did you mean {guess!r}?" if guess else None,
            )
        if self.max_tokens < 1:
            raise InputError("max_tokens must be 1 or more", received=str(self.max_tokens))
        if not 0 <= self.overlap_tokens < self.max_tokens:
            raise InputError(
                "overlap_tokens must be less than max_tokens",
                expected=f"0 to {self.max_tokens - 1}",
                received=str(self.overlap_tokens),
            )
        if self.min_tokens < 0:
            raise InputError("min_tokens must be 0 or more", received=str(self.min_tokens))

    def spans(self, text: str, *, count: Counter = count_words) -> list[Span]:
        """The chunks of a text.  `count` gives the number of tokens of each of some texts, such as an
        encoder's; it should leave special tokens out."""
        whole = trimmed(text, 0, len(text))
        if whole is None:
            return []
        if self.by == "none" or (self.by == "auto" and count([text[slice(*whole)]])[0] <= self.max_tokens):
            return [Span(*whole)]
        parts = blocks(text) if self.by in ("structure", "auto") else [Block(*whole, "text", ())]
        limit = self.max_tokens - self.overlap_tokens
        atoms = atoms_of(text, parts, count, limit, words=self.by == "tokens")
        groups = pack(atoms, limit, self.min_tokens)
        groups = within_budget(text, groups, count, self.max_tokens)
        return self._spans(text, groups, count)

    def _spans(self, text: str, groups: list[list[Atom]], count: Counter) -> list[Span]:
        spans = [Span(group[0].start, group[-1].end, heading_of(group)) for group in groups]
        if not self.overlap_tokens or len(spans) < 2:
            return spans
        wider = list(spans[1:])
        for i, (before, after) in enumerate(pairwise(groups)):
            if before[-1].section == after[0].section:
                start = overlap_start(text, spans[i], count, self.overlap_tokens)
                if start < spans[i].end:
                    wider[i] = wider[i]._replace(start=start)
        sizes = count([text[span.start : span.end] for span in wider])
        kept = [w if n <= self.max_tokens else s for w, n, s in zip(wider, sizes, spans[1:], strict=True)]
        return spans[:1] + kept

    def card(self) -> dict[str, Any]:
        """Everything but the counter that decides the spans, for an index to keep."""
        return {"kind": "chunker", "version": _VERSION, **asdict(self)}

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Chunker:
        """The chunker that wrote `card`; IdentityMismatch where this version would cut elsewhere.

        >>> Chunker.from_card(Chunker("sentences", 64).card())
        Chunker(by='sentences', max_tokens=64, overlap_tokens=0, min_tokens=25)
        """
        if card["version"] != _VERSION:
            raise IdentityMismatch(
                "the chunks were cut by another version of chunking",
                expected=f"version {card['version']}",
                received=f"version {_VERSION}",
                hint="build the index again, or install the version that built it",
            )
        return cls(card["by"], card["max_tokens"], card["overlap_tokens"], card["min_tokens"])
