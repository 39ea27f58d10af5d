"""From a surface, as it stands in the text, to its terms; each distinct surface is worked out once."""

from __future__ import annotations

__all__ = ["Piece", "Surfaces"]

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from findry.text.analysis.characters import SEPARATOR, chunk_table, cluster_pattern, word_pattern
from findry.text.analysis.languages import CUT_AT_APOSTROPHE, ELISION, stem_words
from findry.text.analysis.normalise import apply_apostrophes, fold_accents, fold_case

_MAX_CACHED = 1 << 16


class Piece(NamedTuple):
    """One term of a surface: its place in words and in characters, both from the surface's start."""

    term: str
    position: int
    start: int
    end: int


Pieces: TypeAlias = tuple[tuple[Piece, ...], int]
"""The terms of a surface that are kept, and the number of word positions that it takes."""

_Draft: TypeAlias = tuple[str, int, int, bool]  # word, start, end, whether it is a word that can be stemmed


class Surfaces:
    """The terms of surfaces under one setting; a bounded cache keeps the ones seen lately."""

    def __init__(
        self,
        *,
        language: str,
        stem: bool,
        stop: frozenset[str],
        accents: bool,
        bigrams: bool,
        min_length: int,
        underscore: bool = False,
    ) -> None:
        self.language = language
        self.stem = stem
        self.accents = accents
        self.bigrams = bigrams
        self.min_length = min_length
        self.turkish = language in CUT_AT_APOSTROPHE
        self.joined = language not in ELISION
        self.pattern = word_pattern(joined=self.joined, underscore=underscore)
        self.ascii_pattern = word_pattern(joined=self.joined, underscore=underscore, ascii_only=True)
        self.cluster = cluster_pattern()
        self.table = chunk_table(lower=not self.turkish, underscore=underscore)
        self.stop = frozenset(word for entry in stop for word, *_ in self._drafts(entry))
        self._cache: dict[str, Pieces] = {}

    def find(self, text: str) -> list[re.Match[str]]:
        """The surfaces of one text, with their places in it."""
        pattern = self.ascii_pattern if text.isascii() else self.pattern
        return [match for match in pattern.finditer(text) if match.group() != SEPARATOR]

    def split(self, texts: list[str]) -> list[str]:
        """The surfaces of many texts, and a SEPARATOR after each text, at C speed.

        ASCII texts are cut into chunks, surfaces that may hold several words or none; the terms are the same.
        """
        block = f" {SEPARATOR} ".join([text.replace(SEPARATOR, " ") for text in texts] + [""])
        if block.isascii():
            return block.replace(". ", " ").translate(self.table).split()
        return self.pattern.findall(block)

    def pieces(self, surfaces: Iterable[str]) -> list[Pieces]:
        """The terms of each surface, in order.  Cost: a few microseconds a surface that is not cached."""
        surfaces = list(surfaces)
        cache = self._cache  # replaced when full, never emptied: another thread may be reading it
        fresh = [surface for surface in dict.fromkeys(surfaces) if surface not in cache]
        made = dict(zip(fresh, self._make(fresh), strict=True))
        found = [made.get(surface) or cache[surface] for surface in surfaces]
        if len(cache) + len(made) > _MAX_CACHED:
            self._cache = cache = {}
        if len(made) <= _MAX_CACHED:
            cache.update(made)
        return found

    def _make(self, surfaces: list[str]) -> list[Pieces]:
        drafts = [self._drafts(surface) for surface in surfaces]
        words = {draft[0]: "" for group in drafts for draft in group if draft[3]}
        words.update(self._terms([word for word in words if self._kept(word)]))
        made: list[Pieces] = []
        for group in drafts:
            pieces = []
            for position, (word, start, end, spaced) in enumerate(group):
                term = words[word] if spaced else word
                if term:
                    pieces.append(Piece(term, position, start, end))
            made.append((tuple(pieces), len(group)))
        return made

    def _kept(self, word: str) -> bool:
        return len(word) >= self.min_length and word not in self.stop

    def _terms(self, words: list[str]) -> dict[str, str]:
        stems = stem_words(self.language, words) if self.stem else words
        if self.accents:
            stems = [fold_accents(stem) for stem in stems]
        return dict(zip(words, stems, strict=True))

    def _drafts(self, surface: str) -> list[_Draft]:
        """The words of a surface before stop words and stemming; each takes one position."""
        end = len(surface)
        if surface.isascii():
            if surface.isalnum():
                return [(fold_case(surface, turkish=self.turkish), 0, end, True)]
            return [(self._word(m.group()), *m.span(), True) for m in self.ascii_pattern.finditer(surface)]
        if self.cluster.match(surface):
            return self._run(surface)
        drafts: list[_Draft] = []
        for part in self.pattern.findall(fold_case(surface, turkish=self.turkish)):
            if self.cluster.match(part):
                drafts.extend((word, 0, end, False) for word, *_ in self._run(part))
            else:  # a compatibility form may hide several words: ½ is 1 and 2
                drafts.append((self._word(part), 0, end, True))
        return drafts

    def _word(self, surface: str) -> str:
        folded = fold_case(surface.replace(".", ""), turkish=self.turkish)
        return apply_apostrophes(folded, self.language)

    def _run(self, surface: str) -> list[_Draft]:
        found = list(self.cluster.finditer(surface))
        letters = [fold_case(match.group()) for match in found]
        if not self.bigrams or len(found) == 1:
            return [(c, *match.span(), False) for c, match in zip(letters, found, strict=True)]
        return [
            (letters[i] + letters[i + 1], found[i].start(), found[i + 1].end(), False) for i in range(len(found) - 1)
        ]
